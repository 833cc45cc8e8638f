// The logic of the editor: places, names and drafts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { differs, draft } from "../../static/js/editor/drafts.js";
import { begun, meant, quoted, tablesOf } from "../../static/js/editor/names.js";
import { wordAt } from "../../static/js/editor/place.js";

test("the server's line and column lead to the word, past the blanks that it left out", () => {
  const at = (text, told) => {
    const found = wordAt(text, told);
    return found && text.slice(found.from, found.to);
  };
  assert.equal(at("SELECT nix\n  FROM t", { line: 1, column: 8 }), "nix");
  assert.equal(at("\n \nSELECT a\n  FROM nowhere x", { line: 2, column: 8 }), "nowhere");
  assert.equal(at("SELECT '😀😀', nix", { line: 1, column: 14 }), "nix");
  assert.equal(at('SELECT "A b"', { line: 1, column: 8 }), '"A b"');
  assert.equal(at("SELECT", { line: 1, column: 7 }), "");
  assert.equal(wordAt("SELECT", { line: 5 }), null);
  assert.equal(wordAt("SELECT", {}), null);
  assert.equal(wordAt("\n\nSELECT nix", { line: 1, column: 8 }).line, 3);
});

test("a name is quoted where it must be, and read as the server reads it", () => {
  assert.deepEqual(["orders", "Orders", "two words", "user", 'a"b', "größe"].map(quoted), ["orders", '"Orders"', '"two words"', '"user"', '"a""b"', '"größe"']);
  assert.deepEqual(["Orders", '"Orders"', '"a""b"', '"open'].map(meant), ["orders", "Orders", 'a"b', "open"]);
});

test("tables are found with their aliases, and not in strings, comments and functions", () => {
  const text = `-- from nowhere n
    SELECT 'from lies', $$ from lies $$ FROM sales.orders o, "Two Words" AS t JOIN items USING (id)
    LEFT JOIN LATERAL generate_series(1, 2) g ON true WHERE a IN (SELECT 1 FROM deep.inner_one)`;
  assert.deepEqual(tablesOf(text), [
    { schema: "sales", table: "orders", alias: "o" },
    { schema: null, table: "Two Words", alias: "t" },
    { schema: null, table: "items", alias: "items" },
    { schema: "deep", table: "inner_one", alias: "inner_one" },
  ]);
});

test("what is begun is told by what stands before", () => {
  const told = (before) => {
    const { parts, word, isTable, isAlias } = begun(before);
    return [parts, word, isTable, isAlias];
  };
  assert.deepEqual(told("SELECT o.cus"), [["o"], "cus", false, false]);
  assert.deepEqual(told("SELECT 1 FROM sal"), [[], "sal", true, false]);
  assert.deepEqual(told("SELECT 1 FROM sales."), [["sales"], "", true, false]);
  assert.deepEqual(told('SELECT 1 FROM sales."Or'), [["sales"], '"Or', true, false]);
  assert.deepEqual(told("SELECT 1 FROM a, b"), [[], "b", true, false]);
  assert.deepEqual(told("SELECT a, b"), [[], "b", false, false]);
  assert.deepEqual(told("SELECT sales.orders.id"), [["sales", "orders"], "id", false, false]);
  assert.deepEqual(told("SELECT 1 AS ru"), [[], "ru", false, true]);
  assert.deepEqual(told("SELECT "), [[], "", false, false]);
});

test("a draft is somebody's, of one script, and gone after a month", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  let now = 1e12;
  const mine = draft(storage, "7", "3", () => now);
  assert.equal(mine.read(), null);
  assert.equal(mine.write({ content: "SELECT 1" }), true);
  assert.equal(mine.read().content, "SELECT 1");
  assert.equal(draft(storage, "8", "3", () => now).read(), null);
  assert.equal(draft(storage, "7", "4", () => now).read(), null);
  now += 31 * 86_400_000;
  assert.equal(mine.read(), null);
  mine.forget();
  assert.equal(kept.size, 0);
});

test("a browser that keeps nothing is no failure", () => {
  const no = () => {
    throw new Error("SecurityError");
  };
  const mine = draft({ getItem: no, setItem: no, removeItem: no }, "7", "3");
  assert.equal(mine.read(), null);
  assert.equal(mine.write({ content: "" }), false);
  mine.forget();
});

test("blanks around a text are no change", () => {
  const saved = { name: "a", description: "", connection: null, content: "SELECT 1" };
  assert.equal(differs({ ...saved, content: "\nSELECT 1 \n", connection: "" }, saved), false);
  assert.equal(differs({ ...saved, content: "SELECT 2" }, saved), true);
  assert.equal(differs({ ...saved, connection: "far" }, saved), true);
});
