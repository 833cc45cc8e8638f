// Forms whose rules are the server's: what is wrong is told at its field, and whatever happens, what was typed stays.
import { el } from "./dom.js";
import { hush, tell } from "./notice.js";

/** Say what is wrong with the fields of `form`, by name; the names that it has no field for are returned. */
export function tellFields(form, fields) {
  forgetFields(form);
  const elsewhere = [];
  for (const [name, messages] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!(field instanceof Element) || field.type === "hidden") {
      elsewhere.push(name);
      continue;
    }
    tellField(field, [messages].flat().join(" "));
  }
  [...form.elements].find((field) => field.hasAttribute("aria-invalid"))?.focus();
  return elsewhere;
}

/** Say what is wrong with one field, until something else is typed there. */
export function tellField(field, text) {
  forgetField(field);
  const id = `${field.id || field.name}_error`;
  const place = field.closest(".form-field") ?? field.parentElement;
  place.append(el("p.form-error", { id }, text));
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [described(field), id].filter(Boolean).join(" "));
  field.addEventListener("input", () => forgetField(field), { once: true });
}

function described(field) {
  return (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("_error")).join(" ");
}

/** Take away what `tellField` said. */
export function forgetField(field) {
  const place = field.closest(".form-field") ?? field.parentElement;
  place.querySelectorAll(".form-error").forEach((one) => one.remove());
  field.removeAttribute("aria-invalid");
  const rest = described(field);
  rest ? field.setAttribute("aria-describedby", rest) : field.removeAttribute("aria-describedby");
}

/** Take away all that `tellFields` said. */
export function forgetFields(form) {
  [...form.elements].filter((field) => field.hasAttribute("aria-invalid")).forEach(forgetField);
}

/**
 * Let `form` be sent by `save`. While it is on its way the button waits; what is refused is told at its field, and above the form
 * (in its [data-notice]) where it names none.
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} save
 */
export function sends(form, save) {
  const notice = form.querySelector("[data-notice]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const focused = document.activeElement;
    const buttons = [...form.querySelectorAll("button:not([type=button])")];
    hush(notice);
    forgetFields(form);
    buttons.forEach((button) => (button.disabled = true));
    try {
      await save();
    } catch (problem) {
      explain(form, notice, problem);
    } finally {
      buttons.forEach((button) => (button.disabled = false));
      if (document.activeElement === document.body && form.contains(focused)) {
        focused.focus(); // a button that waits loses it
      }
    }
  });
}

function explain(form, notice, problem) {
  if (problem.status === undefined) {
    console.error(problem);
    tell(notice, "error", "This page failed here. Nothing was saved.");
    return;
  }
  const elsewhere = tellFields(form, problem.fields);
  if (elsewhere.length || !Object.keys(problem.fields).length) {
    tell(notice, "error", problem.message);
  }
}

/** A number as the API takes it; what is none goes as it is, to be told at its field. */
export function whole(text) {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : text;
}

/** The same where nothing may be given, which goes as null. */
export function wholeOrNone(text) {
  return text.trim() === "" ? null : whole(text);
}
