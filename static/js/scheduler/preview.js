// When a schedule comes next, in words and as times of its zone, with one's own beside them.
import { byId, el } from "../shared/dom.js";
import { elsewhere, wall } from "./logic.js";

export const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What a timing means, as the API answers it: a sentence and a list. */
export function times({ description, timezone, next_runs: next }) {
  const items = next.map((iso) => {
    const here = elsewhere(iso, own);
    return el("li", {}, el("time", { datetime: iso }, wall(iso)), here ? el("span.muted", {}, ` (${here} for you)`) : null);
  });
  return [
    el("p.preview-words", {}, el("strong", {}, description), el("span.muted", {}, ` ${timezone}`)),
    items.length ? el("ol.preview-times", {}, ...items) : el("p.muted", {}, "It never comes again."),
  ];
}

/** Show in the form's preview what a timing means; or, where it means nothing yet, why. */
export function coming(answer, why = "") {
  const head = el("h3.panel-head", {}, "The next runs");
  const nothing = el("p.muted", {}, why || "They appear here once the times can be read.");
  byId("preview").replaceChildren(head, ...(answer ? times(answer) : [nothing]));
}
