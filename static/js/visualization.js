// The bad rows in charts: by date, by rule and by source, under the same filters as the grid, each place leading to its rows there; and
// what publishes did lately.
import { comings, did, isQuiet, lately } from "./shared/activity.js";
import { bucketed } from "./shared/buckets.js";
import { barConfig, lineConfig, ROW, TOP } from "./shared/chart.js";
import { chartCard } from "./shared/chart-card.js";
import { byId, el } from "./shared/dom.js";
import { filters, remember } from "./shared/filters.js";
import { count, NOTHING } from "./shared/format.js";
import { address, get } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { ranked, share } from "./shared/ranking.js";
import { showWorstRecords } from "./shared/worst-records.js";

const GRID = "/bad-detail";
const KINDS = { rule: "rules", source: "sources" };
const notice = byId("notice");
const wanted = filters(byId("filters"), () => show());
const cards = Object.fromEntries(["by-date", "by-rule", "by-source", "activity"].map((id) => [id, chartCard(byId(id))]));
const settings = [...document.querySelectorAll("[data-setting]")];
let asked = new AbortController();
let known = null;

/** What of the charts the address says beside the filters; what is as ever is left out. */
function chosen() {
  const set = settings.filter((field) => field.value !== field.dataset.usual).map((field) => [field.name, field.value]);
  return { ...Object.fromEntries(set), span: new URLSearchParams(location.search).get("span") };
}

function restore() {
  const search = new URLSearchParams(location.search);
  for (const field of settings) {
    field.value = search.get(field.name) ?? field.dataset.usual;
    field.value ||= field.dataset.usual; // the address may say anything
  }
}

function setting(name) {
  return settings.find((field) => field.name === name).value;
}

/** Load what the filters ask for, after the address says it. */
async function show({ fromHistory = false } = {}) {
  if (!fromHistory) {
    remember({ ...wanted.values(), ...chosen() });
  }
  asked.abort();
  asked = new AbortController();
  document.body.setAttribute("aria-busy", "true");
  const answer = await attempt(notice, () => ask(wanted.values(), asked.signal));
  if (answer) {
    hush(notice);
    known = answer;
    draw();
    showWorstRecords(byId("worst-records"), known.query, asked.signal);
  } else if (!asked.signal.aborted) {
    byId("total").textContent = known ? `${byId("total").textContent} (as it was before)` : "Not loaded.";
    notice.querySelector(".notice-text")?.append(" ", el("button.link-button", { type: "button", onclick: () => show({ fromHistory: true }) }, "Try again"));
  }
  document.body.removeAttribute("aria-busy");
}

async function ask(query, signal) {
  const lists = { rule_id: query.rule_id, source_id: query.source_id, source_uid: query.source_uid };
  const [dates, rules, sources] = await Promise.all(["by_date", "by_rule", "by_source"].map((what) => get(`/api/stats/${what}/`, query, signal)));
  // It is apart: it may take longer than it may, and the rest is there all the same.
  const did = await lately("activity", { ...lists, days: setting("days") }, signal).catch((problem) => (problem.name === "AbortError" ? Promise.reject(problem) : problem));
  return { query, dates, rules, sources, did };
}

function draw() {
  const { query, dates, rules, sources, did } = known;
  const total = dates.reduce((sum, one) => sum + one.count, 0);
  byId("total").textContent = total === 1 ? "1 bad row" : `${count(total)} bad rows`;
  byId("empty").hidden = total > 0;
  byId("charts").hidden = total === 0;
  byId("empty-filtered").hidden = !told(query);
  byId("empty-all").hidden = Boolean(told(query));
  if (total) {
    drawDates(dates, query);
    drawRanking("rule", rules, query);
    drawRanking("source", sources, query);
  }
  drawActivity(did);
}

/** The address of the grid with the same filters, some of them narrower. */
function rows(query, narrower) {
  return address(GRID, { ...query, ...narrower });
}

function undatedRows(query) {
  return rows(query, { undated: "true", date_from: "", date_to: "" });
}

/** The filters in words, for a picture. */
function told(query) {
  const lists = [["Rule", query.rule_id], ["Source", query.source_id], ["Record", query.source_uid], ["Text", query.q], ["From", query.date_from], ["To", query.date_to], ["Without a date", query.undated && "only"]];
  return lists.filter(([, given]) => given.length).map(([name, given]) => `${name} ${[given].flat().join(", ")}`).join(" · ");
}

function drawDates(dates, query) {
  const found = bucketed(dates, { unit: setting("unit"), all: chosen().span === "all" });
  const { points } = found;
  const within = ({ start, end }) => rows(query, { date_from: latest(start, query.date_from), date_to: earliest(end, query.date_to) });
  const said = points.map((one) => `${one.label}: ${bad(one.count)}`);
  const columns = [
    { head: "Date", cell: ({ date }) => ofDate(date, query), classes: "tight" },
    { head: "Bad rows", cell: (one) => count(one.count), classes: "number" },
  ];
  cards["by-date"].draw({
    config: () => lineConfig({ labels: points.map((one) => one.label), values: points.map((one) => one.count), lines: (at) => bad(points[at].count) }),
    said,
    open: (at) => (points[at].count ? within(points[at]) : null),
    isEmpty: !points.length,
    summary: points.length ? `${points.length} ${found.unit}s from ${points[0].label} to ${points.at(-1).label}.` : "No row has a date.",
    told: told(query),
    columns,
    rows: dates,
    file: { heads: ["date", "count"], rows: dates.map((one) => [one.date, one.count]) },
  });
  cards["by-date"].note(...aside(found, query));
}

