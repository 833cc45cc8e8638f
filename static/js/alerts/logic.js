// What rules, channels and messages say, in words.
import { count } from "../shared/format.js";

export const KINDS = { run_failed: "Failed run", schedule_late: "Late schedule", new_bad_rows: "New bad rows" };
export const CHANNELS = { mail: "Mail", webhook: "Webhook", apprise: "Apprise" };
const HEARD = { run_failed: "failed runs", schedule_late: "late schedules", new_bad_rows: "new bad rows" };
const MOST = 3;

/** "failed runs, new bad rows (more than 10)". */
export function heard({ on, threshold }) {
  return Object.keys(HEARD)
    .filter((kind) => on.includes(kind))
    .map((kind) => (kind === "new_bad_rows" && threshold ? `${HEARD[kind]} (more than ${count(threshold)})` : HEARD[kind]))
    .join(", ");
}

/** What it is about: "everything", or the scripts, rules and sources that it names. */
export function scope(rule) {
  const scripts = rule.scripts.map((id) => rule.script_names[id] ?? `script ${id}, which is gone`);
  const parts = [named("script", scripts), named("rule", rule.rules), named("source", rule.sources)].filter(Boolean);
  return parts.length ? parts.join("; ") : "everything";
}

function named(what, names) {
  if (!names.length) {
    return "";
  }
  const rest = names.length > MOST ? ` and ${names.length - MOST} more` : "";
  return `${what}${names.length === 1 ? "" : "s"} ${names.slice(0, MOST).join(", ")}${rest}`;
}

/** The page that an incident leads to, or null. */
export function place({ kind, run_id: run, rule_id: rule, source_id: source, schedule_id: schedule }) {
  if (kind === "new_bad_rows") {
    return `/bad-detail?${new URLSearchParams({ rule_id: rule, source_id: source })}`;
  }
  if (kind === "schedule_late") {
    return schedule ? `/scheduler?schedule=${schedule}` : "/scheduler";
  }
  return run && `/runs/${run}`;
}

/** "at once", "every 8 hours at the most". */
export function pause(minutes) {
  if (!minutes) {
    return "each message at once";
  }
  const whole = minutes % 60 === 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return `at most one message in ${whole[0] === 1 ? `an ${whole[1]}` : `${count(whole[0])} ${whole[1]}s`}`;
}
