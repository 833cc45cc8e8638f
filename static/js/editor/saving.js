// A save: what is wrong is told at its field or in the text, and where somebody else saved meanwhile the person chooses.
import { byId } from "../shared/dom.js";
import { forgetFields, tellFields, wholeOrNone } from "../shared/form.js";
import { get, patch, post } from "../shared/http.js";
import { attempt, hush, tell } from "../shared/notice.js";
import { chooseText } from "./conflict.js";
import { showSaved, showScript } from "./head.js";
import { refuse } from "./refusal.js";

/** What saves the script of the desk. It resolves with whether what is typed is saved then. */
export function saving(desk) {
  let busy = false;

  async function save() {
    if (!desk.may.has("save") || busy || !desk.code) {
      return false;
    }
    busy = true;
    byId("saved").textContent = "Saving…";
    hush(desk.notice);
    forgetFields(desk.form);
    try {
      kept(desk, await sent(desk));
      return true;
    } catch (problem) {
      await notSaved(problem);
      return !desk.written.isDirty;
    } finally {
      busy = false;
      showSaved(desk, desk.written.isDirty);
    }
  }

  async function notSaved(problem) {
    if (problem.code === "script_changed") {
      await decide(problem);
      return;
    }
    const fields = problem.code === "script_name_taken" ? { name: [problem.message] } : (problem.fields ?? {});
    if (!Object.keys(fields).length || tellFields(desk.form, fields).length) {
      refuse(desk, problem);
    }
  }

  /** Both texts are there; the person says which one the script shall have. */
  async function decide(problem) {
    const theirs = await attempt(desk.notice, () => get(`/api/sql_scripts/${desk.script.id}/`));
    const answer = theirs && (await chooseText(theirs, desk.code.text, problem.details));
    if (answer === "mine") {
      desk.script = theirs;
      desk.written.follow(theirs.version);
      busy = false;
      await save();
    } else if (answer === "theirs") {
      load(desk, theirs);
    } else if (theirs) {
      tell(desk.notice, "warning", `Not saved: ${problem.details.author ?? "somebody"} saved version ${theirs.version} meanwhile. Your text is kept here.`);
    }
  }

  return save;
}

function sent({ written, script, may }) {
  const { connection, time_limit: limit, ...typed } = written.typed();
  const body = { ...typed, time_limit: wholeOrNone(limit), ...(may.has("connect") ? { connection: connection || null } : {}) };
  return script ? patch(`/api/sql_scripts/${script.id}/`, { ...body, version: written.version }) : post("/api/sql_scripts/", body);
}

function kept(desk, found) {
  const isNew = desk.script === null;
  desk.script = found;
  desk.written.settle(String(found.id), found, found.version);
  desk.code.clear();
  hush(byId("draft"));
  if (isNew) {
    desk.page.dataset.script = found.id;
    history.replaceState(null, "", `/editor/${found.id}`);
  }
  showScript(desk);
}

function load(desk, theirs) {
  desk.script = theirs;
  desk.written.settle(String(theirs.id), theirs, theirs.version);
  desk.written.put(theirs);
  showScript(desk);
}
