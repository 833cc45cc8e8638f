// A pair of rule and source in a review: what happens to its rows, and samples of them as they are and as they will be.
import { el, icon } from "./dom.js";
import { count, NOTHING } from "./format.js";
import { badRows, takenFrom } from "./review.js";
import { named, value } from "./values.js";

const ACTIONS = [["new", "New"], ["changed", "Changed"], ["resolved", "Resolved"], ["unchanged", "Unchanged"]];
const SIGNS = { new: "+", changed: "~", resolved: "−", unchanged: "=" };

/** A card that folds. What is inside is made when it is first opened: there may be hundreds. */
export function pairCard(pair, script, open) {
  const from = takenFrom(pair, script);
  const mark = from ? el("span.status.status-stale", {}, `Taken over from “${from.name}”`) : null;
  const head = el("summary.pair-head", {}, el("span.pair-name", {}, title(pair), mark), el("span.pair-counts", {}, ...counts(pair)));
  const card = el("details.card.pair", {}, head);
  const fill = () => card.childElementCount === 1 && card.append(body(pair, from));
  card.addEventListener("toggle", fill);
  if (open) {
    fill();
    card.open = true;
  }
  return card;
}

/** Both ids with their names. */
export function title(pair) {
  return el("span", {}, named(pair.rule_id, pair.rule_name), el("span.muted", {}, " · "), named(pair.source_id, pair.source_name));
}

function counts(pair) {
  return Object.entries(SIGNS).map(([name, sign]) =>
    el(`span.delta.delta-${pair[name] ? name : "none"}`, { title: `${count(pair[name])} ${name}` }, el("span", { "aria-hidden": "true" }, sign), count(pair[name]), el("span.visually-hidden", {}, ` ${name}`)),
  );
}

function body(pair, from) {
  const warning = from
    ? el("p.pair-warning", {}, icon("exclamation-triangle-fill"), " The script ", el("a", { href: `/editor/${from.id}/review` }, from.name), " published this pair last. What it found and this script does not is resolved by the publish.")
    : null;
  const links = el("p.pair-foot", {}, el("a", { href: badRows([pair]) }, "Bad rows of this pair now"));
  return el("div.pair-body", {}, warning, samples(pair), links);
}

function samples(pair) {
  const there = ACTIONS.filter(([name]) => pair.samples[name]?.length);
  if (!there.length) {
    return el("p.muted.pair-none", {}, pair.new + pair.changed + pair.resolved ? "Samples are shown for the 50 pairs with the most changes; the staged rows have them all." : "No row of it changes.");
  }
  const name = `Samples of ${pair.rule_id} in ${pair.source_id}, table`;
  return el("div.table-scroll", { tabindex: "0", role: "region", "aria-label": name }, el("table.data-table.samples", {}, heads(), ...there.map((action) => group(pair, ...action))));
}

function heads() {
  return el("thead", {}, el("tr", {}, ...["Record", "Value now", "Value after", "Date now", "Date after"].map((head) => el("th", { scope: "col" }, head))));
}

function group(pair, action, word) {
  const rows = pair.samples[action];
  const some = rows.length < pair[action] ? `${word}: ${count(rows.length)} of ${count(pair[action])}` : `${word}: ${count(rows.length)}`;
  const head = el("tr.group", {}, el("th", { scope: "rowgroup", colspan: 5 }, some));
  return el("tbody", {}, head, ...rows.map((row) => sample(row, action)));
}

function sample(row, action) {
  const cells = [
    cell(action !== "new", row.old_value, row.new_value, action, "del"),
    cell(action !== "resolved", row.new_value, row.old_value, action, "ins"),
    cell(action !== "new", row.old_date, row.new_date, action, "del", day),
    cell(action !== "resolved", row.new_date, row.old_date, action, "ins", day),
  ];
  return el("tr", {}, el("th.clip", { scope: "row" }, value(row.source_uid)), ...cells);
}

/** One side: nothing where the row is not there, coloured where it differs from the other side. */
function cell(isThere, mine, other, action, tag, shown = value) {
  if (!isThere) {
    return el("td.muted", {}, NOTHING);
  }
  const differs = action === "new" || action === "resolved" || mine !== other;
  return el("td.clip", {}, differs ? el(`${tag}.side`, {}, shown(mine)) : shown(mine));
}

function day(date) {
  return date === null ? value(null) : el("span.tight", {}, date);
}
