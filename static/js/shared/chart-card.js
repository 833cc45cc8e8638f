// A chart in its card (templates/partials/chart.html): the canvas for eyes and keys, the same as a table, and both as files.
import { Chart, onTheme } from "./chart.js";
import { csv, save } from "./csv.js";
import { el } from "./dom.js";
import { picture } from "./picture.js";
import { fill } from "./table.js";

/**
 * @typedef {object} Drawing
 * @property {() => object} config of Chart.js; asked for again when the theme changes
 * @property {string[]} said what is said of each place of the chart, for those who go through it by keys
 * @property {(at: number) => (string|(() => void)|null)} [open] the address that a place leads to, or what it does
 * @property {string} summary the chart in a sentence
 * @property {string} [told] which rows it shows, for the picture
 * @property {boolean} [isEmpty] there is nothing to draw; the note and the table say what there is
 * @property {number} [height] in pixels, where the stylesheet's is not right
 * @property {Array} columns of the table, as of shared/table.js
 * @property {Array} rows of the table
 * @property {{heads: string[], rows: Array<Array>}} file
 */

/** Let a card show drawings. */
export function chartCard(card) {
  const part = (name) => card.querySelector(`[data-part=${name}]`);
  const canvas = part("canvas");
  const title = card.querySelector("h2").textContent;
  let chart = null;
  let drawing = null;

  function paint() {
    chart?.destroy();
    canvas.parentElement.style.height = drawing.height ? `${drawing.height}px` : "";
    const config = drawing.config();
    Object.assign(config.options, { onClick: clicked, onHover: hovered });
    config.options.plugins.legend = { display: false };
    chart = new Chart(canvas, config);
  }

  function clicked(event, [element]) {
    if (element) {
      go(element.index, event.native.ctrlKey || event.native.metaKey);
    }
  }

  function hovered(event, [element]) {
    canvas.classList.toggle("leads", Boolean(element && drawing.open?.(element.index)));
  }

  function go(at, apart) {
    const goal = drawing.open?.(at);
    if (typeof goal === "function") {
      goal();
    } else if (goal) {
      apart ? open(goal, "_blank", "noopener") : location.assign(goal);
    }
  }

  function tabulate() {
    fill(part("table"), drawing.columns, drawing.rows, { caption: title });
  }

  function showTable(shown = true) {
    const button = part("toggle");
    button.setAttribute("aria-expanded", shown);
    part("rows").hidden = !shown;
    if (shown) {
      tabulate();
    }
  }

  byKeys(canvas, { length: () => drawing?.said.length ?? 0, point: (at) => point(chart, at), say: (at) => (part("said").textContent = at === null ? "" : drawing.said[at]), go });
  part("toggle").addEventListener("click", (event) => showTable(event.currentTarget.getAttribute("aria-expanded") !== "true"));
  part("csv").addEventListener("click", () => save(`${card.id}.csv`, csv(drawing.file.heads, drawing.file.rows)));
  part("png").addEventListener("click", async () => save(`${card.id}.png`, await picture(canvas, title, drawing.told ?? drawing.summary)));
  onTheme(() => drawing && paint());

  return {
    /** @param {Drawing} made */
    draw(made) {
      drawing = made;
      canvas.parentElement.hidden = part("png").hidden = Boolean(made.isEmpty);
      paint();
      canvas.setAttribute("aria-label", `${title}. ${made.summary} Arrow keys go through it${made.open ? ", Enter opens" : ""}. The button Table shows the same in words.`);
      part("tools").hidden = false;
      if (!part("rows").hidden) {
        tabulate();
      }
    },
    /** Nodes that say what the chart does not show; none takes them away. */
    note: (...nodes) => part("note").replaceChildren(...(nodes.length ? [el("p", {}, ...nodes)] : [])),
    showTable() {
      showTable();
      part("rows").focus();
    },
  };
}

/** Let arrow keys go through the places of a chart, and Enter open one. */
function byKeys(canvas, { length, point, say, go }) {
  let at = null;
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  canvas.addEventListener("keydown", (event) => {
    if (event.key in steps && length()) {
      event.preventDefault();
      at = at === null && Number.isFinite(steps[event.key]) ? 0 : Math.max(0, Math.min(length() - 1, (at ?? 0) + steps[event.key]));
      point(at);
      say(at);
    } else if (event.key === "Enter" && at !== null && at < length()) {
      go(at, event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape") {
      leave();
    }
  });
  function leave() {
    at = null;
    point(null);
    say(null);
  }
  canvas.addEventListener("blur", leave);
}

/** Mark a place as the mouse would. */
function point(chart, at) {
  if (!chart) {
    return;
  }
  const places = at === null ? [] : chart.data.datasets.map((_, datasetIndex) => ({ datasetIndex, index: at }));
  const element = at === null ? null : chart.getDatasetMeta(0).data[at];
  chart.setActiveElements(places);
  chart.tooltip.setActiveElements(places, element ? { x: element.x, y: element.y } : { x: 0, y: 0 });
  chart.update("none");
  if (element) {
    reveal(chart.canvas.getBoundingClientRect().top + element.y);
  }
}

/** A chart may be higher than the window: let a place of it be seen. */
function reveal(y) {
  const edge = 120;
  if (y < edge || y > innerHeight - edge) {
    scrollBy({ top: y - innerHeight / 2 });
  }
}
