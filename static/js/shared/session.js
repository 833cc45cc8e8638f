// A session that ended while its page was open: the person signs in again in place, and what was under way goes on.
import { cookie } from "./cookie.js";
import { byId, el } from "./dom.js";
import { onSignedOut } from "./http.js";
import { hush, tell } from "./notice.js";
import { reveal } from "./reveal.js";

const SIGN_IN = "/accounts/login";
const WORDS = { 200: "The password is wrong.", 403: "That did not work. Load this page again.", 429: "Too many failed sign-ins. Wait a quarter of an hour, then try again." };
let asking = null;
let declined = false;

/** Let calls of the API ask for a new session. */
export function keepSession() {
  const person = byId("main-menu")?.dataset.person;
  if (person) {
    onSignedOut((method) => again(person, method));
  }
}

/** Whether there is a session again. Who said no is asked again only for something that they do, not for what the page reads by itself. */
async function again(person, method) {
  if (declined && method === "GET" && !asking) {
    return false;
  }
  asking ??= ask(person).finally(() => (asking = null));
  declined = !(await asking);
  return !declined;
}

function ask(person) {
  const notice = el("div.messages", { "aria-live": "polite" });
  const input = el("input.form-control", { id: "again-password", type: "password", autocomplete: "current-password", required: true });
  const field = el("div.form-field", {}, el("label", { for: "again-password" }, "Password"), el("div.reveal", {}, input));
  const buttons = el("div.dialog-buttons", {}, el("button.btn.btn-quiet", { type: "button", onclick: () => dialog.close() }, "Not now"), el("button.btn.btn-primary", {}, "Sign in"));
  const form = el("form", {}, el("input", { name: "username", value: person, autocomplete: "username", hidden: true }), notice, field, buttons);
  const words = ["Your session has ended. Sign in again as ", el("strong", {}, person), " to go on; nothing on this page is lost."];
  const dialog = el("dialog.dialog", { "aria-labelledby": "again-title" }, el("h2", { id: "again-title" }, "Sign in again"), el("p", {}, ...words), form);
  document.body.append(dialog);
  dialog.showModal();
  reveal(field.querySelector(".reveal"));
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      hush(notice);
      const wrong = await signIn(person, input.value);
      wrong ? tell(notice, "error", wrong) : dialog.close("yes");
    });
  });
}

/** Nothing once a session is open, else what is wrong. */
async function signIn(username, password) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: cookie("csrftoken"), username, password });
  try {
    const answer = await fetch(SIGN_IN, { method: "POST", body, redirect: "manual" });
    return answer.type === "opaqueredirect" ? "" : (WORDS[answer.status] ?? "DQX failed here. Try again.");
  } catch {
    return "DQX can't be reached. Check the connection and try again.";
  }
}
