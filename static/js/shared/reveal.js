// A password that the one who types it can look at.
import { el, icon } from "./dom.js";

/** Put a button beside the <input type="password"> in `place`, which shows what was typed and hides it again. */
export function reveal(place) {
  const input = place.querySelector("input");
  const button = el("button.btn.btn-quiet.reveal-button", { type: "button", "aria-label": "Show what is typed", "aria-pressed": "false", onclick: turn }, icon("eye"));

  function turn() {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.replaceChildren(icon(shown ? "eye-slash" : "eye"));
  }

  // What leaves the page is a password again, so that no browser keeps it among what was typed before.
  input.form?.addEventListener("submit", () => (input.type = "password"));
  place.append(button);
}
