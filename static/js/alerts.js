// Alerts: what is wrong, who hears of what, by which channels, and what they were told.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { channelCards } from "./alerts/channels.js";
import { CHANNELS, heard, KINDS, place, scope } from "./alerts/logic.js";
import { ruleForm } from "./alerts/rule-form.js";
import { confirm } from "./shared/confirm.js";
import { byId, el, icon } from "./shared/dom.js";
import { count } from "./shared/format.js";
import { get, patch, remove } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { time } from "./shared/run.js";
import { fill, turn } from "./shared/table.js";

const PAGE = 20;
const AGAIN = 15_000;
const root = byId("alerts");
const notice = byId("notice");
const mayWrite = root.hasAttribute("data-may-write");
const states = byId("incident-filter");
const STATUS = { sent: "succeeded", waiting: "queued", failed: "failed" };
let rules = [];

const form = mayWrite ? ruleForm(saved) : null;
const channels = root.hasAttribute("data-may-channels") ? channelCards(renewed) : null;

const boxed = (columns) => columns.map((column) => ({ ...column, cell: (one) => el("div", {}, column.cell(one)) }));

const incidentColumns = boxed([
  { head: "What", cell: what, classes: "stack-head.named" },
  { head: "Kind", cell: (one) => KINDS[one.kind], classes: "tight" },
  { head: "Rule", cell: (one) => one.alert_rule, classes: "named" },
  { head: "Since", cell: (one) => [time(one.opened_at), one.closed_at ? el("small.muted.line", {}, "over ", time(one.closed_at)) : null], classes: "tight" },
]);

const ruleColumns = boxed([
  { head: "Rule", cell: ruleName, classes: "stack-head.named" },
  { head: "Hears of", cell: (one) => [heard(one), el("small.muted.line", {}, `of ${scope(one)}`)] },
  { head: "By", cell: (one) => (one.channels.length ? one.channels.map((channel) => channel.name).join(", ") : el("span.muted", {}, "nobody is told")), classes: "named" },
  { head: "On", cell: power },
  ...(mayWrite ? [{ head: "", cell: ruleButtons, classes: "row-buttons" }] : []),
]);

const messageColumns = boxed([
  { head: "Message", cell: (one) => el("button.link-button", { type: "button", onclick: () => read(one) }, one.title || "Not written yet"), classes: "stack-head" },
  { head: "Channel", cell: (one) => [one.channel.name, el("small.muted.line", {}, CHANNELS[one.channel.kind])], classes: "named" },
  { head: "State", cell: state },
  { head: "When", cell: (one) => time(one.sent_at ?? one.created_at), classes: "tight" },
]);

// --- Cells ----------------------------------------------------------------------------------------------------------------------

function what(one) {
  const leads = place(one);
  return [leads ? el("a.link", { href: leads }, one.title) : el("span", {}, one.title), el("p.row-words.clip-2", { title: one.sentence }, one.sentence)];
}

function ruleName(one) {
  return [mayWrite ? el("button.link-button", { type: "button", onclick: () => form.change(one) }, one.name) : one.name, el("small.muted.line", {}, one.owner ? `by ${one.owner.username}` : "")];
}

function power(one) {
  const box = el("input.form-check-input", { type: "checkbox", role: "switch", "aria-label": `${one.name}: switched on`, disabled: !mayWrite, onchange: () => toggle(one, box) });
  box.checked = one.is_active;
  return el("span.form-check.form-switch", {}, box);
}

