// The import of a file: what it would do or what is wrong with it, line by line, before anything is done.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { byId, el } from "../shared/dom.js";
import { count, words } from "../shared/format.js";
import { post } from "../shared/http.js";
import { hush, tell } from "../shared/notice.js";
import { fill } from "../shared/table.js";
import { decoded, differences, summary } from "./logic.js";

const WRONG = [
  { head: "Line", cell: (one) => count(one.line), classes: "number" },
  { head: "Column", cell: (one) => one.column, classes: "value" },
  { head: "What is wrong", cell: (one) => one.message },
];
const CHANGES = [
  { head: "Line", cell: (one) => count(one.line), classes: "number" },
  { head: "Id", cell: (one) => one.id, classes: "value" },
  { head: "", cell: (one) => el(`span.status.status-${one.before ? "running" : "succeeded"}`, {}, one.before ? "Changed" : "New") },
  { head: "What changes", cell: (one) => el("div", {}, ...differences(one).filter(([, before, after]) => before || after).map(difference)) },
];

/** Let the page's panel import references of a kind; `done` is called once it has. */
export function importPanel({ kind, word }, done) {
  const panel = Offcanvas.getOrCreateInstance(byId("importing"));
  const [file, notice, act] = [byId("file"), byId("import-notice"), byId("import-do")];
  let text = null;

  const send = (dry) => post("/api/reference_tables/import/", { csv: text, dry_run: dry }, { kind });

  async function look() {
    forget();
    const chosen = file.files[0];
    if (!chosen) {
      return;
    }
    tell(notice, "info", "Reading the file…");
    await told(async () => {
      const { text: read, encoding } = decoded(await chosen.arrayBuffer());
      text = read;
      const outcome = await send(true);
      const does = outcome.added + outcome.changed;
      tell(notice, "info", summary(outcome, word), encoding === "UTF-8" ? "" : ` The file was read as ${encoding}: look whether its letters are right.`);
      lines(CHANGES, outcome.changes, does > outcome.changes.length ? does : 0);
      act.disabled = does === 0;
      act.textContent = does ? `Import ${count(does)}` : "Import";
    });
  }

  /** Do something; what is wrong with the file is told line by line. The file stays chosen, so that it can be tried again. */
  async function told(what) {
    try {
      await what();
    } catch (problem) {
      tell(notice, "error", problem.status === undefined ? "The file can't be read. Choose it again." : problem.message);
      if (problem.details?.lines) {
        lines(WRONG, problem.details.lines, problem.details.n_wrong > problem.details.lines.length ? problem.details.n_wrong : 0);
      } else if (text !== null && problem.status !== undefined) {
        notice.querySelector(".notice-text").append(" ", el("button.link-button", { type: "button", onclick: look }, "Try again"));
      }
    }
  }

  function lines(columns, rows, all) {
    byId("import-scroll").hidden = !rows.length;
    fill(byId("import-lines"), columns, rows, { caption: "Lines of the file" });
    if (all) {
      byId("import-lines").tBodies[0].append(el("tr", {}, el("td.muted", { colspan: columns.length }, `These are the first ${count(rows.length)} of ${count(all)}.`)));
    }
  }

  async function commit() {
    act.disabled = true;
    await told(async () => {
      const outcome = await send(false);
      file.value = "";
      forget();
      panel.hide();
      done(summary(outcome, word, { done: true }));
    });
    act.disabled = text === null;
  }

  function forget() {
    text = null;
    hush(notice);
    byId("import-scroll").hidden = true;
    act.disabled = true;
    act.textContent = "Import";
  }

  file.addEventListener("change", look);
  // The same file, corrected meanwhile, is a change too.
  file.addEventListener("click", () => (file.value = ""));
  act.addEventListener("click", commit);
  return { open: () => panel.show() };
}

function difference([name, before, after]) {
  const was = before === null ? [] : [el("del.value", {}, before || "empty"), " → "];
  return el("p.change", {}, `${words(name)}: `, ...was, el("ins.value", {}, after || "empty"));
}
