// Schedules and references without a page around them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decoded, differences, losses, summary } from "../../static/js/references/logic.js";
import { runOf, said, summed, why } from "../../static/js/scheduler/due.js";
import { elsewhere, fitting, ordered, sifted, tally, timing, trouble, unrun, valuesOf, wall } from "../../static/js/scheduler/logic.js";

const fine = { id: 1, job_name: "b", script_name: "flights", owner: { username: "paula" }, is_active: true, problem: null, next_run: "2026-11-30T02:05:00+01:00", last_run: { status: "succeeded" } };
const sooner = { ...fine, id: 2, job_name: "c", next_run: "2026-11-29T23:00:00-05:00", owner: null };
const failed = { ...fine, id: 3, job_name: "z", last_run: { status: "failed" } };
const resting = { ...fine, id: 4, job_name: "y", problem: "Nobody owns it.", next_run: null, script_name: null };
const off = { ...failed, id: 5, is_active: false, next_run: null };
const all = [off, fine, sooner, failed, resting];

test("a schedule wants somebody where it rests or failed, but not while it is off", () => {
  assert.deepEqual(all.map(trouble), [null, null, null, "failed", "problem"]);
  assert.deepEqual(tally(all), { "": 5, trouble: 2, on: 4, off: 1 });
});

test("one that is late wants somebody", () => {
  assert.deepEqual([trouble({ ...fine, late: true }), trouble({ ...off, late: true }), trouble({ ...resting, late: true })], ["late", null, "problem"]);
});

test("one that did not run when it should have wants somebody, until it runs again", () => {
  const at = (state) => ({ ...fine, last_due: { state, due_at: "2026-11-29T02:05:00+00:00" }, last_run: { status: "succeeded", created_at: "2026-11-28T02:05:01+00:00" } });
  assert.deepEqual(["missed", "refused", "skipped", "succeeded"].map((state) => trouble(at(state))), ["failed", "failed", null, null]);
  const again = { ...at("missed"), last_run: { id: 9, status: "succeeded", created_at: "2026-11-29T08:00:00+00:00" } };
  const half = { ...again, last_due: { ...at("refused").last_due, run: { id: 7 } }, last_run: { ...again.last_run, id: 7 } };
  assert.deepEqual([trouble(half), trouble({ ...half, last_run: { ...half.last_run, id: 8 } })], ["failed", null]);
  assert.deepEqual([unrun(at("missed")).state, unrun(again), trouble(again), unrun(fine)], ["missed", null, null, null]);
});

test("what became of due times is a sentence, the most frequent first", () => {
  const due = (state) => ({ state, n_times: 1, reason: "", message: null });
  assert.equal(summed([due("missed"), due("succeeded"), due("succeeded")]), "The last 3 times: 2 ran well, 1 missed.");
  assert.equal(summed([due("refused")]), "The last time: 1 could not start.");
  assert.equal(said(due("queued")), "waiting for a worker");
  assert.equal(why({ n_times: 3, reason: "DQX was down.", message: null }), "DQX was down. With 2 more right before it.");
  assert.equal(why({ n_times: 1, reason: "Late.", message: "It failed." }), "Late. It failed.");
  assert.deepEqual([runOf({ run: { id: 1 }, publish: { id: 2 } }), runOf({ run: null, publish: null })], [{ id: 2 }, null]);
});

test("those that want somebody come first, then by the moment when they run, those that are off last", () => {
  assert.deepEqual(ordered(all).map(({ id }) => id), [3, 4, 1, 2, 5]);
});

test("schedules are sifted by words of name, script or owner, and by state", () => {
  assert.deepEqual(sifted(all, { q: " FLIGHTS ", state: "on" }).map(({ id }) => id), [1, 2, 3]);
  assert.deepEqual(sifted(all, { q: "paula", state: "trouble" }).map(({ id }) => id), [3, 4]);
  assert.equal(sifted(all, {}).length, 5);
});

