// The schedules: which want somebody, when each comes next and how it went last; on and off, run now, and the form.
import { confirm } from "./shared/confirm.js";
import { byId, el, icon, settled } from "./shared/dom.js";
import { count, words } from "./shared/format.js";
import { address, exchange, get, post, remove } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";
import { status, time } from "./shared/run.js";
import { fill } from "./shared/table.js";
import { scheduleForm } from "./scheduler/form.js";
import { ordered, sifted, tally, trouble } from "./scheduler/logic.js";
import { strip } from "./scheduler/marks.js";
import { schedulePanel } from "./scheduler/panel.js";

const PAGE = 500; // schedules a request
const SHOWN = 100; // rows at first, and more at a click
const AGAIN = 5000;
const RECENT = 20; // due times of each, as marks
const root = byId("scheduler");
const filters = byId("filters");
const notice = byId("notice");
const may = Object.fromEntries(["add", "change", "delete", "run"].map((verb) => [verb, root.hasAttribute(`data-may-${verb}`)]));
const all = new Map();
let most = SHOWN;
let timer;

const launch = launcher(byId("launch"), { mayCancel: may.run, named: true });
const form = byId("editor") ? scheduleForm(saved) : null;
const panel = schedulePanel(may, { change: edit, remove: erase, run: runNow, changed: put });

const columns = [
  { head: "Schedule", cell: name, classes: "stack-head.named" },
  { head: "Script", cell: script, classes: "named" },
  { head: "When", cell: (one) => [el("span", {}, one.description), el("small.muted.line", {}, one.timezone)] },
  { head: "Next run", cell: next, classes: "tight" },
  { head: "Last result", cell: last },
  { head: "On", cell: power },
  ...(may.run || may.change ? [{ head: "", cell: buttons, classes: "row-buttons" }] : []),
].map((column) => ({ ...column, cell: (one) => el("div", {}, column.cell(one)) }));

// --- Cells ----------------------------------------------------------------------------------------------------------------------

function name(one) {
  const open = el("button.link-button", { type: "button", onclick: () => panel.open(one) }, one.job_name);
  return [open, one.problem ? el("p.row-problem", {}, icon("exclamation-triangle-fill"), ` ${one.problem}`) : null, one.late ? late(one) : null];
}

/** Since when it should have run, and why it has not. */
function late(one) {
  return el("p.row-problem", {}, el("span.status.status-failed", {}, "Late"), " since ", time(one.late_since), `. ${one.late_why}`);
}

function script(one) {
  return [el("span", {}, one.script_name ?? "–"), el("small.muted.line", {}, words(one.operation))];
}

function next(one) {
  return one.next_run ? time(one.next_run) : el("span.muted", {}, one.problem && one.is_active ? "rests" : one.is_active ? "never" : "off");
}

function last(one) {
  const run = one.last_run;
  const marks = one.recent.length ? strip(one.recent) : null;
  if (!run) {
    return [el("span.muted", {}, "not yet"), marks];
  }
  const why = run.status === "failed" && run.error ? el("p.row-problem.clip-2", { title: run.error.message }, run.error.message) : null;
  return [el("a.run-link", { href: `/runs/${run.id}`, "aria-label": `${words(run.kind)} ${run.id}, ${run.status}` }, status(run.status)), " ", el("span.muted", {}, time(run.created_at)), marks, why];
}

function power(one) {
  const label = `${one.job_name}: switched on`;
  const box = el("input.form-check-input", { type: "checkbox", role: "switch", "aria-label": label, disabled: !may.change, onchange: () => toggle(one, box) });
  box.checked = one.is_active;
  return el("span.form-check.form-switch", {}, box);
}

function buttons(one) {
  const run = el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Run now: ${one.job_name}`, disabled: isBusy(one), onclick: () => runNow(one) }, icon("play"), " Run now");
  const change = el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Edit ${one.job_name}`, onclick: () => edit(one) }, icon("pencil"));
  return [may.run ? run : null, may.change ? change : null];
}

function isBusy(one) {
  return Boolean(one.last_run && isActive(one.last_run));
}

// --- The list -------------------------------------------------------------------------------------------------------------------

function wanted() {
  return { q: filters.elements.q.value, state: filters.elements.state.value };
}

function draw() {
  const counts = tally([...all.values()]);
  filters.querySelectorAll("[data-tally]").forEach((place) => (place.textContent = count(counts[place.dataset.tally])));
  const found = ordered(sifted([...all.values()], wanted()));
  fill(byId("schedules"), columns, found.slice(0, most), { empty: all.size ? "No schedule fits." : welcome(), caption: "Schedules" });
  [...byId("schedules").tBodies[0].rows].slice(0, found.length).forEach((row, at) => row.classList.toggle("in-trouble", trouble(found[at]) !== null));
  byId("total").textContent = sentence(counts);
  warn([...all.values()].filter((one) => one.late));
  byId("rest").hidden = found.length <= most;
  byId("rest").firstElementChild.textContent = `${count(Math.min(most, found.length))} of ${count(found.length)}`;
}

function sentence(counts) {
  if (!counts[""]) {
    return "Scripts that run by the clock.";
  }
  const attention = counts.trouble ? `, ${count(counts.trouble)} ${counts.trouble === 1 ? "needs" : "need"} attention` : "";
  return `${count(counts[""])} ${counts[""] === 1 ? "schedule" : "schedules"}, ${count(counts.on)} on${attention}`;
}

