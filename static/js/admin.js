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

makeTablesScrollable();
nameSearchField();
