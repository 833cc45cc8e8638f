// A script as people see it: how far it is.
import { el } from "./dom.js";
import { words } from "./format.js";

const SAID = { never_populated: "Never run" };
const MEANT = {
  never_populated: "It was not populated yet",
  failed: "The last populate failed; what was staged before is still there",
  staged: "What is staged waits for a review and a publish",
  stale: "The SQL was changed after it was populated; populate it again",
  published: "What is staged was published",
};

/** The state in a word, with what it means on hovering. */
export function state(name) {
  return el(`span.status.status-${name}`, { title: MEANT[name] ?? null }, SAID[name] ?? words(name));
}

/** What has to be done before there is something to review, or null. */
export function missingStep(script) {
  if (!script.staged) {
    return "Nothing is staged yet. A populate runs the SQL and puts what it finds aside for the review; the bad rows stay as they are.";
  }
  return script.state === "stale" ? "The SQL was changed after it was populated. Populate it again, so that you review and publish what it says now." : null;
}
