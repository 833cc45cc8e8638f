// The filters of bad rows, shared by the grid and the charts. They stand in the address of the page, so that it can be sent to somebody.
import { chooser } from "./choices.js";
import { settled } from "./dom.js";
import { address, get } from "./http.js";

const TEXTS = ["source_uid", "q", "date_from", "date_to"];

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
    const texts = TEXTS.map((name) => [name, form.elements[name].value.trim()]);
    return { rule_id: choosers.rule_id.chosen, source_id: choosers.source_id.chosen, ...Object.fromEntries(texts) };
  }

  function restore() {
    const search = new URLSearchParams(location.search);
    Object.entries(choosers).forEach(([name, one]) => (one.chosen = search.getAll(name)));
    TEXTS.forEach((name) => (form.elements[name].value = search.get(name) ?? ""));
  }

  function tell() {
    changed();
  }

  form.addEventListener("input", (event) => TEXTS.includes(event.target.name) && later());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell();
  });
  form.addEventListener("reset", () => {
    Object.values(choosers).forEach((one) => (one.chosen = []));
    setTimeout(tell);
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