/** A date that leads to its rows; what is a date of no calendar leads nowhere. */
function ofDate(date, query) {
  if (date === null) {
    return el("a", { href: undatedRows(query) }, "No date");
  }
  return /^\d{4}-/.test(date) && date.length === 10 ? el("a", { href: rows(query, { date_from: date, date_to: date }) }, date) : date;
}

/** What the line leaves out is said below it. */
function aside({ unit, far, odd, undated }, query) {
  const parts = [];
  const sum = (some) => some.reduce((all, one) => all + one.count, 0);
  if (setting("unit") && setting("unit") !== unit) {
    parts.push(`Too many days for a point each: these are ${unit}s. `);
  }
  if (far.length) {
    parts.push(`${bad(sum(far))} far from these dates (${far[0].date} to ${far.at(-1).date}) left out. `, el("button.link-button", { type: "button", onclick: () => span("all") }, "Show all dates"), " ");
  } else if (chosen().span === "all") {
    parts.push(el("button.link-button", { type: "button", onclick: () => span("") }, "Leave far dates out"), " ");
  }
  if (undated || odd.length) {
    const link = undated ? [el("a", { href: undatedRows(query) }, `${bad(undated)} without a date`)] : [];
    const others = odd.length ? [`${bad(sum(odd))} with a date of no calendar`] : [];
    parts.push(...link, ...(link.length && others.length ? [" and "] : []), ...others, ` ${undated + sum(odd) === 1 ? "stands" : "stand"} in the table only.`);
  }
  return parts;
}

function span(value) {
  remember({ ...wanted.values(), ...chosen(), span: value });
  draw();
}

function drawRanking(kind, all, query) {
  const id = `${kind}_id`;
  const { top, rest, total } = ranked(all, Number(setting(`top_${KINDS[kind]}`)));
  const name = (one) => (one.name ? `${one[id]} – ${one.name}` : one[id]);
  const labels = [...top.map(name), ...(rest ? [`The rest: ${count(rest.n)} ${KINDS[kind]}`] : [])];
  const values = [...top, ...(rest ? [rest] : [])].map((one) => one.count);
  const card = cards[`by-${kind}`];
  card.draw({
    config: () => barConfig({ labels, values, n: top.length }),
    said: labels.map((label, at) => `${label}: ${bad(values[at])}, ${share(values[at], total)}`),
    open: (at) => (at < top.length ? rows(query, { [id]: [top[at][id]] }) : card.showTable),
    summary: `${count(all.length)} ${KINDS[kind]}; the worst is ${labels[0]} with ${bad(values[0])}.`,
    told: told(query),
    height: labels.length * ROW + TOP,
    columns: [
      { head: kind === "rule" ? "Rule" : "Source", cell: (one) => [el("a.link.id", { href: rows(query, { [id]: [one[id]] }) }, one[id]), one.name ? ` ${one.name}` : ""] },
      { head: "Bad rows", cell: (one) => count(one.count), classes: "number" },
      { head: "Share", cell: (one) => share(one.count, total), classes: "number" },
    ],
    rows: all,
    file: { heads: [id, "name", "count"], rows: all.map((one) => [one[id], one.name, one.count]) },
  });
  card.note(...(rest ? [`The worst ${count(top.length)} of ${count(all.length)}; all are in the table and in the CSV.`] : []));
}

function drawActivity(answer) {
  const failed = answer instanceof Error;
  byId("activity").hidden = failed || isQuiet(answer.days);
  hush(byId("activity-notice"));
  if (failed) {
    tell(byId("activity-notice"), "warning", answer.message);
  } else if (!byId("activity").hidden) {
    const today = answer.days.at(-1);
    cards.activity.draw({ ...comings(answer.days), told: told({ ...known.query, q: "", date_from: "", date_to: "", undated: "" }) });
    cards.activity.note(`Above the line what was opened, below it what was resolved. Today: ${did(today)}. ${scope()}`);
  }
}

function scope() {
  const { q, date_from: from, date_to: to, undated } = known.query;
  return q || from || to || undated ? "Texts and dates are no filters here: this is about when rows were published." : "";
}

function bad(number) {
  return number === 1 ? "1 bad row" : number === undefined ? NOTHING : `${count(number)} bad rows`;
}

function latest(one, other) {
  return other && other > one ? other : one;
}

function earliest(one, other) {
  return other && other < one ? other : one;
}

for (const field of settings) {
  field.addEventListener("change", () => {
    remember({ ...wanted.values(), ...chosen() });
    field.name === "days" || !known ? show() : draw();
  });
}
byId("clear").addEventListener("click", () => byId("filters").reset());
addEventListener("popstate", () => {
  wanted.restore();
  restore();
  show({ fromHistory: true });
});
restore();
attempt(notice, () => wanted.offer());
show({ fromHistory: true });
