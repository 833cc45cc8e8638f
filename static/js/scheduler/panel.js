// One schedule at the side: what it does, why it rests, when it comes next, and all its runs.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { byId, el, icon } from "../shared/dom.js";
import { words } from "../shared/format.js";
import { get, patch } from "../shared/http.js";
import { attempt, hush, tell } from "../shared/notice.js";
import { columns, time } from "../shared/run.js";
import { fill, turn } from "../shared/table.js";
import { columns as dueColumns, strip } from "./marks.js";
import { times } from "./preview.js";

const RUNS = 10;
const WITHOUT = ["skipped", "missed", "refused"];
// Of the ledger's columns those that differ between the runs of one schedule.
const COLUMNS = columns.filter(({ head }) => ["Run", "Status", "Rows", "Took", "When", "Started by"].includes(head));

/**
 * The panel of the page.
 * @param {object} may {change, delete, run}: what the person may do
 * @param {object} does {change, remove, run, changed}: called with the schedule; changed returns it as the page has it
 */
export function schedulePanel(may, does) {
  const place = byId("one");
  const panel = Offcanvas.getOrCreateInstance(place);
  const notice = byId("one-notice");
  let shown = null;

  function button(text, sign, act, classes = "") {
    return el(`button.btn.btn-quiet.btn-sm${classes}`, { type: "button", onclick: () => act(shown) }, icon(sign), ` ${text}`);
  }

  function draw() {
    const buttons = [
      may.run ? button("Run now", "play", does.run) : null,
      may.change ? button("Edit", "pencil", does.change) : null,
      may.delete ? button("Delete…", "trash", does.remove, ".danger") : null,
    ];
    byId("one-title").textContent = shown.job_name;
    byId("one-body").replaceChildren(...problem(), el("div.form-buttons", {}, ...buttons), facts(shown), el("section.preview", { id: "one-times" }, el("p.muted", {}, "Loading…")));
  }

  /** Why it rests, with the way out of it that a person has here; or why it is late. */
  function problem() {
    if (!shown.problem) {
      const text = shown.late ? [el("strong", {}, "It is late, since "), el("strong", {}, time(shown.late_since)), `. ${shown.late_why}`] : null;
      return text ? [el("div.notice.notice-warning", { role: "note" }, icon("exclamation-triangle-fill"), el("div.notice-text", {}, ...text))] : [];
    }
    const owned = shown.script_id !== null && may.change;
    const way = owned ? button("Take it over", "person-check", takeOver) : null;
    return [el("div.notice.notice-warning", { role: "note" }, icon("exclamation-triangle-fill"), el("div.notice-text", {}, el("strong", {}, "It rests. "), shown.problem), way)];
  }

  /** To save it unchanged is to own it, where its owner can't do it any more. */
  async function takeOver() {
    const saved = await attempt(notice, () => patch(`/api/scheduler/${shown.id}/`, {}));
    if (saved) {
      open(does.changed(saved));
    }
  }

  async function comingTimes() {
    const told = await attempt(byId("one-times"), () => get(`/api/scheduler/${shown.id}/next_runs/`, { n: 5 }));
    if (told) {
      const head = el("h3.panel-head", {}, shown.is_active && !shown.problem ? "The next runs" : "When it would run");
      byId("one-times").replaceChildren(head, ...times(told));
    }
  }

  /** What became of its due times: the newest as marks, and all of them in pages. */
  async function due(address = "") {
    const of = shown.id;
    const query = { page_size: RUNS, outcome: byId("due-without").checked ? WITHOUT : [] };
    const page = await attempt(notice, () => get(address || `/api/scheduler/${of}/due_times/`, address ? undefined : query));
    if (page && shown.id === of) {
      const empty = query.outcome.length ? "Each time it was due, it ran." : "It has not been due yet.";
      fill(byId("due-times"), dueColumns, page.results, { empty, caption: "Times at which it was due" });
      turn(byId("due-pager"), page, (next) => due(new URL(next, location.href).pathname + new URL(next, location.href).search));
      byId("due-marks").replaceChildren(...(shown.recent.length ? [strip(shown.recent)] : []));
    }
  }

  byId("due-without").addEventListener("change", () => due());

  async function history(address = "") {
    const of = shown.id;
    const page = await attempt(notice, () => (address ? get(address) : get("/api/runs/", { schedule: of, page_size: RUNS })));
    if (page && shown.id === of) {
      fill(byId("runs"), COLUMNS, page.results, { empty: "It has not run yet.", caption: "Runs of this schedule" });
      turn(byId("pager"), page, (next) => history(new URL(next, location.href).pathname + new URL(next, location.href).search));
    }
  }

  function open(schedule) {
    shown = schedule;
    hush(notice);
    draw();
    comingTimes();
    due();
    history();
    panel.show();
  }

  return {
    open,
    close: () => panel.hide(),
    /** Look again, if this is the schedule that is shown. */
    renew(schedule) {
      if (shown?.id === schedule.id && place.classList.contains("show")) {
        shown = schedule;
        draw();
        comingTimes();
        due();
        history();
      }
    },
    tell: (level, text, ...more) => tell(notice, level, text, ...more),
  };
}

function facts(schedule) {
  const pairs = [
    ["Script", schedule.script_name ?? "none"],
    ["What it does", words(schedule.operation)],
    ["Cron expression", el("span.value", {}, schedule.cron_schedule)],
    ["Time zone", schedule.timezone],
    ["Missed times", schedule.catch_up === "skip" ? "left out" : "the last one is run once DQX is up again"],
    ["Acts as", schedule.owner?.username ?? "nobody"],
    ["Switched", schedule.is_active ? "on" : "off"],
  ];
  return el("dl.pairs.panel-facts", {}, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}
