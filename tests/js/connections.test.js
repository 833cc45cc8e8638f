// A connection in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome, readers } from "../../static/js/connections/logic.js";

const FOUND = { ok: true, server_version: "16.3", latency_ms: 12.5, tls: "TLSv1.3", user: "u", database: "d", is_superuser: false, can_write: false };

test("a test tells what is there, and what had better be different", () => {
  assert.deepEqual(outcome(FOUND), { level: "succeeded", words: "It works: PostgreSQL 16.3, reached in 12.5 ms, encrypted (TLSv1.3), as u on d.", advice: [] });
  assert.match(outcome({ ...FOUND, tls: null }).words, /not encrypted/);
  assert.match(outcome({ ...FOUND, is_superuser: true, can_write: true }).advice.join(), /^The user is a superuser/);
  assert.match(outcome({ ...FOUND, can_write: true }).advice.join(), /could write/);
  assert.deepEqual(outcome({ ok: false, message: "No." }), { level: "failed", words: "No.", advice: [] });
});

test("those who read it are named, and the rest counted", () => {
  assert.equal(readers({ used_by: 0, script_names: [] }), "No script reads it.");
  assert.equal(readers({ used_by: 1, script_names: ["a"] }), "1 script reads it: a.");
  assert.equal(readers({ used_by: 5, script_names: ["a", "b"] }), "5 scripts read it: a, b and 3 more.");
});
