// The form of a connection. The password goes in and never comes out: an empty field keeps what is there.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { byId } from "../shared/dom.js";
import { forgetFields, sends, whole } from "../shared/form.js";
import { post, put } from "../shared/http.js";
import { hush } from "../shared/notice.js";
import { reveal } from "../shared/reveal.js";
import { guard } from "../shared/unsaved.js";

const NAMES = ["name", "host", "port", "dbname", "user", "sslmode", "runs_at_once"];
const EMPTY = { name: "", host: "", port: 5432, dbname: "", user: "", sslmode: "prefer", runs_at_once: 4, has_password: false };
const form = byId("form");
const panel = byId("one");

/** The panel of the page; `saved` is called with the connection as it is now. */
export function connectionPanel(saved) {
  const offcanvas = Offcanvas.getOrCreateInstance(panel);
  const { password, forget } = form.elements;
  let id = null;
  let before = "";
  const values = () => Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));
  const state = () => JSON.stringify([values(), password.value, forget.checked]);
  const settle = guard(panel, offcanvas, () => state() !== before);

  function open(connection) {
    id = connection?.id ?? null;
    const shown = connection ?? EMPTY;
    hush(form.querySelector("[data-notice]"));
    forgetFields(form);
    NAMES.forEach((name) => (form.elements[name].value = shown[name]));
    password.value = "";
    password.placeholder = shown.has_password ? "One is kept; leave this empty to keep it" : "";
    password.disabled = forget.checked = false;
    byId("forget-choice").hidden = !shown.has_password;
    byId("one-title").textContent = connection ? connection.name : "New connection";
    before = state();
    offcanvas.show();
  }

  async function save() {
    const given = values();
    const body = { ...given, port: whole(given.port), runs_at_once: whole(given.runs_at_once), password: forget.checked ? null : password.value };
    const kept = await (id === null ? post("/api/connections/", body) : put(`/api/connections/${id}/`, body));
    settle();
    saved(kept);
  }

  forget.addEventListener("change", () => (password.disabled = forget.checked));
  reveal(form.querySelector("[data-reveal]"));
  sends(form, save);
  return { open };
}
