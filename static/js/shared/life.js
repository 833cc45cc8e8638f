// The life of one bad row: what it is now, and what each publish did to it.
import { el } from "./dom.js";
import { exactly, NOTHING, words } from "./format.js";
import { label, value as shown } from "./values.js";

/** The parts to show of an answer of /api/bad_detail/history/. */
export function life(row) {
  const state = row.is_bad ? el("span.status.status-failed", {}, "Bad now") : el("span.status.status-succeeded", {}, "Resolved");
  return [
    el("p", {}, state),
    el("dl.pairs", {}, ...pair("Rule", label(row.rule_id, row.rule_name)), ...pair("Source", label(row.source_id, row.source_name))),
    ...(row.is_bad ? [el("dl.pairs", {}, ...pair("Value", shown(row.data_value)), ...pair("Date", row.txn_date ?? NOTHING))] : []),
    el("h3.life-head", {}, "What happened"),
    row.events.length
      ? el("ol.life", {}, ...row.events.map(event))
      : el("p.muted", {}, "Nothing is on record: the row was there before DQX, or another program wrote it."),
  ];
}

function event(one) {
  return el(
    "li",
    {},
    el("strong", {}, words(one.action)),
    el("time.muted", { datetime: one.at }, ` ${exactly(one.at)}`),
    ...change("value", one.action, one.old_value, one.new_value),
    ...change("date", one.action, one.old_date, one.new_date),
    el("a", { href: `/runs/${one.publication}` }, `Publish ${one.publication}`),
  );
}

/** A row that was opened had nothing before, and one that was resolved has nothing after. */
function change(name, action, before, after) {
  const old = el("del.value", {}, before ?? "NULL");
  const now = el("ins.value", {}, after ?? "NULL");
  if (action === "opened" || action === "reopened") {
    return [el("p.change", {}, `${name}: `, now)];
  }
  if (action === "resolved") {
    return [el("p.change", {}, `${name}: `, old)];
  }
  return before === after ? [] : [el("p.change", {}, `${name}: `, old, " → ", now)];
}

function pair(name, value) {
  return [el("div", {}, el("dt", {}, name), el("dd", {}, value))];
}
