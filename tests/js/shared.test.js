// The logic of the pages' modules, by Node's own test runner: `npm test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lines } from "../../static/js/shared/diff.js";
import { whole, wholeOrNone } from "../../static/js/shared/form.js";
import { bytes, count, duration, when, words } from "../../static/js/shared/format.js";
import { address, links } from "../../static/js/shared/http.js";
import { arranged, badRows, consequences, losers } from "../../static/js/shared/review.js";
import { far, outcome } from "../../static/js/shared/run.js";

test("an address repeats lists and leaves out what is empty", () => {
  assert.equal(address("/api/x/", { a: ["1", "2"], b: "", c: null, d: undefined, e: 0, q: "ä &=" }), "/api/x/?a=1&a=2&e=0&q=%C3%A4+%26%3D");
  assert.equal(address("/api/x/", {}), "/api/x/");
});

test("a number has separators, and nothing is a dash", () => {
  assert.deepEqual([count(1234567), count(0), count(null)], ["1,234,567", "0", "–"]);
});

test("a duration is as exact as it is short", () => {
  assert.deepEqual(
    [0.123, 5.24, 12.4, 59.6, 61, 3599.4, 3600, 7500, null].map(duration),
    ["0.12 s", "5.2 s", "12 s", "1 min 0 s", "1 min 1 s", "59 min 59 s", "1 h 0 min", "2 h 5 min", "–"],
  );
});

test("a time of this week is told from now, in both directions", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  assert.equal(when("2026-03-10T11:57:00Z", now), "3 minutes ago");
  assert.equal(when("2026-03-10T12:00:30Z", now), "in 30 seconds");
  assert.equal(when("2026-03-09T12:00:00Z", now), "yesterday");
  assert.match(when("2026-01-01T12:00:00Z", now), /1 Jan 2026/);
  assert.equal(when(null, now), "–");
});

test("sizes and names read as words", () => {
  assert.deepEqual([bytes(999), bytes(1500), bytes(2.5e9)], ["999 bytes", "1.5 kB", "2.5 GB"]);
  assert.equal(words("populate_and_publish"), "Populate and publish");
});

test("a run under way tells what is known of it", () => {
  const now = Date.parse("2026-03-10T12:00:05Z");
  const run = { kind: "populate", status: "running", started_at: "2026-03-10T12:00:00Z", created_at: "2026-03-10T11:59:00Z", progress: { rows: 1200, bytes: 2500 } };
  assert.equal(far(run, now), "1,200 rows · 2.5 kB · 5 s");
  assert.equal(far({ ...run, kind: "publish" }, now), "5 s");
  assert.equal(far({ ...run, status: "queued" }, now), "Waiting for a worker or other runs, 1 min 5 s");
  assert.equal(far({ ...run, started_at: "2026-03-10T12:00:30Z", kind: "publish" }, now), "0 s");
});

test("the end of a run is one sentence", () => {
  const run = { kind: "populate", status: "succeeded", seconds: 12, script_name: "a", progress: { rows: 1 }, new: 0, changed: 0, resolved: 0, unchanged: 7, error: null };
  assert.deepEqual(outcome(run), { level: "success", text: "Populate done in 12 s: 1 row is staged." });
  assert.equal(outcome({ ...run, progress: { rows: 0 } }, true).text, "Populate of “a” done in 12 s: the script found nothing.");
  assert.equal(outcome({ ...run, kind: "publish" }).text, "Publish done in 12 s: nothing was to change, all 7 rows were there already.");
  assert.equal(outcome({ ...run, kind: "publish", new: 1200 }).text, "Publish done in 12 s: 1,200 new, 0 changed, 0 resolved, 7 unchanged.");
  assert.deepEqual(outcome({ ...run, status: "failed", error: { message: "No." } }), { level: "error", text: "Populate failed: No." });
  assert.equal(outcome({ ...run, status: "cancelled", error: { message: "Cancelled by x." } }).level, "warning");
});

test("a Link header leads to the pages beside", () => {
  const headers = new Headers({ Link: '<http://x/api/?cursor=a>; rel="next", <http://x/api/?cursor=b>; rel="prev"' });
  assert.deepEqual(links(headers), { next: "http://x/api/?cursor=a", previous: "http://x/api/?cursor=b" });
  assert.deepEqual(links(new Headers()), { next: null, previous: null });
});

const PAIRS = [
  { rule_id: "R1", source_id: "S1", new: 0, changed: 0, resolved: 0, unchanged: 9, last_publisher: { id: 1, name: "me" } },
  { rule_id: "R2", source_id: "S1", new: 1, changed: 0, resolved: 0, unchanged: 0, last_publisher: null },
  { rule_id: "R3", source_id: "S2", new: 2, changed: 3, resolved: 0, unchanged: 0, last_publisher: { id: 2, name: "other" } },
  { rule_id: "R4", source_id: "S2", new: 0, changed: 0, resolved: 0, unchanged: 1, last_publisher: { id: 2, name: "other" } },
];

test("a review begins with what changes most, and folds what stays", () => {
  const { busy, quiet } = arranged(PAIRS, "1");
  assert.deepEqual([busy, quiet].map((pairs) => pairs.map((pair) => pair.rule_id)), [["R3", "R2", "R4"], ["R1"]]);
  assert.deepEqual(losers(PAIRS, "1"), [{ id: 2, name: "other", pairs: 2 }]);
});

test("a publish says beforehand what it will do", () => {
  const totals = { pairs: 4, new: 3, changed: 3, resolved: 0, unchanged: 10 };
  assert.deepEqual(consequences({ totals, pairs: PAIRS }, "1"), [
    "It opens 3 and changes 3 of the bad rows, in 4 pairs of rule and source; 10 stay as they are.",
    "It takes over 2 pairs that “other” published last.",
  ]);
  assert.equal(consequences({ totals: { ...totals, new: 0, changed: 0 }, pairs: [] }, "1")[0], "It changes no bad row: they are what is staged already.");
});

test("bad rows of many pairs are not filtered by an endless address", () => {
  assert.equal(badRows(PAIRS.slice(1, 3)), "/bad-detail?rule_id=R2&rule_id=R3&source_id=S1&source_id=S2");
  assert.equal(badRows(PAIRS, 2), "/bad-detail");
});

test("the lines of a diff know their numbers on both sides", () => {
  assert.deepEqual(lines("--- version 1\n+++ version 2\n@@ -3,2 +3,2 @@\n a\n-b\n+-- c\n"), [
    { kind: "hunk", text: "", old: null, now: null },
    { kind: "kept", text: "a", old: 3, now: 3 },
    { kind: "removed", text: "b", old: 4, now: null },
    { kind: "added", text: "-- c", old: null, now: 4 },
  ]);
  assert.deepEqual(lines(""), []);
});

test("a whole number is one, or told at its field", () => {
  assert.deepEqual(["5432", " 1 ", "", "x", "-1", "99999"].map(whole), [5432, 1, "", "x", "-1", 99999]);
});

test("nothing is null, and a 0 is told at its field", () => {
  assert.deepEqual(["", " ", "0", "30", "x"].map(wholeOrNone), [null, null, 0, 30, "x"]);
});
