// Records that fail several rules: the quickest to put right (templates/partials/worst_records.html).
import { el } from "./dom.js";
import { count } from "./format.js";
import { address, get } from "./http.js";
import { attempt, hush } from "./notice.js";
import { fill } from "./table.js";

const SHOWN = 6;

/** Load them for filters of bad rows into their card. It may take seconds, so that nothing waits for it. */
export async function showWorstRecords(card, query, signal) {
  const part = (name) => card.querySelector(`[data-part=${name}]`);
  card.setAttribute("aria-busy", "true");
  const found = await attempt(part("notice"), () => get("/api/stats/worst_records/", query, signal));
  if (signal?.aborted) {
    return;
  }
  card.removeAttribute("aria-busy");
  if (found) {
    hush(part("notice"));
  }
  fill(part("table"), columns, found ?? [], { empty: found ? "No record fails more than one rule." : "Not known.", caption: "Worst records" });
}

function place({ source_id, source_uid }, more = {}) {
  return address("/bad-detail", { source_id, source_uid, ...more });
}

const columns = [
  { head: "Record", cell: (one) => el("a.link.value", { href: place(one) }, one.source_uid), classes: "wraps" },
  { head: "Rules failed", cell: (one) => count(one.count), classes: "number" },
  { head: "Which", cell: which, classes: "wraps" },
  { head: "Source", cell: (one) => el("span", { title: one.name ?? one.source_id }, el("span.id", {}, one.source_id), one.name ? ` ${one.name}` : ""), classes: "clip" },
];

function which(one) {
  const links = one.rules.slice(0, SHOWN).map(({ rule_id, name }) => el("a.link.id", { href: place(one, { rule_id }), title: name ?? rule_id }, rule_id));
  const more = one.rules.length > SHOWN ? [`and ${count(one.rules.length - SHOWN)} more`] : [];
  return el("span.id-list", {}, ...links, ...more);
}
