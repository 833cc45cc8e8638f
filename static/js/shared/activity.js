// What publishes did lately, as the API tells it, and as two charts: how many bad rows there were, and what came and went.
import { lineConfig, upDownConfig } from "./chart.js";
import { count } from "./format.js";
import { get } from "./http.js";

const ACTIONS = ["opened", "reopened", "changed", "resolved"];
const long = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Ask /api/stats/activity/ or …/changes/ for days as the person's zone has them. */
export async function lately(what, query, signal) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return await get(`/api/stats/${what}/`, { ...query, timezone: zone }, signal);
  } catch (problem) {
    if (!problem.fields?.timezone) {
      throw problem;
    }
    return get(`/api/stats/${what}/`, query, signal); // a zone that the server does not know
  }
}

/** How many bad rows more a day made. */
export function net(day) {
  return day.opened + day.reopened - day.resolved;
}

/** What was done, in words, most telling first; "nothing" where nothing was. */
export function did(day) {
  return ACTIONS.filter((action) => day[action]).map((action) => `${count(day[action])} ${action}`).join(", ") || "nothing";
}

/** Whether anything was done on any of the days. */
export function isQuiet(days) {
  return days.every((day) => ACTIONS.every((action) => !day[action]));
}

/**
 * How the number of bad rows moved in the last `n` of `days`.
 * @returns {{by: number, since: string, whole: boolean}|null} null where it is not known; not `whole` where only a part of the time is known
 */
export function moved(days, n) {
  const last = days.slice(-n);
  const from = last.findIndex((day) => day.bad_rows !== null && ACTIONS.some((action) => day[action]));
  const known = last.findIndex((day) => day.bad_rows !== null);
  if (known === last.length - 1 && from === -1 && n > 1) {
    return null;
  }
  const first = last[known];
  return { by: last.at(-1).bad_rows - (first.bad_rows - net(first)), since: first.date, whole: known === 0 };
}

const columns = [
  { head: "Day", cell: (day) => long.format(new Date(day.date)), classes: "tight" },
  { head: "Bad rows at its end", cell: (day) => (day.bad_rows === null ? "not known" : count(day.bad_rows)), classes: "number" },
  ...ACTIONS.map((action) => ({ head: action[0].toUpperCase() + action.slice(1), cell: (day) => count(day[action]), classes: "number" })),
];

function parts(days) {
  return {
    columns,
    rows: [...days].reverse(),
    file: { heads: ["date", "bad_rows", ...ACTIONS], rows: days.map((day) => [day.date, day.bad_rows, ...ACTIONS.map((action) => day[action])]) },
  };
}

function labels(days) {
  return days.map((day) => short.format(new Date(day.date)));
}

/** The number of bad rows over days, as a drawing of shared/chart-card.js. */
export function trend(days) {
  const total = (day) => (day.bad_rows === null ? "not known" : `${count(day.bad_rows)} bad rows`);
  const lines = (at) => [total(days[at]), did(days[at])];
  return {
    ...parts(days),
    config: () => lineConfig({ labels: labels(days), values: days.map((day) => day.bad_rows), lines }),
    said: days.map((day) => `${long.format(new Date(day.date))}: ${total(day)}; ${did(day)}.`),
    summary: `${days.length} days; ${total(days.at(-1))} now.`,
  };
}

/** What was opened and what was resolved, as a drawing. */
export function comings(days) {
  const sum = (action) => days.reduce((all, day) => all + day[action], 0);
  const summary = `In ${days.length} days ${ACTIONS.map((action) => `${count(sum(action))} ${action}`).join(", ")}.`;
  const values = { up: days.map((day) => day.opened + day.reopened), down: days.map((day) => day.resolved) };
  return {
    ...parts(days),
    config: () => upDownConfig({ labels: labels(days), ...values, lines: (at) => did(days[at]).split(", ") }),
    said: days.map((day) => `${long.format(new Date(day.date))}: ${did(day)}.`),
    summary,
  };
}
