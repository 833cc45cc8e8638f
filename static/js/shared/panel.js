// A panel at the side of a page that holds a form: it asks before what was typed there is thrown away.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { confirm } from "./confirm.js";

/**
 * The panel of `place`, an offcanvas.
 * @param {HTMLElement} place
 * @param {object} told
 * @param {string} told.what it holds, such as "schedule"
 * @param {() => string} told.typed what its fields hold; other than at the time of `begin` it is unsaved
 * @param {() => HTMLElement} told.first the field to begin with
 * @param {() => void} told.left called when it closes and nothing is to be kept
 */
export function formPanel(place, { what, typed, first, left }) {
  const panel = Offcanvas.getOrCreateInstance(place);
  let before = null;
  let focused = null;
  const isChanged = () => before !== null && before !== typed();

  function settle() {
    before = null;
    panel.hide();
  }

  async function ask() {
    if (await confirm("Throw away what you typed?", [`This ${what} was not saved.`], "Throw away", { danger: true })) {
      settle();
    }
  }

  place.addEventListener("hide.bs.offcanvas", (event) => {
    if (isChanged()) {
      event.preventDefault();
      setTimeout(ask); // the Escape that is on its way would close the question too
      return;
    }
    before = null;
    left();
  });
  // Who is faster than the panel stays where they are.
  place.addEventListener("show.bs.offcanvas", () => (focused = null));
  place.addEventListener("focusin", ({ target }) => (focused = target.matches("input, select, textarea") ? target : focused));
  place.addEventListener("shown.bs.offcanvas", () => (focused ?? first())?.focus());
  addEventListener("beforeunload", (event) => isChanged() && event.preventDefault());

  return {
    /** Open it; what its fields hold now is what is saved, unless it is said that it is not. */
    begin({ unsaved = false } = {}) {
      before = unsaved ? "" : typed();
      panel.show();
    },
    /** Close it without a question. */
    settle,
  };
}