test("a form sends what its frequency is made of, and nothing that stands empty", () => {
  const values = { frequency: "monthly", time: "02:05", day_of_week: "monday", day_of_month: "31", cron_schedule: "* * * * *", timezone: "UTC" };
  assert.deepEqual(timing(values), { frequency: "monthly", time: "02:05", day_of_month: 31, timezone: "UTC" });
  assert.deepEqual(timing({ ...values, frequency: "weekly", time: "" }), { frequency: "weekly", day_of_week: "monday", timezone: "UTC" });
  assert.deepEqual(timing({ ...values, frequency: "cron", timezone: "" }), { frequency: "cron", cron_schedule: "* * * * *" });
});

test("a form is filled from a schedule, and a new one with what is usual", () => {
  const made = valuesOf({ job_name: "n", script_id: 7, script_name: "s", operation: "populate", frequency: "cron", timezone: "UTC", is_active: false, cron_schedule: "5 2 * * *", time: null });
  assert.deepEqual([made.script, made.cron_schedule, made.time, made.is_active], [{ value: 7, label: "s" }, "5 2 * * *", "02:00", false]);
  assert.deepEqual([valuesOf(null, "Asia/Tokyo").timezone, valuesOf(null, "UTC").frequency, valuesOf(null, "UTC").script], ["Asia/Tokyo", "daily", null]);
});

test("zones are found by words in any order, one's own first", () => {
  const zones = ["Africa/Abidjan", "America/New_York", "Europe/Berlin", "UTC"];
  assert.deepEqual(fitting(zones, "", "Europe/Berlin"), ["Europe/Berlin", "UTC", "Africa/Abidjan", "America/New_York"]);
  assert.deepEqual(fitting(zones, "york new", "UTC"), ["America/New_York"]);
  assert.deepEqual(fitting(zones, "mars", "UTC"), []);
});

test("a time is told by the clock of its zone, and by another one where that differs", () => {
  assert.equal(wall("2026-11-30T02:05:00+01:00"), "Mon, 30 Nov 2026, 02:05");
  assert.equal(elsewhere("2026-11-30T02:05:00+01:00", "America/New_York"), "Sun, 29 Nov 2026, 20:05");
  assert.equal(elsewhere("2026-11-30T02:05:00+01:00", "Europe/Paris"), null);
});

test("what an import does is a sentence", () => {
  assert.equal(summary({ added: 1, changed: 2, unchanged: 1200 }, "rule"), "1 rule new, 2 changed, 1,200 unchanged.");
  assert.equal(summary({ added: 0, changed: 2, unchanged: 0 }, "source", { done: true }), "2 sources changed.");
  assert.match(summary({ added: 0, changed: 0, unchanged: 0 }, "rule"), /no lines/);
});

test("of a line that changes something only that is told", () => {
  assert.deepEqual(differences({ before: { a: "1", b: "2" }, after: { a: "1", b: "3" } }), [["b", "2", "3"]]);
  assert.deepEqual(differences({ before: null, after: { a: "1" } }), [["a", null, "1"]]);
});

test("what goes with a reference is told before it is deleted", () => {
  assert.deepEqual(losses({ bad_rows: 0, scripts: 0, script_names: [] }), ["No bad row carries its id, and no script has published it."]);
  assert.match(losses({ bad_rows: 1, scripts: 12, script_names: ["a", "b"] }).join(" "), /1 bad row carries.*12 scripts published it: a, b, and 10 more/);
});

test("files of spreadsheets are read whatever they are written in", () => {
  const buffer = (...bytes) => new Uint8Array(bytes).buffer;
  assert.deepEqual(decoded(buffer(0xc3, 0xbc)), { text: "ü", encoding: "UTF-8" });
  assert.deepEqual(decoded(buffer(0xfc)), { text: "ü", encoding: "Windows-1252" });
  assert.deepEqual(decoded(buffer(0xff, 0xfe, 0xfc, 0)), { text: "ü", encoding: "UTF-16" });
});
