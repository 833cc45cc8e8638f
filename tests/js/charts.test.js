// What the charts are made of: spans of dates, the worst and the rest, files, and what publishes did.
import assert from "node:assert/strict";
import { test } from "node:test";
import { did, isQuiet, moved } from "../../static/js/shared/activity.js";
import { bucketed, fitting, MOST, near } from "../../static/js/shared/buckets.js";
import { fitted } from "../../static/js/shared/chart.js";
import { csv } from "../../static/js/shared/csv.js";
import { ranked, share } from "../../static/js/shared/ranking.js";

const rows = (...pairs) => pairs.map(([date, count]) => ({ date, count }));

test("days without rows are points too", () => {
  const { unit, points } = bucketed(rows(["2024-02-27", 3], ["2024-03-01", 1]));
  assert.equal(unit, "day");
  assert.deepEqual(points.map(({ start, count }) => [start, count]), [["2024-02-27", 3], ["2024-02-28", 0], ["2024-02-29", 0], ["2024-03-01", 1]]);
  assert.equal(points[0].label, "27 Feb 2024");
});

test("weeks begin on Monday, months and years on their first", () => {
  const days = rows(["2023-12-31", 1], ["2024-01-01", 2], ["2024-02-29", 4]);
  const weeks = bucketed(days, { unit: "week" }).points;
  assert.deepEqual([weeks[0].start, weeks[0].end, weeks[0].count, weeks[1].count], ["2023-12-25", "2023-12-31", 1, 2]);
  assert.equal(weeks[1].label, "Week of 1 Jan 2024");
  const months = bucketed(days, { unit: "month" }).points;
  assert.deepEqual(months.map(({ label, start, end, count }) => [label, start, end, count]), [
    ["Dec 2023", "2023-12-01", "2023-12-31", 1],
    ["Jan 2024", "2024-01-01", "2024-01-31", 2],
    ["Feb 2024", "2024-02-01", "2024-02-29", 4],
  ]);
  assert.deepEqual(bucketed(days, { unit: "year" }).points.map(({ label, end, count }) => [label, end, count]), [["2023", "2023-12-31", 1], ["2024", "2024-12-31", 6]]);
});

test("before 1970 it is the same", () => {
  const [week] = bucketed(rows(["1969-12-31", 1]), { unit: "week" }).points;
  assert.deepEqual([week.start, week.end], ["1969-12-29", "1970-01-04"]);
});

test("thousands of days become weeks, months, years", () => {
  assert.deepEqual([1, MOST, MOST + 1, 2_810, 11_900, 12_000].map((span) => fitting(1, span)), ["day", "day", "week", "month", "month", "year"]);
  const years = rows(...Array.from({ length: 9_000 }, (_, day) => [new Date(day * 86_400_000).toISOString().slice(0, 10), 1]));
  const { unit, points } = bucketed(years, { unit: "day" });
  assert.equal(unit, "month");
  assert.ok(points.length <= MOST);
  assert.equal(points.reduce((sum, { count }) => sum + count, 0), 9_000);
});

test("a date far from all others does not press them into one point", () => {
  const days = rows(["0001-01-01", 1], ["2024-03-01", 50], ["2024-03-02", 60], ["9999-12-31", 2]);
  const { points, far } = bucketed(days);
  assert.deepEqual(points.map(({ start }) => start), ["2024-03-01", "2024-03-02"]);
  assert.deepEqual(far.map(({ date, count }) => [date, count]), [["0001-01-01", 1], ["9999-12-31", 2]]);
  const all = bucketed(days, { all: true });
  assert.deepEqual([all.unit, all.far.length, all.points.length], ["year", 0, 9_999]);
  assert.deepEqual([all.points[0].label, all.points.at(-1).end], ["0001", "9999-12-31"]);
});

test("where many rows are dated differently none is far", () => {
  const days = [{ day: 1, count: 1 }, { day: 20_000, count: 1 }];
  assert.equal(near(days), days);
  assert.deepEqual(near([]), []);
});

test("rows without a date, or with one of no calendar, are told apart", () => {
  const found = bucketed(rows(["0044-03-15 BC", 2], ["2024-03-01", 1], ["infinity", 3], [null, 4]));
  assert.deepEqual([found.points.length, found.undated, found.odd.map(({ count }) => count)], [1, 4, [2, 3]]);
  assert.deepEqual(bucketed(rows([null, 4])).points, []);
  assert.deepEqual(bucketed([]).points, []);
});

test("of many the worst stay and the rest is one", () => {
  const many = Array.from({ length: 300 }, (_, n) => ({ id: n, count: 300 - n }));
  const { top, rest, total } = ranked(many, 10);
  assert.deepEqual([top.length, rest.n, top.reduce((sum, { count }) => sum + count, 0) + rest.count], [10, 290, total]);
  assert.deepEqual(ranked(many.slice(0, 3), 10).rest, null);
  assert.deepEqual([ranked(many.slice(0, 11), 10).top.length, ranked(many.slice(0, 11), 10).rest], [11, null]);
  assert.deepEqual(ranked([], 10), { top: [], rest: null, total: 0 });
});

test("a share is as exact as it is small", () => {
  assert.deepEqual([share(1, 3), share(1, 50), share(1, 100_000), share(0, 9), share(0, 0)], ["33 %", "2.0 %", "under 0.1 %", "0 %", "0 %"]);
});

test("what a spreadsheet would compute gets an apostrophe, numbers do not", () => {
  const text = csv(["id", "count"], [["=1+1", -5], ["-1,5", 2], ["+x", 3], ["＠a", 4], ["\tx", 5], ["a,\"b\"\n", 6], [null, 7], ["", 8], ["-2+3", 9]]);
  assert.equal(text, "id,count\n'=1+1,-5\n\"-1,5\",2\n'+x,3\n'＠a,4\n'\tx,5\n\"a,\"\"b\"\"\n\",6\n,7\n\"\",8\n'-2+3,9\n");
});

test("a long name keeps what fits", () => {
  const measure = (text) => text.length;
  assert.deepEqual([fitted("short", 5, measure), fitted("much too long", 6, measure), fitted("abc", 0, measure)], ["short", "much…", "…"]);
});

const day = (date, bad_rows, done = {}) => ({ date, bad_rows, opened: 0, changed: 0, resolved: 0, reopened: 0, ...done });

test("how it moved is told from the number before the first of the days", () => {
  const days = [day("2026-03-01", 10), day("2026-03-02", 14, { opened: 5, resolved: 1 }), day("2026-03-03", 12, { resolved: 2 })];
  assert.deepEqual(moved(days, 3), { by: 2, since: "2026-03-01", whole: true });
  assert.deepEqual(moved(days, 2), { by: 2, since: "2026-03-02", whole: true });
  assert.deepEqual(moved([day("2026-02-28", null), ...days.slice(1)], 3), { by: 2, since: "2026-03-02", whole: false });
  assert.deepEqual(moved([day("2026-03-01", null), day("2026-03-02", 7, { opened: 7 })], 7), { by: 7, since: "2026-03-02", whole: false });
});

test("where no publish is on record it is not known how it moved", () => {
  assert.equal(moved([day("2026-03-01", null), day("2026-03-02", 7)], 7), null);
});

test("what was done reads as words", () => {
  assert.equal(did(day("2026-03-01", 1, { opened: 1200, resolved: 3 })), "1,200 opened, 3 resolved");
  assert.equal(did(day("2026-03-01", 1)), "nothing");
  assert.deepEqual([isQuiet([day("2026-03-01", 1)]), isQuiet([day("2026-03-01", 1, { changed: 1 })])], [true, false]);
});
