// Light, dark or as the system says. Loaded in <head> as a blocking classic script, so the page is never painted in the
// wrong theme first. Key and values are those of Django's admin, whose own switch this replaces.
const KEY = "theme";
const CHOICES = ["light", "dark", "auto"];
const root = document.documentElement;
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

// Storage may be forbidden (a private window, a policy); the theme is then the system's until the page is left.
let choice = read();

function read() {
  try {
    const stored = localStorage.getItem(KEY);
    return CHOICES.includes(stored) ? stored : "auto";
  } catch {
    return "auto";
  }
}

function store(value) {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // Nothing to do: it holds for this page.
  }
}

function apply() {
  const theme = choice === "auto" ? (systemIsDark.matches ? "dark" : "light") : choice;
  root.dataset.bsTheme = theme; // Bootstrap reads this one,
  root.dataset.theme = theme; // Django's admin that one
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

function choose(value) {
  choice = value;
  store(value);
  apply();
}

apply();
systemIsDark.addEventListener("change", apply);

// Another tab of the same person.
window.addEventListener("storage", (event) => {
  if (event.key === KEY) {
    choice = read();
    apply();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  apply();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) {
      choose(button.dataset.themeChoice);
    }
  });
});
