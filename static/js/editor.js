// The editor of one script: write, complete, run, lay out, save, populate. What is typed is never lost.
import { completion, names } from "./editor/completion.js";
import { codeEditor } from "./editor/code.js";
import { chooseText } from "./editor/conflict.js";
import { facts, leaving } from "./editor/facts.js";
import { hideRows, showRows } from "./editor/results.js";
import { sheet } from "./editor/sheet.js";
import { TEMPLATE } from "./editor/template.js";
import { confirm } from "./shared/confirm.js";
import { byId, el, icon } from "./shared/dom.js";
import { parse } from "./shared/exact.js";
import { forgetFields, tellFields, wholeOrNone } from "./shared/form.js";
import { when } from "./shared/format.js";
import { get, patch, post, remove, send } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";
import { state } from "./shared/script.js";
import { stoppable } from "./shared/stoppable.js";

const page = byId("editor");
const form = byId("fields");
const notice = byId("notice");
const may = new Set(page.dataset.may.split(" "));
const catalogues = new Map();
let script = null;
let code = null;
let running = null;
let saving = false;

const written = sheet(form, () => code, showSaved);
const runs = launcher(byId("launch"), { mayCancel: may.has("populate"), moved: showState, ended: ranOut, next: nextSteps });

// --- Opening -----------------------------------------------------------------------------------------------------------

async function open() {
  const id = page.dataset.script;
  const found = id ? await attempt(notice, () => get(`/api/sql_scripts/${id}/`)) : null;
  if (id && !found) {
    byId("saved").textContent = "";
    return;
  }
  script = found;
  const first = script ?? { name: "", description: "", connection: null, content: TEMPLATE };
  code = codeEditor(byId("code"), { text: first.content, readOnly: !may.has("save"), changed: () => written.touched(), keys: KEYS, complete: completion(catalogue) });
  written.fill(first);
  written.settle(id || "new", first, script?.version);
  takeUp(written.left());
  showScript();
  for (const button of ["run", "format", "save", "populate"]) {
    byId(button)?.removeAttribute("disabled");
  }
  if (script?.last_run && isActive(script.last_run)) {
    runs.watch(script.last_run);
  }
}

