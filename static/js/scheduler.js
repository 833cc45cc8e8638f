// The schedules: which want somebody, when each comes next and how it went last; on and off, run now, and the form.
import { confirm } from "./shared/confirm.js";
import { byId, el, settled } from "./shared/dom.js";
import { count } from "./shared/format.js";
import { address, exchange, get, post, remove } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { fill } from "./shared/table.js";
import { isBusy, scheduleColumns } from "./scheduler/columns.js";
import { scheduleForm } from "./scheduler/form.js";
import { ordered, sifted, tally, trouble } from "./scheduler/logic.js";
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
const columns = scheduleColumns(may, { open: (one) => panel.open(one), change: edit, run: runNow, toggle });

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
  if (publishes && all.get(one.id).last_run?.id === run.id) {
    tell(notice, "warning", `“${one.job_name}” was populated, but not published. `, el("a", { href: `/editor/${one.script_id}/review` }, "Review it"));
  }
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

/** The schedule that the address names, as links of alerts and runs do, at the side. */
function showNamed() {
  const id = Number(new URLSearchParams(location.search).get("schedule"));
  if (all.has(id)) {
    panel.open(all.get(id));
  } else if (id) {
    tell(notice, "info", "The schedule that this link leads to is not there any more.");
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
if (await attempt(notice, async () => (await load(), true))) {
  showNamed();
}
form?.resume();
timer = setTimeout(watch, AGAIN);
