// The ledger: filters that stand in the address, pages, and a look again while something is under way.
import { byId } from "./shared/dom.js";
import { get } from "./shared/http.js";
import { attempt, hush } from "./shared/notice.js";
import { isActive } from "./shared/progress.js";
import { columns } from "./shared/run.js";
import { fill, turn } from "./shared/table.js";

const AGAIN = 3000;
const form = byId("filters");
const notice = byId("notice");
let timer;
let page = null;

/** What the filters ask for. */
function wanted() {
  return Object.fromEntries([...new Set(new FormData(form).keys())].map((name) => [name, new FormData(form).getAll(name)]));
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
  turn(byId("pager"), answer, (address) => {
    page = new URL(address, location.href).pathname + new URL(address, location.href).search;
    show();
  });
  if (answer.results.some(isActive)) {
    timer = setTimeout(show, AGAIN);
  }
}

/** The first page of what the filters ask for, which the address then says. */
function filter() {
  page = null;
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value) {
      search.append(name, value);
    }
  }
  history.replaceState(null, "", search.size ? `?${search}` : location.pathname);
  show();
}

function restore() {
  const search = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (field.type === "checkbox") {
      field.checked = search.getAll(field.name).includes(field.value);
    } else if (field.name) {
      field.value = search.get(field.name) ?? "";
    }
  }
}

form.addEventListener("change", filter);
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", () => document.hidden || show());
restore();
show();
