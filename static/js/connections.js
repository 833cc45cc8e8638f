// The connections: each with how it is reached, who reads it, and a test that says what is there.
import { confirm } from "./shared/confirm.js";
import { byId, el, icon } from "./shared/dom.js";
import { get, post, remove } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { outcome, readers } from "./connections/logic.js";
import { connectionPanel } from "./connections/panel.js";

const notice = byId("notice");
const list = byId("connections");
const panel = connectionPanel(async (kept) => {
  await show();
  list.querySelector(`[data-connection="${kept.id}"] [data-test]`)?.click();
});

async function show() {
  const found = await attempt(notice, () => get("/api/connections/"));
  if (!found) {
    return;
  }
  hush(notice);
  const empty = el("li.card.empty", {}, el("p.mb-0", {}, "There is no connection yet. Scripts then read this database; with a connection they read another PostgreSQL."));
  list.replaceChildren(...(found.length ? found.map(card) : [empty]));
}

function card(connection) {
  const { id, name, user, host, port, dbname, sslmode } = connection;
  const result = el("div.test-result", { "aria-live": "polite" });
  const test = el("button.btn.btn-quiet.btn-sm", { type: "button", "data-test": true, onclick: () => run(id, test, result) }, icon("plug"), " Test");
  return el(
    "li.card.connection",
    { "data-connection": id },
    el("div.card-header", {}, el("h2", {}, name)),
    el(
      "div.card-body",
      {},
      el("p.value", {}, `${user}@${host}:${port}/${dbname}`),
      el("p", {}, el("span.muted", {}, `sslmode ${sslmode}, ${connection.has_password ? "a password is kept" : "no password"}, ${connection.runs_at_once === 1 ? "one run" : `${connection.runs_at_once} runs`} at once`)),
      el("p", {}, readers(connection)),
      result,
    ),
    el(
      "div.connection-buttons",
      {},
      test,
      el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Edit ${name}`, onclick: () => panel.open(connection) }, "Edit"),
      el("button.btn.btn-quiet.btn-sm.danger", { type: "button", "aria-label": `Delete ${name}`, onclick: () => erase(connection) }, "Delete"),
    ),
  );
}

async function run(id, button, place) {
  button.disabled = true;
  place.replaceChildren(el("p.muted", {}, "Connecting…"));
  const found = await attempt(place, () => post(`/api/connections/${id}/test/`));
  button.disabled = false;
  if (found) {
    const { level, words, advice } = outcome(found);
    place.replaceChildren(el("p", {}, el(`span.status.status-${level}`, {}, found.ok ? "Works" : "Fails"), " ", words), ...advice.map((one) => el("p.test-advice", {}, icon("exclamation-triangle-fill"), " ", one)));
  }
}

async function erase(connection) {
  if (connection.used_by) {
    tell(notice, "warning", `'${connection.name}' can't be deleted: ${readers(connection)} Give them another connection first.`);
    notice.scrollIntoView({ block: "nearest" });
    return;
  }
  const told = ["Its password is forgotten. Runs that read it stay in the ledger."];
  if (!(await confirm(`Delete the connection ${connection.name}?`, told, "Delete it", { danger: true }))) {
    return;
  }
  if (await attempt(notice, async () => (await remove(`/api/connections/${connection.id}/`), true))) {
    await show();
    tell(notice, "success", `'${connection.name}' is deleted.`);
  }
}

byId("new").addEventListener("click", () => panel.open(null));
show();
