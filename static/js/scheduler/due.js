// What became of the times at which a schedule was due, in words and as marks.

// By state: what it is called, and whether somebody may want to know why.
const STATES = {
  succeeded: "ran well",
  ran: "ran",
  running: "running",
  queued: "waiting for a worker",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
  missed: "missed",
  refused: "could not start",
};

/** The state of a due time as people say it. */
export function said(due) {
  return STATES[due.state] ?? due.state;
}

/** Why it went so, in a sentence; "" where there is nothing to say. */
export function why(due) {
  const others = due.n_times > 1 ? ` With ${due.n_times - 1} more right before it.` : "";
  return `${[due.reason, due.message].filter(Boolean).join(" ")}${others}`.trim();
}

/** The run to look at: the last one that came of it. Null where none did. */
export function runOf(due) {
  return due.publish ?? due.run;
}

/** Several due times in a sentence, the most frequent first: "The last 20 times: 18 ran well, 1 failed, 1 skipped." */
export function summed(several) {
  const counts = new Map();
  several.forEach((due) => counts.set(said(due), (counts.get(said(due)) ?? 0) + 1));
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([state, n]) => `${n} ${state}`);
  return `The last ${several.length === 1 ? "time" : `${several.length} times`}: ${parts.join(", ")}.`;
}
