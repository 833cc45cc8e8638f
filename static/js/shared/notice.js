// What went well or wrong, told where it happened.
import { el, icon } from "./dom.js";

const ICONS = { success: "check-circle-fill", info: "info-circle-fill", warning: "exclamation-triangle-fill", error: "exclamation-triangle-fill" };

/** Show one sentence in `place`, in the stead of what stood there. What is wrong interrupts a screen reader, the rest waits. */
export function tell(place, level, text, ...more) {
  place.replaceChildren(
    el(
      `div.notice.notice-${level}`,
      { role: level === "error" ? "alert" : "status" },
      icon(ICONS[level]),
      el("div.notice-text", {}, text, ...more),
      el("button.notice-close", { type: "button", "aria-label": "Close this message", onclick: () => hush(place) }, icon("x-lg")),
    ),
  );
}

/** Take away what `tell` showed. */
export function hush(place) {
  place.replaceChildren();
}

/** Do something; what goes wrong is told in `place`. Returns what it returned, or undefined. */
export async function attempt(place, what) {
  try {
    const done = await what();
    return done;
  } catch (problem) {
    if (problem.name === "AbortError") {
      return undefined;
    }
    tell(place, "error", problem.status === undefined ? "This page failed here. Load it again." : problem.message);
    if (problem.status === undefined) {
      console.error(problem);
    }
    return undefined;
  }
}
