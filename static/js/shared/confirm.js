// A question before something is done that others will notice.
import { el } from "./dom.js";

/**
 * Ask in a dialog of the page; resolves with whether the person agreed. Escape and Cancel mean no.
 * @param {string} question the head of the dialog
 * @param {Array<Node|string>} told what will happen, a paragraph each
 * @param {string} action the word on the button that does it
 * @param {boolean} [danger] whether something is lost by it
 */
export function confirm(question, told, action, { danger = false } = {}) {
  const yes = el(`button.btn.${danger ? "btn-danger" : "btn-primary"}`, { type: "submit", value: "yes" }, action);
  const no = el("button.btn.btn-quiet", { type: "submit", value: "", autofocus: danger }, "Cancel");
  const form = el("form.dialog-buttons", { method: "dialog" }, no, yes);
  const paragraphs = told.map((one) => (one instanceof Node ? one : el("p", {}, one)));
  const dialog = el("dialog.dialog", { "aria-labelledby": "dialog-title" }, el("h2", { id: "dialog-title" }, question), ...paragraphs, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    // Not at once: the Escape that made somebody ask would close the dialog too.
    setTimeout(() => {
      dialog.showModal();
      (danger ? no : yes).focus();
    });
  });
}
