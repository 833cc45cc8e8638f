// Choosing several of many: a field that searches as one types, and a chip for each that was chosen.
import { el, icon } from "./dom.js";

/**
 * Make a chooser of `place`, which has an <input> with a list, its <datalist>, and a place for chips.
 * @param {HTMLElement} place
 * @param {() => void} changed called when a person added or took away one
 */
export function chooser(place, changed) {
  const input = place.querySelector("input");
  const chips = place.querySelector(".chips");
  const labels = new Map();
  let chosen = [];

  function draw() {
    chips.replaceChildren(...chosen.map((id) => chip(id)));
  }

  function chip(id) {
    const label = labels.get(id) ?? id;
    return el("button.chip", { type: "button", "aria-label": `Take away ${label}`, onclick: () => drop(id) }, label, icon("x"));
  }

  function drop(id) {
    chosen = chosen.filter((one) => one !== id);
    draw();
    input.focus();
    changed();
  }

  /** What was typed: a label of the list, an id, or the only label that has these letters. */
  function meant(text) {
    const low = text.toLowerCase();
    const named = [...labels].find(([id, label]) => label.toLowerCase() === low || id.toLowerCase() === low);
    const like = [...labels].filter(([, label]) => label.toLowerCase().includes(low));
    return named?.[0] ?? (like.length === 1 ? like[0][0] : null);
  }

  function take() {
    const text = input.value.trim();
    const id = text ? meant(text) : null;
    if (id === null) {
      return;
    }
    input.value = "";
    if (!chosen.includes(id)) {
      chosen = [...chosen, id];
      draw();
      changed();
    }
  }

  input.addEventListener("change", take);
  input.addEventListener("input", (event) => {
    // A click on an option of the list, which is no typing.
    if (event.inputType === "insertReplacementText" || !event.inputType) {
      take();
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !input.value && chosen.length) {
      drop(chosen.at(-1));
    }
  });

  return {
    /** What may be chosen: [{id, label}]. */
    offer(options) {
      options.forEach(({ id, label }) => labels.set(id, label));
      place.querySelector("datalist").replaceChildren(...options.map(({ label }) => el("option", { value: label })));
      draw();
    },
    get chosen() {
      return chosen;
    },
    set chosen(ids) {
      chosen = [...ids];
      draw();
    },
  };
}
