// The rows that a script has staged, in pages by key.
import { byId, el } from "./shared/dom.js";
import { remember } from "./shared/filters.js";
import { NOTHING } from "./shared/format.js";
import { get } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { numbered } from "./shared/review.js";
import { time } from "./shared/run.js";
import { missingStep, state } from "./shared/script.js";
import { fill, turn } from "./shared/table.js";
import { named, value } from "./shared/values.js";

const SIZE = "100";
const id = byId("script").dataset.script;
const notice = byId("notice");
let asked = new AbortController();

const columns = [
  { head: "Rule", classes: "clip", cell: (row) => named(row.rule_id, row.rule_name) },
  { head: "Source", classes: "clip", cell: (row) => named(row.source_id, row.source_name) },
  { head: "Record", cell: (row) => value(row.source_uid) },
  { head: "Value", classes: "clip", cell: (row) => value(row.data_value) },
  { head: "Date", classes: "tight", cell: (row) => row.txn_date ?? NOTHING },
];

function place() {
  const search = new URLSearchParams(location.search);
  return { page_size: search.get("page_size") ?? SIZE, cursor: search.get("cursor") };
}

async function show() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  byId("rows").setAttribute("aria-busy", "true");
  const page = await attempt(notice, () => get(`/api/sql_scripts/${id}/staging/`, place(), signal));
  byId("rows").removeAttribute("aria-busy");
  if (page) {
    hush(notice);
    draw(page);
  }
}

function draw(page) {
  byId("grid").hidden = false;
  byId("page-size").value = place().page_size;
  fill(byId("rows"), columns, page.results, { empty: "The script found nothing.", caption: "Staged rows" });
  turn(byId("pager"), page, (address) => go({ cursor: new URL(address, location.href).searchParams.get("cursor") }));
}

function go(change) {
  remember({ ...place(), ...change });
  show();
}

/** What the rows are; where nothing is staged there is nothing to ask for. */
async function begin() {
  const script = await attempt(notice, () => get(`/api/sql_scripts/${id}/`));
  if (!script) {
    return;
  }
  byId("state").replaceChildren(state(script.state));
  if (!script.staged) {
    tell(notice, "info", missingStep(script), " ", el("a", { href: `/editor/${id}/review` }, "Populate it on its review page."));
    return;
  }
  const stale = script.state === "stale" ? " The SQL was changed since." : "";
  byId("about").replaceChildren(`${numbered(script.staged.rows, "row")}, staged `, time(script.staged.at), `. They are not in the bad rows before a publish.${stale}`);
  show();
}

byId("page-size").addEventListener("change", (event) => go({ page_size: event.target.value, cursor: null }));
addEventListener("popstate", show);
begin();
