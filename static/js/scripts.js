// The scripts: search and filters that stand in the address, how far each is, and a populate from the list.
import { byId, el, icon, settled } from "./shared/dom.js";
import { remember } from "./shared/filters.js";
import { count, words } from "./shared/format.js";
import { exchange, links } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";
import { time } from "./shared/run.js";
import { state } from "./shared/script.js";
import { fill, turn } from "./shared/table.js";

const AGAIN = 3000;
const SIZE = 50;
const form = byId("filters");
const notice = byId("notice");
const launches = byId("launches");
const mayPopulate = Boolean(launches.dataset.mayPopulate);
let asked = new AbortController();
let timer;
let drawn = "";

const columns = [
  { head: "Script", cell: (script) => el("span", {}, el("a", { href: `/editor/${script.id}`, id: `open-${script.id}` }, script.name), el("span.below", { title: script.description }, script.description)) },
  { head: "State", cell: (script) => state(script.state) },
  { head: "Staged rows", classes: "number", cell: (script) => (script.staged ? el("a", { href: `/editor/${script.id}/staging` }, count(script.staged.rows)) : count(null)) },
  { head: "Last run", cell: lastRun },
  { head: "Owner", classes: "tight", cell: (script) => script.owner?.username ?? el("span.muted", {}, "nobody") },
  { head: "Updated", classes: "tight", cell: (script) => time(script.updated_at) },
  { head: "", classes: "buttons", cell: buttons },
];

function lastRun({ last_run: run }) {
  if (!run) {
    return el("span.muted", {}, "never");
  }
  const told = el("span.tight", {}, el("a", { href: `/runs/${run.id}` }, words(run.kind)), " ", run.status === "succeeded" ? "" : `${run.status} `, time(run.created_at));
  return el("span", {}, told, run.status === "failed" ? el("span.below", { title: run.error?.message }, run.error?.message) : null);
}

function buttons(script) {
  const busy = script.state === "queued" || script.state === "running";
  const populate = el(
    "button.btn.btn-quiet.btn-sm",
    { type: "button", id: `populate-${script.id}`, disabled: busy, "aria-label": `Populate ${script.name}`, onclick: () => start(script) },
    icon("arrow-repeat"),
    " Populate",
  );
  const review = el("a.btn.btn-quiet.btn-sm", { href: `/editor/${script.id}/review`, "aria-label": `Review ${script.name}` }, icon("file-diff"), " Review");
  return el("span", {}, ...(mayPopulate ? [populate, " "] : []), review);
}

/** Each has a line of its own above the list, which stays when the list is searched or turned. */
function start(script) {
  const place = el("div");
  launches.append(place);
  const next = () => [el("a", { href: `/editor/${script.id}/review` }, "Review")];
  launcher(place, { named: true, moved: () => again(0), ended: () => again(0), next }).start("populate", script.id);
}

function search() {
  return new URLSearchParams(location.search);
}

function wanted() {
  const given = new FormData(form);
  return { q: given.get("q").trim(), state: given.getAll("state") };
}

function restore() {
  const said = search();
  form.elements.q.value = said.get("q") ?? "";
  form.querySelectorAll("[name=state]").forEach((box) => (box.checked = said.getAll("state").includes(box.value)));
}

/** The first page of what the filters ask for, which the address then says. */
function filter() {
  remember(wanted());
  show();
}

function again(pause) {
  clearTimeout(timer);
  timer = setTimeout(show, pause);
}

async function show() {
  clearTimeout(timer);
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const query = { ...wanted(), cursor: search().get("cursor"), page_size: SIZE };
  const answer = await attempt(notice, () => exchange("GET", "/api/sql_scripts/", { query, signal }));
  if (signal.aborted) {
    return;
  }
  if (!answer) {
    again(AGAIN);
    return;
  }
  hush(notice);
  draw(answer);
  if (answer.data.some((script) => script.last_run && isActive(script.last_run))) {
    again(AGAIN);
  }
}

function draw({ data, headers }) {
  const beside = links(headers);
  const isEmpty = !data.length && !location.search;
  byId("welcome").hidden = !isEmpty;
  byId("list").hidden = isEmpty;
  const now = JSON.stringify([data, beside]);
  if (now !== drawn) {
    drawn = now;
    keepFocus(() => fill(byId("scripts"), columns, data, { empty: "No script fits. Search for less, or clear the filters.", caption: "Scripts" }));
    turn(byId("pager"), beside, open);
  }
}

/** The list is drawn anew while somebody goes through it with the keyboard. */
function keepFocus(change) {
  const { id } = document.activeElement ?? {};
  change();
  if (id && document.activeElement?.id !== id) {
    byId(id)?.focus();
  }
}

function open(address) {
  remember({ ...wanted(), cursor: new URL(address, location.href).searchParams.get("cursor") });
  show();
}

form.elements.q.addEventListener("input", settled(filter, 300));
form.addEventListener("change", (event) => event.target.name === "state" && filter());
form.addEventListener("submit", (event) => (event.preventDefault(), filter()));
form.addEventListener("reset", () => setTimeout(filter));
addEventListener("popstate", () => (restore(), show()));
document.addEventListener("visibilitychange", () => document.hidden || show());
restore();
show();