/** A line above all where schedules are late, with the way to them. */
function warn(several) {
  const place = byId("late");
  if (!several.length) {
    hush(place);
  } else if (place.dataset.count !== String(several.length) || !place.firstElementChild) {
    place.dataset.count = several.length;
    const text = several.length === 1 ? `“${several[0].job_name}” has not run when it should have.` : `${count(several.length)} schedules have not run when they should have.`;
    tell(place, "warning", text, " They come first in the list, each with why.");
  }
}

function welcome() {
  const first = may.add ? el("button.btn.btn-primary", { type: "button", onclick: () => form.create() }, "Make the first schedule") : "A Publisher can make one.";
  return el("div.empty", {}, el("p", {}, "There is no schedule yet. A schedule populates a script, and publishes it if you like, at the times that you choose."), first);
}

async function load() {
  for (let from = address("/api/scheduler/", { page_size: PAGE, recent: RECENT }); from; ) {
    const answer = await exchange("GET", from);
    answer.data.forEach((one) => all.set(one.id, one));
    const link = answer.headers.get("Link")?.match(/<([^>]*)>; rel="next"/)?.[1];
    from = link ? new URL(link).pathname + new URL(link).search : "";
    draw();
  }
}

/** The schedule as it is now, in the list and at its side. */
function put(one) {
  const recent = one.recent.length ? one.recent : (all.get(one.id)?.recent ?? []); // an answer to a change has none
  all.set(one.id, { ...one, recent });
  draw();
  panel.renew(all.get(one.id));
  return all.get(one.id);
}

async function renew(one) {
  const found = await get(`/api/scheduler/${one.id}/`, { recent: RECENT });
  put(found);
  return found;
}

/** Look again at what is under way, and at what was due. */
async function watch() {
  const now = Date.now();
  const moving = [...all.values()].filter((one) => isBusy(one) || one.late || (one.next_run && Date.parse(one.next_run) < now));
  if (!document.hidden && !document.activeElement?.closest("#schedules select, #schedules input")) {
    await Promise.allSettled(moving.slice(0, 20).map(renew));
  }
  timer = setTimeout(watch, AGAIN);
}

// --- What a person does -----------------------------------------------------------------------------------------------------------

async function toggle(one, box) {
  const saved = await attempt(notice, () => post(`/api/scheduler/${one.id}/toggle/`, { is_active: box.checked }));
  if (saved) {
    hush(notice);
  }
  put(saved ?? one);
  byId("schedules").querySelector(`[aria-label="${CSS.escape(box.ariaLabel)}"]`)?.focus();
}

async function runNow(one) {
  panel.close();
  hush(notice);
  try {
    const run = await post(`/api/scheduler/${one.id}/run_now/`);
    renew(one);
    await follow(one, run);
  } catch (problem) {
    const active = problem.details?.run;
    tell(notice, "error", problem.message, active ? el("a.ms-2", { href: `/runs/${active}` }, `Run ${active}`) : "");
  }
}

/** Watch the populate, then the publish that comes of it. */
async function follow(one, run) {
  if (launch.busy) {
    tell(notice, "info", `“${one.job_name}” was started. `, el("a", { href: `/runs/${run.id}` }, `Run ${run.id}`));
    return;
  }
  const done = await launch.watch(run);
  const publishes = done?.status === "succeeded" && one.operation === "populate_and_publish";
  for (let left = publishes ? 10 : 0; left > 0; left -= 1) {
    const now = await renew(one);
    if (now.last_run?.kind === "publish" && now.last_run.id > run.id) {
      await launch.watch(now.last_run);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await renew(one);
}

function edit(one) {
  panel.close();
  form.change(one);
}

function saved(one) {
  put(one);
  tell(notice, "success", `“${one.job_name}” was saved. ${one.description}, ${one.timezone}.`);
}

async function erase(one) {
  const told = ["It will not run again. The runs that it has done stay in the ledger; its script and what it published stay too."];
  if (!(await confirm(`Delete the schedule “${one.job_name}”?`, told, "Delete it", { danger: true }))) {
    return;
  }
  const done = await attempt(notice, async () => (await remove(`/api/scheduler/${one.id}/`), true));
  panel.close();
  form?.close();
  if (done) {
    all.delete(one.id);
    draw();
    tell(notice, "success", `“${one.job_name}” was deleted.`);
  }
}

// --- Beginning ---------------------------------------------------------------------------------------------------------------------

function filter() {
  most = SHOWN;
  history.replaceState(null, "", address(location.pathname, wanted()));
  draw();
}

function restore() {
  const search = new URLSearchParams(location.search);
  filters.elements.q.value = search.get("q") ?? "";
  const state = [...filters.elements.state].find((box) => box.value === search.get("state"));
  if (state) {
    state.checked = true;
  }
}

filters.addEventListener("input", settled(filter, 150));
filters.addEventListener("submit", (event) => event.preventDefault());
byId("rest").lastElementChild.addEventListener("click", () => {
  most += SHOWN;
  draw();
});
byId("new")?.addEventListener("click", () => form.create());
byId("form-delete")?.addEventListener("click", () => erase(all.get(form.id)));
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  watch();
});
restore();
await attempt(notice, load);
form?.resume();
timer = setTimeout(watch, AGAIN);
