// The ledger: filters that stand in the address, pages, and a look again while something is under way.
import { combobox } from "./shared/combobox.js";
import { byId } from "./shared/dom.js";
import { address, get } from "./shared/http.js";
import { attempt, hush } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";
import { columns } from "./shared/run.js";
import { findScripts } from "./shared/script-names.js";
import { fill, turn } from "./shared/table.js";

const AGAIN = 3000;
const form = byId("filters");
const notice = byId("notice");
const script = combobox(byId("script"), { find: findScripts, changed: () => filter() });
let timer;
let page = null;

/** What the filters ask for. */
function wanted() {
  return { status: new FormData(form).getAll("status"), script: script.value };
}

async function show() {
  clearTimeout(timer);
  const answer = await attempt(notice, () => (page ? get(page) : get("/api/runs/", { ...wanted(), page_size: 50 })));
  if (!answer) {
    timer = setTimeout(show, AGAIN);
    return;
  }
  hush(notice);
  fill(byId("runs"), columns, answer.results, { empty: "No run fits. Populate a script, and it appears here.", caption: "Runs" });
  turn(byId("pager"), answer, (to) => {
    page = new URL(to, location.href).pathname + new URL(to, location.href).search;
    show();
  });
  if (answer.results.some(isActive)) {
    timer = setTimeout(show, AGAIN);
  }
}

/** The first page of what the filters ask for, which the address then says. */
function filter() {
  page = null;
  history.replaceState(null, "", address(location.pathname, wanted()));
  show();
}

async function restore() {
  const search = new URLSearchParams(location.search);
  form.querySelectorAll("[name=status]").forEach((box) => (box.checked = search.getAll("status").includes(box.value)));
  const id = Number(search.get("script"));
  if (id) {
    script.set({ value: id, label: `Script ${id}` });
    const found = await attempt(notice, () => get(`/api/sql_scripts/${id}/`));
    script.set({ value: id, label: found?.name ?? `Script ${id}` });
  }
}

form.addEventListener("change", (event) => event.target.name === "status" && filter());
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", () => document.hidden || show());
await restore();
show();
