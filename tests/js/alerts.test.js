// What rules, incidents and messages say, in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { heard, pause, place, scope } from "../../static/js/alerts/logic.js";

const rule = { on: ["new_bad_rows", "run_failed"], threshold: 0, scripts: [], script_names: {}, rules: [], sources: [] };

test("a rule says what it hears of, in one order", () => {
  assert.equal(heard(rule), "failed runs, new bad rows");
  assert.equal(heard({ ...rule, threshold: 1200 }), "failed runs, new bad rows (more than 1,200)");
});

test("a rule without a scope is about everything", () => {
  assert.equal(scope(rule), "everything");
});

test("a scope names a few of each and counts the rest", () => {
  const named = { ...rule, scripts: [4, 5], script_names: { 4: "orders" }, rules: ["A", "B", "C", "D", "E"], sources: ["S"] };
  assert.equal(scope(named), "scripts orders, script 5, which is gone; rules A, B, C and 2 more; source S");
});

test("what is wrong leads to its page", () => {
  assert.equal(place({ kind: "run_failed", run_id: 7 }), "/runs/7");
  assert.equal(place({ kind: "run_failed", run_id: null }), null);
  assert.equal(place({ kind: "schedule_late", schedule_id: 3 }), "/scheduler?schedule=3");
  assert.equal(place({ kind: "schedule_late", schedule_id: null }), "/scheduler");
  assert.equal(place({ kind: "new_bad_rows", rule_id: "a&b", source_id: "S" }), "/bad-detail?rule_id=a%26b&source_id=S");
});

test("a pause is told in the largest unit that fits", () => {
  assert.equal(pause(0), "each message at once");
  assert.equal(pause(60), "at most one message in an hour");
  assert.equal(pause(480), "at most one message in 8 hours");
  assert.equal(pause(15), "at most one message in 15 minutes");
});
