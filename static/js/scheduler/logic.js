// What is known of schedules without a page around it: which need somebody, what a form means, and times as clocks show them.

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
export const FIELDS = ["time", "day_of_week", "day_of_month", "cron_schedule"];
// What each frequency is made of.
export const PARTS = {
  daily: ["time"],
  weekly: ["time", "day_of_week"],
  monthly: ["time", "day_of_month"],
  cron: ["cron_schedule"],
};

/** The newest due time, where nothing ran, or only the populate, and no run was made since; else null. */
export function unrun({ last_due: due, last_run: run }) {
  const idle = due && ["missed", "refused"].includes(due.state);
  return idle && !(run && run.id !== due.run?.id && Date.parse(run.created_at) > Date.parse(due.due_at)) ? due : null;
}

/**
 * Why a schedule wants somebody to look: "problem" (it rests), "late", "failed" (its last run did, or there was none where one was due),
 * or null. One that is off wants nobody.
 */
export function trouble(schedule) {
  if (!schedule.is_active) {
    return null;
  }
  if (schedule.problem) {
    return "problem";
  }
  if (schedule.late) {
    return "late";
  }
  return schedule.last_run?.status === "failed" || unrun(schedule) ? "failed" : null;
}

/** Those in whose name, script or owner the words stand, and which are in the state: "" for all, "trouble", "on" or "off". */
export function sifted(schedules, { q = "", state = "" }) {
  const words = q.trim().toLowerCase();
  const has = (schedule) => [schedule.job_name, schedule.script_name, schedule.owner?.username].some((text) => text?.toLowerCase().includes(words));
  return schedules.filter((schedule) => inState(schedule, state) && (!words || has(schedule)));
}

function inState(schedule, state) {
  return { trouble: trouble(schedule) !== null, on: schedule.is_active, off: !schedule.is_active }[state] ?? true;
}

/** How many there are in each state. */
export function tally(schedules) {
  return Object.fromEntries(["", "trouble", "on", "off"].map((state) => [state, schedules.filter((one) => inState(one, state)).length]));
}

/** Those that are late first, then those that want somebody, then by when they come next, those that are off last. */
export function ordered(schedules) {
  const rank = (schedule) => ({ late: 0, problem: 1, failed: 1 })[trouble(schedule)] ?? (schedule.is_active ? 2 : 3);
  const next = (schedule) => (schedule.next_run ? Date.parse(schedule.next_run) : Infinity);
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return [...schedules].sort((a, b) => rank(a) - rank(b) || compare(next(a), next(b)) || a.job_name.localeCompare(b.job_name));
}

/** The timing that a form's values mean, as the API takes it: only what belongs to the frequency, and nothing that is empty. */
export function timing(values) {
  const parts = PARTS[values.frequency].filter((name) => values[name] !== "").map((name) => [name, name === "day_of_month" ? Number(values[name]) : values[name]]);
  return { frequency: values.frequency, ...Object.fromEntries(parts), ...(values.timezone ? { timezone: values.timezone } : {}) };
}

/** What a schedule of the API puts into the fields of a form; a new one where none is given. */
export function valuesOf(schedule, zone) {
  const { job_name = "", operation = "populate_and_publish", frequency = "daily", timezone = zone, is_active = true, catch_up = "run_last" } = schedule ?? {};
  const times = Object.fromEntries(FIELDS.map((name) => [name, String(schedule?.[name] ?? "")]));
  const script = schedule?.script_id ? { value: schedule.script_id, label: schedule.script_name } : null;
  const usual = { time: "02:00", day_of_week: "monday", day_of_month: "1" };
  const filled = Object.fromEntries(Object.entries(times).map(([name, value]) => [name, value || usual[name] || ""]));
  return { job_name, script, operation, frequency, timezone, is_active, catch_up, ...filled };
}

/** The zones that fit a text: one's own first, then UTC, then by name. */
export function fitting(zones, text, own) {
  const words = text.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
  const rank = (zone) => (zone === own ? 0 : zone === "UTC" ? 1 : 2);
  const fits = (zone) => words.every((word) => zone.toLowerCase().replaceAll("_", " ").includes(word));
  return zones.filter(fits).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** A time as the clock of its own zone shows it, which its text says: "Mon, 30 Nov 2026, 02:05". */
export function wall(iso) {
  const [date, time] = iso.split("T");
  return `${DAY.format(new Date(`${date}T00:00:00Z`))}, ${time.slice(0, 5)}`;
}

/** The same moment as the clock of another zone shows it; null where that is no other time. */
export function elsewhere(iso, zone) {
  const parts = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: zone }).format(new Date(iso));
  const there = wall(parts.replace(" ", "T"));
  return there === wall(iso) ? null : there;
}
