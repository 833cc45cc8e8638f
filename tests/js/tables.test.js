// Values of the browser of tables, as text and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asText, describe, forField, fromField, isLong, kind, parse, range, states } from "../../static/js/tables/logic.js";

const COLUMN = { column_name: "a", data_type: "text", is_nullable: true, column_default: null, max_length: null, is_primary_key: false };

test("a type says how it is written", () => {
  const types = ["text[]", "jsonb", "boolean", "date", "bigint", "character varying", "uuid"];
  assert.deepEqual(types.map(kind), ["list", "json", "boolean", "date", "number", "text", "other"]);
});

test("whole numbers keep their digits", { skip: !JSON.rawJSON }, () => {
  const [value] = parse("[9007199254740993]");
  assert.equal(asText(value), "9007199254740993");
  assert.equal(forField({ a: parse("-12345678901234567890") }, "jsonb"), '{\n  "a": -12345678901234567890\n}');
  assert.equal(JSON.stringify(fromField('{"a": [12345678901234567890, 1.5]}', "json")), '{"a":[12345678901234567890,1.5]}');
  assert.deepEqual(parse("[1, 1.5, 1e400]").slice(0, 2), [1, 1.5]);
});

test("values become text; nothing becomes nothing", () => {
  assert.deepEqual([null, "", 0, false, ["a", null], { a: 1 }].map((one) => asText(one)), ["", "", "0", "false", '["a",null]', '{"a":1}']);
  assert.deepEqual([forField("x", "jsonb"), forField("x", "text"), forField(null, "jsonb"), forField([1], "integer[]")], ['"x"', "x", "", "[1]"]);
});

test("text becomes what the API takes", () => {
  assert.deepEqual([fromField("1.50", "numeric"), fromField("", "text"), fromField('["a"]', "text[]"), fromField("true", "boolean")], ["1.50", "", ["a"], "true"]);
  assert.throws(() => fromField("{", "jsonb"), /This is no JSON/);
  assert.throws(() => fromField('{"a": 1}', "text[]"), /A list looks like/);
});

test("a field begins with what is least surprising", () => {
  assert.deepEqual(states(COLUMN, false, ""), { offered: ["value", "null"], begin: "value" });
  assert.equal(states(COLUMN, false, null).begin, "null");
  assert.deepEqual(states({ ...COLUMN, column_default: "now()" }, true), { offered: ["value", "null", "default"], begin: "default" });
  assert.deepEqual(states({ ...COLUMN, is_nullable: false }, true), { offered: ["value"], begin: "value" });
  assert.deepEqual(states({ ...COLUMN, column_default: "1" }, false, "1").offered, ["value", "null"]);
});

test("columns and pages are told in words", () => {
  assert.equal(describe({ ...COLUMN, data_type: "character varying", max_length: 20, is_primary_key: true }), "character varying, at most 20 characters, key");
  assert.equal(range(50, 50, 1234, String), "51–100 of 1234");
  assert.equal(range(0, 0, 0, String), "");
  assert.ok(isLong("a\nb", { ...COLUMN, data_type: "character varying", max_length: 20 }) && !isLong("a", { ...COLUMN, data_type: "date" }));
});
