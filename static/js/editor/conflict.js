// Somebody else saved the script meanwhile: which text shall it have? Nothing is lost by either answer.
import { el } from "../shared/dom.js";
import { exactly } from "../shared/format.js";
import { difference } from "./code.js";

/**
 * Ask; resolves with "mine", "theirs", or "" for neither.
 * @param {object} theirs the script as it is now
 * @param {string} mine the text as it stands here
 * @param {{author: string|null, changed_at: string|null}} told by whom and when it was saved
 */
export function chooseText(theirs, mine, { author, changed_at: at }) {
  const place = el("div.difference", { hidden: true });
  const choice = (value, words, kind = "btn-quiet") => el(`button.btn.${kind}`, { type: "submit", value }, words);
  const see = el("button.btn.btn-quiet", { type: "button", "aria-expanded": "false", onclick: () => show() }, "See the difference");
  const dialog = el(
    "dialog.dialog.dialog-wide",
    { "aria-labelledby": "conflict-title" },
    el("h2", { id: "conflict-title" }, `${author ?? "Somebody"} saved another text meanwhile`),
    el("p", {}, `Version ${theirs.version} was saved${at ? ` on ${exactly(at)}` : ""}, after you had opened the script. Yours becomes the next version if you keep it, and theirs stays among the versions. If you load theirs, undo brings yours back.`),
    place,
    el("form.dialog-buttons", { method: "dialog" }, choice("", "Decide later"), see, choice("theirs", "Load theirs"), choice("mine", "Keep mine", "btn-primary")),
  );

  function show() {
    place.hidden = !place.hidden;
    see.setAttribute("aria-expanded", String(!place.hidden));
    if (!place.shadowRoot) {
      difference(place, theirs.content, mine);
    }
  }

  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
  });
}
