// A panel at the side with a form: what was typed there and not saved is not thrown away without a question.
import { confirm } from "./confirm.js";

/**
 * Ask before `panel` (an .offcanvas) or the page is left while `isChanged` says so. Returns a function that closes the panel without one.
 * @param {HTMLElement} panel
 * @param {{hide: () => void}} offcanvas Bootstrap's own of it
 * @param {() => boolean} isChanged
 */
export function guard(panel, offcanvas, isChanged) {
  let isOpen = false;
  const isAtRisk = () => isOpen && isChanged();

  function settle() {
    isOpen = false;
    offcanvas.hide();
  }

  panel.addEventListener("show.bs.offcanvas", () => (isOpen = true));
  panel.addEventListener("hide.bs.offcanvas", async (event) => {
    if (isAtRisk()) {
      event.preventDefault();
      if (await confirm("Throw away what you typed?", ["It was not saved."], "Throw it away", { danger: true })) {
        settle();
      }
    }
  });
  panel.addEventListener("hidden.bs.offcanvas", () => (isOpen = false));
  addEventListener("beforeunload", (event) => isAtRisk() && event.preventDefault());
  return settle;
}
