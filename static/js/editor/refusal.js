// What the server refused: the sentence, and where in the text.
import { el } from "../shared/dom.js";
import { tell } from "../shared/notice.js";

/** Tell it in the notice of the page, with the way to its place; a wait that was given up is none. */
export function refuse({ notice, code }, problem) {
  if (problem.name === "AbortError") {
    return;
  }
  if (problem.status === undefined) {
    console.error(problem);
    tell(notice, "error", "This page failed here. What you typed is kept; load the page again.");
    return;
  }
  const place = code.mark(problem);
  const more = ["detail", "hint"].map((name) => problem.details?.[name]).filter(Boolean).map((text) => el("span.d-block", {}, text));
  const jump = place ? [" ", el("button.link-button", { type: "button", onclick: () => code.go(place) }, `Go to line ${place.line}`)] : [];
  tell(notice, "error", problem.message, ...more, ...jump);
}
