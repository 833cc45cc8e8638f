// The text as it stands, saved or not: the rows that it finds, and how it looks laid out.
import { byId, el, icon } from "../shared/dom.js";
import { parse } from "../shared/exact.js";
import { post, send } from "../shared/http.js";
import { hush } from "../shared/notice.js";
import { stoppable } from "../shared/stoppable.js";
import { refuse } from "./refusal.js";
import { hideRows, showRows } from "./results.js";

/** Runs the text of the desk, or stops it where it runs. */
export function trying(desk) {
  let running = null;

  async function run() {
    if (!desk.may.has("run") || running) {
      running?.stop();
      return;
    }
    running = stoppable();
    label("Stop", "stop-fill");
    hush(desk.notice);
    try {
      const body = { script_content: desk.code.text, limit: Number(byId("limit").value), connection: desk.form.elements.connection.value || null, tag: running.tag };
      const answer = await send("POST", "/api/sql_scripts/execute/", { body, signal: running.signal, parse });
      desk.code.clear();
      showRows(answer);
    } catch (problem) {
      hideRows();
      refuse(desk, problem);
    } finally {
      running = null;
      label("Run", "play-fill");
    }
  }

  return { run, stop: () => running?.stop() };
}

function label(word, sign) {
  byId("run").replaceChildren(icon(sign), " ", el("span", {}, word));
}

/** Lay the text of the desk out. */
export async function format(desk) {
  if (!desk.may.has("format")) {
    return;
  }
  hush(desk.notice);
  try {
    desk.code.replace((await post("/api/sql_scripts/format/", { content: desk.code.text })).content);
    desk.code.clear();
  } catch (problem) {
    refuse(desk, problem);
  }
}