/** Bring back what an earlier visit left. */
function takeUp(left) {
  if (!left || !may.has("save")) {
    return;
  }
  const saved = script ?? { name: "", description: "", connection: null, content: TEMPLATE };
  written.resume(left);
  const older = script && left.version !== script.version ? " The script was saved since by somebody: when you save, you choose between the two." : "";
  const drop = () => {
    written.put(saved);
    written.follow(script?.version);
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

// --- Showing -----------------------------------------------------------------------------------------------------------

function showSaved(dirty) {
  byId("saved").textContent = !may.has("save") ? "You can read this script" : dirty ? "Unsaved changes" : script ? "Saved" : "Not saved yet";
}

function showScript() {
  const name = script?.name ?? "New script";
  byId("title").textContent = name;
  document.title = `${name} | DQX`;
  byId("tabs").hidden = byId("about").hidden = !script;
  showSaved(written.isDirty);
  if (!script) {
    return;
  }
  byId("tabs").querySelectorAll("a").forEach((tab) => tab.setAttribute("href", tab.getAttribute("href").replace(/\b0\b/, script.id)));
  byId("state").replaceChildren(state(script.state));
  byId("facts").replaceChildren(...facts(script));
  const reads = byId("reads");
  if (reads) {
    reads.hidden = !script.connection;
    reads.querySelector("output").value = script.connection ?? "";
  }
}

function showState(run) {
  byId("state").replaceChildren(state(isActive(run) ? run.status : script.state));
  const button = byId("populate");
  if (button) {
    button.disabled = isActive(run);
  }
}

/** What was refused: the sentence, and where in the text. */
function refuse(problem) {
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

// --- Running and laying out ---------------------------------------------------------------------------------------------

async function run() {
  if (!may.has("run") || running) {
    running?.stop();
    return;
  }
  running = stoppable();
  label("Stop", "stop-fill");
  hush(notice);
  try {
    const body = { script_content: code.text, limit: Number(byId("limit").value), connection: form.elements.connection.value || null, tag: running.tag };
    const answer = await send("POST", "/api/sql_scripts/execute/", { body, signal: running.signal, parse });
    code.clear();
    showRows(answer);
  } catch (problem) {
    hideRows();
    refuse(problem);
  } finally {
    running = null;
    label("Run", "play-fill");
  }
}

function label(word, sign) {
  byId("run").replaceChildren(icon(sign), " ", el("span", {}, word));
}

async function format() {
  if (!may.has("format")) {
    return;
  }
  hush(notice);
  try {
    code.replace((await post("/api/sql_scripts/format/", { content: code.text })).content);
    code.clear();
  } catch (problem) {
    refuse(problem);
  }
}

// --- Saving and deleting -----------------------------------------------------------------------------------------------

/** Save what is typed; resolves with whether it is saved then. */
async function save() {
  if (!may.has("save") || saving || !code) {
    return false;
  }
  saving = true;
  byId("saved").textContent = "Saving…";
  hush(notice);
  forgetFields(form);
  const { connection, time_limit: limit, ...sent } = written.typed();
  const body = { ...sent, time_limit: wholeOrNone(limit), ...(may.has("connect") ? { connection: connection || null } : {}) };
  try {
    const version = script ? { version: written.version } : {};
    kept(script ? await patch(`/api/sql_scripts/${script.id}/`, { ...body, ...version }) : await post("/api/sql_scripts/", body));
    return true;
  } catch (problem) {
    await notSaved(problem);
    return !written.isDirty;
  } finally {
    saving = false;
    showSaved(written.isDirty);
  }
}

function kept(found) {
  const isNew = script === null;
  script = found;
  written.settle(String(script.id), script, script.version);
  code.clear();
  hush(byId("draft"));
  if (isNew) {
    page.dataset.script = script.id;
    history.replaceState(null, "", `/editor/${script.id}`);
  }
  showScript();
}

async function notSaved(problem) {
  if (problem.code === "script_changed") {
    await decide(problem);
    return;
  }
  const fields = problem.code === "script_name_taken" ? { name: [problem.message] } : (problem.fields ?? {});
  if (!Object.keys(fields).length || tellFields(form, fields).length) {
    refuse(problem);
  }
}

/** Both texts are there; the person says which one the script shall have. */
async function decide(problem) {
  const theirs = await attempt(notice, () => get(`/api/sql_scripts/${script.id}/`));
  const answer = theirs && (await chooseText(theirs, code.text, problem.details));
  if (answer === "mine") {
    script = theirs;
    written.follow(theirs.version);
    saving = false;
    await save();
  } else if (answer === "theirs") {
    script = theirs;
    written.settle(String(script.id), theirs, theirs.version);
    written.put(theirs);
    showScript();
  } else if (theirs) {
    tell(notice, "warning", `Not saved: ${problem.details.author ?? "somebody"} saved version ${theirs.version} meanwhile. Your text is kept here.`);
  }
}

async function erase() {
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

// --- Populating --------------------------------------------------------------------------------------------------------

/** Populate the saved text, so what is typed is saved first. */
async function populate() {
  if ((script === null || written.isDirty) && !(await save())) {
    return;
  }
  byId("populate").disabled = true;
  code.clear();
  await runs.start("populate", script.id);
  byId("populate").disabled = false;
}

async function ranOut(run) {
  const found = await attempt(notice, () => get(`/api/sql_scripts/${script.id}/`));
  if (found) {
    script = { ...found, content: script.content, version: script.version };
    showScript();
  }
  if (run.status === "failed" && run.content_hash === script.content_hash && !written.isDirty) {
    code.mark(run.error);
  }
}

function nextSteps(run) {
  const review = el("a", { href: `/editor/${run.script}/review` }, may.has("publish") ? "Review and publish" : "Review");
  return run.kind === "populate" ? [review, el("a", { href: `/editor/${run.script}/staging` }, "Staged rows")] : [];
}

// --- What a person does -------------------------------------------------------------------------------------------------

const KEYS = [
  { key: "Mod-Enter", run },
  { key: "Mod-s", run: save },
  { key: "Shift-Alt-f", run: format },
];

/** The same keys beside the editor. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || !code) {
    return;
  }
  const what = { Enter: run, s: save }[event.key];
  if (what) {
    event.preventDefault();
    what();
  }
});
for (const [id, what] of [["run", run], ["format", format], ["save", save], ["populate", populate], ["delete", erase]]) {
  byId(id)?.addEventListener("click", what);
}
form.addEventListener("input", () => written.touched());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
addEventListener("pagehide", () => {
  running?.stop();
  code && written.keep();
});
document.addEventListener("visibilitychange", () => document.hidden && code && written.keep());
addEventListener("beforeunload", (event) => {
  if (code && written.isDirty) {
    written.keep();
    event.preventDefault();
  }
});
open();
