// The filters of bad rows, shared by the grid and the charts. They stand in the address of the page, so that it can be sent to somebody.
import { chooser } from "./choices.js";
import { settled } from "./dom.js";
import { address, get } from "./http.js";

const DATES = ["date_from", "date_to"];
const TEXTS = ["source_uid", "q", ...DATES];

/**
 * Read and write the filters of `form`.
 * @param {HTMLFormElement} form
 * @param {() => void} changed called when a person changed one; the address says it by then
 */
export function filters(form, changed) {
  const choosers = {
    rule_id: chooser(form.querySelector("[data-choose=rule_id]"), tell),
    source_id: chooser(form.querySelector("[data-choose=source_id]"), tell),
  };
  const later = settled(tell, 350);

  function values() {
    const texts = TEXTS.map((name) => [name, form.elements[name].disabled ? "" : form.elements[name].value.trim()]);
    const undated = form.elements.undated.checked ? "true" : "";
    return { rule_id: choosers.rule_id.chosen, source_id: choosers.source_id.chosen, ...Object.fromEntries(texts), undated };
  }

  /** Rows without a date are in no span of dates; the dates that are typed rest until they are of use again. */
  function rest() {
    DATES.forEach((name) => (form.elements[name].disabled = form.elements.undated.checked));
  }

  function restore() {
    const search = new URLSearchParams(location.search);
    Object.entries(choosers).forEach(([name, one]) => (one.chosen = search.getAll(name)));
    TEXTS.forEach((name) => (form.elements[name].value = search.get(name) ?? ""));
    form.elements.undated.checked = search.get("undated") === "true";
    rest();
  }

  function tell() {
    changed();
  }

  form.addEventListener("input", (event) => TEXTS.includes(event.target.name) && later());
  form.elements.undated.addEventListener("change", () => {
    rest();
    tell();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell();
  });
  form.addEventListener("reset", () => {
    Object.values(choosers).forEach((one) => (one.chosen = []));
    setTimeout(() => {
      rest();
      tell();
    });
  });
  restore();
  return {
    values,
    restore,
    /** Let both choosers know what there is. */
    async offer() {
      const { rules, sources } = await get("/api/bad_detail/filters/");
      choosers.rule_id.offer(rules);
      choosers.source_id.offer(sources);
    },
  };
}

/** Let the address of the page say a query; a new entry of the history, unless it says so already. */
export function remember(query) {
  const wanted = address(location.pathname, query);
  if (wanted !== location.pathname + location.search) {
    history.pushState(null, "", wanted);
  }
}
