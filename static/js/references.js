// Rules and sources: searched, added, changed and deleted, with what uses them; and the ids of bad rows that have no name yet.
import { byId, el, settled } from "./shared/dom.js";
import { count } from "./shared/format.js";
import { address, exchange, get } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { fill, turn } from "./shared/table.js";
import { importPanel } from "./references/importing.js";
import { many } from "./references/logic.js";
import { referencePanel } from "./references/panel.js";

const SIZE = 50;
const MOST_MISSING = 200;
const root = byId("references");
const { kind, word, key, title } = root.dataset;
const may = Object.fromEntries(["add", "change", "delete"].map((verb) => [verb, root.hasAttribute(`data-may-${verb}`)]));
const field = byId("filters").elements.q;
const notice = byId("notice");
const panel = referencePanel({ kind, word, key, title, may }, happened);
let asked = new AbortController();

const columns = [
  { head: "Id", cell: (one) => el("button.link-button.value", { type: "button", onclick: () => panel.open(one) }, one[key]), classes: "tight.stack-head" },
  { head: "Name", cell: (one) => one[title], classes: "clip" },
  { head: "Description", cell: (one) => one.description, classes: "clip" },
  { head: "Bad rows", cell: (one) => el("span", { "data-rows": one[key] }, "…"), classes: "number" },
  { head: "Scripts", cell: (one) => el("span", { "data-scripts": one[key] }, "…"), classes: "number" },
];

// --- The list -------------------------------------------------------------------------------------------------------------------

function place() {
  const search = new URLSearchParams(location.search);
  return { q: search.get("q") ?? "", cursor: search.get("cursor") ?? "" };
}

/** Let the address say which page of what is looked at, and show it. */
function go({ q = place().q, cursor = "" }) {
  const wanted = address(location.pathname, { kind, q, cursor });
  if (wanted !== location.pathname + location.search) {
    history.pushState(null, "", wanted);
  }
  return show();
}

async function show() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const { q, cursor } = place();
  const path = address(`/api/reference_tables/${kind}/`, { q, page_size: SIZE, cursor });
  const answer = await attempt(notice, () => exchange("GET", path, { signal }));
  if (!answer) {
    return;
  }
  hush(notice);
  fill(byId("rows"), columns, answer.data, { empty: q ? `No ${word} fits.` : welcome(), caption: `The ${kind}` });
  turn(byId("pager"), links(answer.headers.get("Link") ?? ""), (next) => go({ cursor: new URL(next).searchParams.get("cursor") }));
  await countUses(answer.data.map((one) => one[key]), signal);
}

function links(header) {
  const found = Object.fromEntries([...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, link, name]) => [name, link]));
  return { next: found.next ?? null, previous: found.prev ?? null };
}

/** The list does not wait for what uses its rows. */
async function countUses(ids, signal) {
  const found = ids.length ? await attempt(notice, () => get("/api/reference_tables/uses/", { kind, id: ids }, signal)) : [];
  for (const one of found ?? []) {
    const rows = one.bad_rows ? el("a", { href: address("/bad-detail", { [key]: one.id }), "aria-label": many(one.bad_rows, "bad row") }, count(one.bad_rows)) : "0";
    byId("rows").querySelector(`[data-rows="${CSS.escape(one.id)}"]`)?.replaceChildren(rows);
    byId("rows").querySelector(`[data-scripts="${CSS.escape(one.id)}"]`)?.replaceChildren(count(one.scripts));
  }
}

function welcome() {
  const more = may.add ? "Add the first one, or import a file." : "An Author can add one.";
  return el("div.empty", {}, el("p.mb-0", {}, `There is no ${word} yet. A name makes an id readable on every page. ${more}`));
}

// --- Ids without a name -----------------------------------------------------------------------------------------------------------

async function lookForMissing() {
  const found = await attempt(notice, () => get("/api/reference_tables/missing/", { kind, limit: MOST_MISSING }));
  if (!found) {
    return;
  }
  byId("missing").hidden = !found.total;
  byId("missing-title").textContent = `${many(found.total, "id")} of bad rows ${found.total === 1 ? "has" : "have"} no name here`;
  const columnsOf = [
    { head: "Id", cell: (one) => el("span.value", {}, one.id) },
    { head: "Bad rows", cell: (one) => el("a", { href: address("/bad-detail", { [key]: one.id }) }, count(one.bad_rows)), classes: "number" },
    ...(may.add ? [{ head: "", cell: (one) => el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Name it: ${one.id}`, onclick: () => panel.create(one.id) }, "Name it"), classes: "tight" }] : []),
  ];
  fill(byId("missing-ids"), columnsOf, found.results, { caption: "Ids without a name" });
  if (found.total > found.results.length) {
    byId("missing-ids").tBodies[0].append(el("tr", {}, el("td.muted", { colspan: columnsOf.length }, `These are the ${count(found.results.length)} with the most bad rows.`)));
  }
}

// --- What a person does -----------------------------------------------------------------------------------------------------------

async function happened(what, one) {
  await Promise.all([show(), lookForMissing()]);
  tell(notice, "success", `The ${word} ${one[key]} was ${what}.`);
}

if (byId("import")) {
  const importing = importPanel({ kind, word }, async (text) => {
    await Promise.all([show(), lookForMissing()]);
    tell(notice, "success", text);
  });
  byId("import").addEventListener("click", importing.open);
}
byId("new")?.addEventListener("click", () => panel.create());
byId("missing-more").addEventListener("click", ({ currentTarget: button }) => {
  const list = byId("missing-list");
  list.hidden = !list.hidden;
  button.setAttribute("aria-expanded", String(!list.hidden));
  button.textContent = list.hidden ? "Show them" : "Hide them";
});
field.addEventListener("input", settled(() => go({ q: field.value.trim() }), 250));
byId("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  go({ q: field.value.trim() });
});
addEventListener("popstate", () => {
  field.value = place().q;
  show();
});
field.value = place().q;
panel.resume();
show();
lookForMissing();
