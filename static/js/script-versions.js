// The texts that a script had: who saved which and when, what any two differ in, and the way back.
import { confirm } from "./shared/confirm.js";
import { diffTable } from "./shared/diff.js";
import { byId, el } from "./shared/dom.js";
import { remember } from "./shared/filters.js";
import { count } from "./shared/format.js";
import { get, post } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { time } from "./shared/run.js";
import { state } from "./shared/script.js";
import { turn } from "./shared/table.js";

const { script: id, name } = byId("script").dataset;
const notice = byId("notice");
const list = byId("versions");
const mayRestore = Boolean(list.dataset.mayRestore);
const path = `/api/sql_scripts/${id}/versions/`;
let page = { results: [] };
let newest = null;

/** Which version is shown, and compared with which, as the address says; the newest with the one before it where it does not. */
function chosen() {
  const search = new URLSearchParams(location.search);
  const [version, against] = ["version", "against"].map((one) => Number(search.get(one)) || null);
  return { version: version ?? newest, against };
}

async function load(address = path) {
  const found = await attempt(notice, () => get(address));
  if (!found) {
    return;
  }
  page = found;
  newest = found.results.find((version) => version.is_current)?.n ?? newest ?? found.results[0]?.n ?? null;
  turn(byId("pager"), page, load);
  drawList();
  await show();
}

function drawList() {
  const { version } = chosen();
  const none = el("p.empty", {}, "No version is on record: another program wrote the script, and it was not saved here since.");
  list.replaceChildren(page.results.length ? el("ol.version-list", {}, ...page.results.map((one) => item(one, one.n === version))) : none);
}

function item(version, isShown) {
  const marks = [version.is_current ? el("span.status.status-published", {}, "Current") : null, version.restored_from ? el("span.muted", {}, `from version ${version.restored_from}`) : null];
  const counts = el("span.version-counts", {}, el("span.delta.delta-new", {}, `+${count(version.added)}`), " ", el("span.delta.delta-resolved", {}, `−${count(version.removed)}`), el("span.visually-hidden", {}, " lines"));
  const who = el("span.muted.version-who", {}, `${version.author?.username ?? "somebody"}, `, time(version.created_at), version.connection ? `, reads ${version.connection}` : "");
  const button = el("button.version", { type: "button", "aria-current": isShown ? "true" : null, onclick: () => go({ version: version.n }) }, el("span.version-head", {}, el("strong", {}, `Version ${version.n}`), ...marks, counts), who);
  return el("li", {}, button);
}

function go(choice) {
  remember(choice);
  drawList();
  show();
}

async function show() {
  const { version, against } = chosen();
  byId("title").textContent = version ? `Version ${version}` : "Version";
  if (!version) {
    byId("shown").replaceChildren();
    return;
  }
  const found = await attempt(notice, () => get(`${path}${version}/`, { against }));
  if (found && chosen().version === version) {
    hush(notice);
    offer(found);
    byId("shown").replaceChildren(...drawn(found));
  }
}

function offer({ n, against }) {
  const others = [...new Set([...page.results.map((one) => one.n), ...(against ? [against] : []), ...(n > 1 ? [n - 1] : [])])].filter((one) => one !== n);
  const options = others.sort((one, other) => other - one).map((one) => el("option", { value: one, selected: one === against }, `version ${one}${one === n - 1 ? ", the one before" : ""}`));
  byId("against").replaceChildren(...(options.length ? options : [el("option", { value: "" }, "nothing: it is the first")]));
  byId("against").disabled = !options.length;
}

function drawn(version) {
  const before = version.against ? `version ${version.against}` : "nothing";
  const same = el("p.empty", {}, `The SQL is the same as in ${before}.`);
  const whole = el("details.whole", {}, el("summary", {}, "The whole SQL of this version"), el("pre.code", { tabindex: "0", role: "region", "aria-label": `SQL of version ${version.n}` }, version.content));
  return [restoring(version), version.diff ? diffTable(version.diff) : same, whole].filter(Boolean);
}

function restoring(version) {
  if (!mayRestore || version.is_current) {
    return null;
  }
  return el("p.restore", {}, el("button.btn.btn-quiet.btn-sm", { type: "button", onclick: () => restore(version) }, "Restore this version…"));
}

async function restore(version) {
  const told = [
    `The SQL of “${name}” becomes that of version ${version.n} again, as a new version. Nothing of its history is lost; its name, description and connection stay.`,
    "What is staged stays too, but can't be published before the script is populated again.",
  ];
  if (!(await confirm(`Restore version ${version.n}?`, told, "Restore"))) {
    return;
  }
  const script = await attempt(notice, () => post(`${path}${version.n}/restore/`, { version: newest }));
  if (script) {
    byId("state").replaceChildren(state(script.state));
    const same = script.version === newest;
    newest = null;
    history.replaceState(null, "", location.pathname);
    await load();
    tell(notice, "success", same ? "The script has that SQL already; nothing was changed." : `Version ${script.version} has the SQL of version ${version.n} again. `, el("a", { href: `/editor/${id}/review` }, "Populate and review it"));
  }
}

byId("against").addEventListener("change", (event) => go({ version: chosen().version, against: event.target.value }));
addEventListener("popstate", () => (drawList(), show()));
attempt(notice, async () => byId("state").replaceChildren(state((await get(`/api/sql_scripts/${id}/`)).state)));
load();
