import Collapse from "bootstrap/js/src/collapse.js";

/** On a phone the open menu covers the page: Escape closes it and gives the focus back to its button. */
export function closeMenuOnEscape() {
  const menu = document.getElementById("main-menu");
  const toggler = document.querySelector("[data-bs-target='#main-menu']");
  if (!menu || !toggler) {
    return;
  }
  document.addEventListener("keydown", (event) => {
    // An open dropdown inside it closes first, by Bootstrap's own handler.
    if (event.key !== "Escape" || !menu.classList.contains("show") || menu.querySelector(".dropdown-menu.show")) {
      return;
    }
    Collapse.getOrCreateInstance(menu, { toggle: false }).hide();
    toggler.focus();
  });
}
