// Small repairs of the stock admin for those who use a keyboard or a screen reader.

/** Wide tables scroll inside their box: give the box a tab stop and a name, as our own templates do in the markup. */
function makeTablesScrollable() {
  for (const box of document.querySelectorAll("#changelist-form .results, #change-history, .inline-related.tabular")) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `${document.querySelector("#content h1")?.textContent.trim() ?? "Records"}, table`);
  }
}

/** The search field is labelled by a picture only. */
function nameSearchField() {
  document.getElementById("searchbar")?.setAttribute("aria-label", "Search");
}

/** In a table the head of the column names a field, and of a date with a time the label of both. */
function nameFields(within = document) {
  for (const field of within.querySelectorAll("#content :is(input:not([type='hidden']), select, textarea)")) {
    if (field.labels.length || field.ariaLabel || field.hasAttribute("aria-labelledby")) {
      continue;
    }
    const name = columnName(field) ?? dateOrTimeName(field);
    if (name) {
      field.setAttribute("aria-label", name);
    }
  }
}

function columnName(field) {
  const cell = field.closest("td");
  const row = cell?.closest("table")?.tHead?.rows[0];
  // A head may span the hidden cells beside it, so count what the cells before it span.
  let columns = cell?.cellIndex;
  for (const head of row?.cells ?? []) {
    columns -= head.colSpan;
    if (columns < 0) {
      return head.textContent.trim() || undefined;
    }
  }
  return undefined;
}

function dateOrTimeName(field) {
  const label = field.closest(".flex-container, .form-row")?.querySelector("label, legend");
  const part = field.classList.contains("vTimeField") ? ", time" : field.classList.contains("vDateField") ? ", date" : "";
  return label ? label.textContent.replace(/:\s*$/, "").trim() + part : undefined;
}

/** The icons beside the filters of "choose many" say what they are by aria-label, which needs a role to be read. */
function giveIconsARole() {
  for (const icon of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) {
    icon.setAttribute("role", "img");
  }
}

makeTablesScrollable();
nameSearchField();
nameFields();
document.addEventListener("formset:added", (event) => nameFields(event.target));
// Django's scripts make these on load.
window.addEventListener("load", giveIconsARole);