function ruleButtons(one) {
  return el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Edit ${one.name}`, onclick: () => form.change(one) }, icon("pencil"));
}

function state(one) {
  const tries = one.n_attempts > 1 ? el("span.muted", {}, ` ${count(one.n_attempts)} attempts`) : null;
  const next = one.status === "waiting" && one.error ? el("span.muted", {}, ", next ", time(one.next_at)) : null;
  return [el(`span.status.status-${STATUS[one.status]}`, {}, { sent: "Sent", waiting: "Waiting", failed: "Failed" }[one.status]), tries, next, one.error ? el("p.row-problem", {}, one.error) : null];
}

// --- Lists ----------------------------------------------------------------------------------------------------------------------

async function showIncidents(from = "") {
  const isOpen = states.elements.state.value === "open";
  const page = await attempt(notice, () => (from ? get(from) : get("/api/alerts/incidents/", { state: states.elements.state.value, page_size: PAGE })));
  if (page) {
    const well = rules.length ? el("p.empty.mb-0", {}, el("span.status.status-succeeded", {}, "Well"), " Nothing that a rule asks for is wrong.") : el("p.empty.mb-0", {}, "No rule asks for anything yet.");
    fill(byId("incidents"), incidentColumns, page.results, { empty: isOpen ? well : "Nothing yet.", caption: "What is wrong" });
    turn(byId("incidents-pager"), page, (next) => showIncidents(near(next)));
  }
}

async function showRules() {
  const found = await attempt(notice, () => get("/api/alerts/rules/"));
  if (found) {
    rules = found;
    drawRules();
  }
}

function drawRules() {
  fill(byId("rules"), ruleColumns, rules, { empty: welcome(), caption: "Rules" });
  const on = rules.filter((one) => one.is_active).length;
  byId("total").textContent = rules.length ? `${count(rules.length)} ${rules.length === 1 ? "rule" : "rules"}, ${count(on)} on` : "Who hears of failed runs, late schedules and new bad rows.";
}

function welcome() {
  const first = mayWrite ? el("button.btn.btn-primary", { type: "button", onclick: () => form.create() }, "Make the first rule") : "A Publisher can make one.";
  return el("div.empty", {}, el("p", {}, "There is no rule yet. A rule says who hears when a run fails, a schedule is late, or a publish brings new bad rows."), first);
}

async function showMessages(from = "") {
  const page = await attempt(notice, () => (from ? get(from) : get("/api/alerts/messages/", { page_size: PAGE })));
  if (page) {
    fill(byId("messages"), messageColumns, page.results, { empty: "Nothing was told yet.", caption: "Messages" });
    turn(byId("messages-pager"), page, (next) => showMessages(near(next)));
  }
}

function near(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/** What a message says, at the side. */
function read(one) {
  const events = one.content.events ?? [];
  const item = (event) => el("li", {}, el("span.muted", {}, event.state === "over" ? "All clear: " : `${KINDS[event.kind]}: `), el("strong", {}, event.title), el("p.row-words", {}, event.sentence));
  const more = Object.values(one.content.left_out ?? {}).reduce((sum, n) => sum + n, 0);
  byId("message-title").textContent = one.title;
  byId("message-body").replaceChildren(
    el("p", {}, state(one), el("span.muted", {}, " by "), one.channel.name, el("span.muted", {}, ", "), time(one.sent_at ?? one.created_at)),
    el("ul.told", {}, ...events.map(item)),
    ...(more ? [el("p.muted", {}, `and ${count(more)} more`)] : []),
  );
  Offcanvas.getOrCreateInstance(byId("message")).show();
}

// --- What a person does -----------------------------------------------------------------------------------------------------------

async function toggle(one, box) {
  const kept = await attempt(notice, () => patch(`/api/alerts/rules/${one.id}/`, { is_active: box.checked }));
  rules = rules.map((rule) => (rule.id === one.id ? (kept ?? one) : rule));
  drawRules();
  byId("rules").querySelector(`[aria-label="${CSS.escape(box.ariaLabel)}"]`)?.focus();
  if (kept) {
    hush(notice);
    showIncidents();
  }
}

async function saved(one) {
  await showRules();
  showIncidents();
  tell(notice, "success", `“${one.name}” was saved.${one.channels.length ? "" : " It has no channel, so nobody is told."}`);
}

async function erase(one) {
  const words = ["What is open of it is forgotten; nobody hears of it any more."];
  if (!one || !(await confirm(`Delete the rule “${one.name}”?`, words, "Delete it", { danger: true }))) {
    return;
  }
  if (await attempt(notice, async () => (await remove(`/api/alerts/rules/${one.id}/`), true))) {
    form.close();
    await showRules();
    showIncidents();
    tell(notice, "success", `“${one.name}” is deleted.`);
  }
}

/** A channel was made, changed or deleted. */
function renewed() {
  form?.forget();
  showRules();
  showMessages();
}

/** Look again, where a person has not turned a page and writes nothing. */
async function watch() {
  const turned = [...document.querySelectorAll(".pager [data-page=previous]")].some((button) => !button.disabled);
  if (!document.hidden && !turned && !document.querySelector(".offcanvas.show, dialog[open]")) {
    await Promise.allSettled([showIncidents(), showMessages()]);
  }
  setTimeout(watch, AGAIN);
}

states.addEventListener("change", () => showIncidents());
states.addEventListener("submit", (event) => event.preventDefault());
byId("new-rule")?.addEventListener("click", () => form.create());
byId("rule-delete")?.addEventListener("click", () => erase(rules.find((one) => one.id === form.id)));
await showRules();
await Promise.all([showIncidents(), showMessages(), channels?.show()]);
form?.resume();
setTimeout(watch, AGAIN);
