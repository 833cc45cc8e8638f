// Choosing one of many: a field that searches as one types, with a list below it (the combobox of the ARIA practices, with a list box).
import { el, settled } from "./dom.js";

let made = 0;

/**
 * Make a combobox of `input`.
 * @param {HTMLInputElement} input
 * @param {object} told
 * @param {(text: string) => Promise<{options: {value: *, label: string, note?: string}[], more?: string}>} told.find what fits a
 *   text, best first; all there is for the empty one. `more` says at the end of the list what it leaves out
 * @param {() => void} [told.changed] called when another value was chosen, or none
 */
export function combobox(input, { find, changed = () => {} }) {
  const list = el("ul.combobox-list", { id: `combobox-${++made}`, role: "listbox", "aria-label": "Choices", hidden: true });
  let options = [];
  let at = -1;
  let chosen = null;
  let asked = 0;
  let waiting = false; // something was typed that was not looked for yet
  let answer = Promise.resolve();

  input.after(list);
  input.parentElement.classList.add("combobox");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"], ["autocomplete", "off"]]) {
    input.setAttribute(name, value);
  }

  /** Look for what fits; an answer that was overtaken by another is left. */
  function look(open = true) {
    const mine = ++asked;
    waiting = false;
    const text = chosen && input.value === chosen.label ? "" : input.value.trim();
    answer = find(text).then(
      (found) => mine === asked && show(found, open),
      (problem) => mine === asked && open && draw([], problem.message),
    );
    return answer;
  }

  const later = settled(() => waiting && document.activeElement === input && look(), 150);

  function show(found, open) {
    options = found.options;
    if (open && document.activeElement === input) {
      draw(options, found.more ?? (options.length ? "" : "Nothing fits."));
    }
  }

  function draw(some, more) {
    const items = some.map((option, n) =>
      el("li", { id: `${list.id}-${n}`, role: "option", "aria-selected": String(option.value === chosen?.value), onmousedown: (event) => (event.preventDefault(), choose(option)) },
        el("span", {}, option.label), option.note ? el("small.muted", {}, option.note) : null));
    list.replaceChildren(...items, ...(more ? [el("li.combobox-more", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, more)] : []));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(-1);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(to) {
    at = to;
    [...list.children].forEach((item, n) => item.classList.toggle("active", n === at));
    if (at < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    const other = option?.value !== chosen?.value;
    chosen = option;
    if (option) {
      input.value = option.label;
      input.dispatchEvent(new Event("chosen", { bubbles: true }));
    }
    close();
    if (other) {
      changed();
    }
  }

  /** What was typed in full counts as chosen. */
  function take() {
    const text = input.value.trim().toLowerCase();
    if (text && text !== chosen?.label.toLowerCase()) {
      const same = options.find(({ label }) => label.toLowerCase() === text);
      if (same) {
        choose(same);
      }
    }
  }

  async function move(by) {
    if (list.hidden) {
      await look();
      by = Math.max(by, 1);
    }
    if (options.length) {
      point((at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length);
    }
  }

  /** Choose what is pointed at, or the only one that fits; one who types fast does not wait for the list. */
  async function enter() {
    await (waiting ? look() : answer);
    const option = options[at] ?? (options.length === 1 ? options[0] : null);
    option ? choose(option) : take();
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: enter,
    Escape: close,
  };

  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    const ours = event.key.startsWith("Arrow") || (event.key === "Enter" && (open || waiting)) || (event.key === "Escape" && open);
    if (keys[event.key] && ours) {
      event.preventDefault();
      event.stopPropagation(); // Escape closes the list, not the panel around it
      keys[event.key]();
    }
  });
  input.addEventListener("input", () => {
    if (chosen && input.value !== chosen.label) {
      chosen = null;
      changed();
    }
    waiting = true;
    later();
  });
  input.addEventListener("click", () => list.hidden && look());
  input.addEventListener("blur", () => {
    take();
    close();
  });

  return {
    /** What is chosen; null for nothing, and for a text that stands for nothing. */
    get value() {
      return chosen?.value ?? null;
    },
    /** Choose without telling: {value, label}, or null. */
    set(option) {
      chosen = option;
      input.value = option?.label ?? "";
    },
    /** Wait until what was typed has been looked for, and take it where it names one. */
    async settle() {
      if (!chosen && input.value.trim()) {
        await look(false);
        take();
      }
    },
  };
}
