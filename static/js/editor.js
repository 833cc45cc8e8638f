// The editor of one script: write, complete, run, lay out, save, populate. What is typed is never lost.
import { completion, names } from "./editor/completion.js";
import { codeEditor } from "./editor/code.js";
import { leaving } from "./editor/facts.js";
import { showSaved, showScript, showState } from "./editor/head.js";
import { saving } from "./editor/saving.js";
import { sheet } from "./editor/sheet.js";
import { TEMPLATE } from "./editor/template.js";
import { format, trying } from "./editor/trying.js";
import { confirm } from "./shared/confirm.js";
import { byId, el } from "./shared/dom.js";
import { when } from "./shared/format.js";
import { get, remove } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";

const EMPTY = { name: "", description: "", connection: null, content: TEMPLATE };
const page = byId("editor");
const form = byId("fields");
const notice = byId("notice");
const may = new Set(page.dataset.may.split(" "));
const catalogues = new Map();
// What the parts of the page work on: `script` is null until there is one, `code` until the text is there.
const desk = { page, form, notice, may, script: null, code: null };
desk.written = sheet(form, () => desk.code, (dirty) => showSaved(desk, dirty));
const { written } = desk;
const runs = launcher(byId("launch"), { mayCancel: may.has("populate"), moved: (run) => showState(desk, run), ended: ranOut, next: nextSteps });
const { run, stop } = trying(desk);
const save = saving(desk);
const layOut = () => format(desk);
const KEYS = [
  { key: "Mod-Enter", run },
  { key: "Mod-s", run: save },
  { key: "Shift-Alt-f", run: layOut },
];

// --- Opening -----------------------------------------------------------------------------------------------------------

async function open() {
  const id = page.dataset.script;
  const found = id ? await attempt(notice, () => get(`/api/sql_scripts/${id}/`)) : null;
  if (id && !found) {
    byId("saved").textContent = "";
    return;
  }
  desk.script = found;
  const first = found ?? EMPTY;
  desk.code = codeEditor(byId("code"), { text: first.content, readOnly: !may.has("save"), changed: () => written.touched(), keys: KEYS, complete: completion(catalogue) });
  written.fill(first);
  written.settle(id || "new", first, found?.version);
  takeUp(written.left());
  showScript(desk);
  for (const button of ["run", "format", "save", "populate"]) {
    byId(button)?.removeAttribute("disabled");
  }
  if (found?.last_run && isActive(found.last_run)) {
    runs.watch(found.last_run);
  }
}

/** Bring back what an earlier visit left. */
function takeUp(left) {
  if (!left || !may.has("save")) {
    return;
  }
  const { script } = desk;
  const saved = script ?? EMPTY;
  written.resume(left);
  const older = script && left.version !== script.version ? " The script was saved since by somebody: when you save, you choose between the two." : "";
  const drop = () => {
    written.put(saved);
    written.follow(desk.script?.version);
    hush(byId("draft"));
  };
  tell(byId("draft"), "info", `Your unsaved changes of ${when(new Date(left.at).toISOString())} are back.${older} `, el("button.link-button", { type: "button", onclick: drop }, "Discard them"));
}

/** The names of the database that the script reads. */
function catalogue() {
  const connection = form.elements.connection.value || null;
  if (!catalogues.has(connection)) {
    catalogues.set(connection, names(connection));
  }
  return catalogues.get(connection);
}

// --- Populating and deleting ------------------------------------------------------------------------------------------

/** Populate the saved text, so what is typed is saved first. */
async function populate() {
  if ((desk.script === null || written.isDirty) && !(await save())) {
    return;
  }
  byId("populate").disabled = true;
  desk.code.clear();
  await runs.start("populate", desk.script.id);
  byId("populate").disabled = false;
}

async function ranOut(run) {
  const found = await attempt(notice, () => get(`/api/sql_scripts/${desk.script.id}/`));
  if (found) {
    desk.script = { ...found, content: desk.script.content, version: desk.script.version };
    showScript(desk);
  }
  if (run.status === "failed" && run.content_hash === desk.script.content_hash && !written.isDirty) {
    desk.code.mark(run.error);
  }
}

function nextSteps(run) {
  const review = el("a", { href: `/editor/${run.script}/review` }, may.has("publish") ? "Review and publish" : "Review");
  return run.kind === "populate" ? [review, el("a", { href: `/editor/${run.script}/staging` }, "Staged rows")] : [];
}

async function erase() {
  const { script } = desk;
  const told = await attempt(notice, () => leaving(script));
  if (!told || !(await confirm(`Delete “${script.name}”?`, told, "Delete the script", { danger: true }))) {
    return;
  }
  const done = await attempt(notice, async () => (await remove(`/api/sql_scripts/${script.id}/`), true));
  if (done) {
    written.forget();
    location.assign("/editor");
  }
}

// --- What a person does -------------------------------------------------------------------------------------------------

/** The same keys beside the editor. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || !desk.code) {
    return;
  }
  const what = { Enter: run, s: save }[event.key];
  if (what) {
    event.preventDefault();
    what();
  }
});
for (const [id, what] of [["run", run], ["format", layOut], ["save", save], ["populate", populate], ["delete", erase]]) {
  byId(id)?.addEventListener("click", what);
}
form.addEventListener("input", () => written.touched());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
addEventListener("pagehide", () => {
  stop();
  desk.code && written.keep();
});
document.addEventListener("visibilitychange", () => document.hidden && desk.code && written.keep());
addEventListener("beforeunload", (event) => {
  if (desk.code && written.isDirty) {
    written.keep();
    event.preventDefault();
  }
});
open();
