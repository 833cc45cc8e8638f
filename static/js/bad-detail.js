// The bad rows: filters, the grid, the life of a row at its side, and the export of what is seen.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { byId, el } from "./shared/dom.js";
import { filters, remember } from "./shared/filters.js";
import { count, NOTHING } from "./shared/format.js";
import { address, get } from "./shared/http.js";
import { life } from "./shared/life.js";
import { attempt, hush } from "./shared/notice.js";
import { fill, turn } from "./shared/table.js";
import { named } from "./shared/values.js";

const form = byId("filters");
const notice = byId("notice");
const wanted = filters(form, () => show({ from: "filters" }));
const panel = Offcanvas.getOrCreateInstance(byId("life"));
let asked = new AbortController();

const columns = [
  { head: "Rule", sort: "rule_id", classes: "clip", cell: (row) => named(row.rule_id, row.rule_name) },
  { head: "Source", sort: "source_id", classes: "clip", cell: (row) => named(row.source_id, row.source_name) },
  { head: "Record", sort: "source_uid", cell: (row) => el("button.link-button.value", { type: "button", onclick: () => open(row) }, row.source_uid) },
  { head: "Value", sort: "data_value", classes: "clip.value", cell: (row) => row.data_value ?? el("span.muted", {}, "NULL") },
  { head: "Date", sort: "txn_date", classes: "tight", cell: (row) => row.txn_date ?? NOTHING },
];

/** What of the listing the address of this page says beside the filters. */
function place() {
  const search = new URLSearchParams(location.search);
  const kept = ["ordering", "page_size", "cursor"];
  return Object.fromEntries(kept.filter((name) => search.get(name)).map((name) => [name, search.get(name)]));
}

/** Load what is asked for, after the address says it. A change of the filters begins at the first page. */
async function show({ from = "", change = {} } = {}) {
  if (from !== "history") {
    const { cursor, ...rest } = place();
    remember({ ...wanted.values(), ...(from === "filters" ? rest : { ...rest, cursor }), ...change });
  }
  asked.abort();
  asked = new AbortController();
  const query = { ...wanted.values(), ...place() };
  byId("rows").setAttribute("aria-busy", "true");
  const answer = await attempt(notice, () => get("/api/bad_detail/", query, asked.signal));
  byId("rows").removeAttribute("aria-busy");
  if (answer) {
    hush(notice);
    draw(answer);
  }
}

function draw(answer) {
  const { ordering = "rule_id", page_size: size = "100" } = place();
  const empty = answer.total === 0 && location.search ? "No bad row fits these filters." : "There is no bad row.";
  fill(byId("rows"), columns, answer.results, { order: ordering, onSort: (next) => show({ change: { ordering: next, cursor: "" } }), empty, caption: "Bad rows" });
  byId("total").textContent = answer.total === 1 ? "1 bad row" : `${count(answer.total)} bad rows`;
  byId("page-size").value = size;
  turn(byId("pager"), answer, (next) => show({ change: { cursor: new URL(next, location.href).searchParams.get("cursor") } }));
  const query = { ...wanted.values(), ordering };
  document.querySelectorAll("[data-export]").forEach((link) => {
    link.href = address("/api/bad_detail/export/", { ...query, format: link.dataset.export });
  });
}

async function open(row) {
  const { rule_id, source_id, source_uid } = row;
  byId("life-title").textContent = source_uid;
  byId("life-body").replaceChildren(el("p.muted", {}, "Loading…"));
  panel.show();
  const told = await attempt(byId("life-body"), () => get("/api/bad_detail/history/", { rule_id, source_id, source_uid }));
  if (told) {
    byId("life-body").replaceChildren(...life(told));
  }
}

byId("page-size").addEventListener("change", (event) => show({ change: { page_size: event.target.value, cursor: "" } }));
addEventListener("popstate", () => {
  wanted.restore();
  show({ from: "history" });
});
attempt(notice, () => wanted.offer());
show({ from: "history" });
