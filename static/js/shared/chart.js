// Chart.js in our clothes: colours of tokens.css, fonts of the page, quiet where a person wants no motion.
import { BarController, BarElement, CategoryScale, Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import { count } from "./format.js";

Chart.register(BarController, BarElement, CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

export { Chart };
// A bar with its name above it.
export const ROW = 42;
const BAR = 12;
// Room for the name of the first.
export const TOP = 8;

/** A colour, or a font, as the page has it now: "surface" is --dqx-surface. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--dqx-${name}`).trim();
}

/** Tell when the page gets another theme. */
export function onTheme(changed) {
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}

/** The part of a text that fits into so many pixels, with an ellipsis where something is left out. */
export function fitted(text, width, measure) {
  if (measure(text) <= width) {
    return text;
  }
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    [least, most] = measure(`${text.slice(0, middle)}…`) <= width ? [middle, most] : [least, middle - 1];
  }
  return `${text.slice(0, least).trimEnd()}…`;
}

function font(weight = "normal") {
  return { family: token("font"), size: 13, weight };
}

function tooltip() {
  return {
    backgroundColor: token("text"),
    titleColor: token("surface"),
    bodyColor: token("surface"),
    titleFont: font("bold"),
    bodyFont: font(),
    displayColors: false,
    padding: 10,
    cornerRadius: 6,
  };
}

function shared({ mode, axis }) {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 250 },
    interaction: { mode, axis, intersect: false },
  };
}

function numbers(extra = {}) {
  const ticks = { color: token("muted"), font: font(), precision: 0, maxTicksLimit: 6, callback: (value) => count(Math.abs(value)) };
  return { beginAtZero: true, grid: { color: token("line") }, border: { display: false }, ticks, ...extra };
}

function names(extra = {}) {
  const ticks = { color: token("muted"), font: font(), maxRotation: 0, autoSkipPadding: 24 };
  return { grid: { display: false }, border: { color: token("edge") }, ticks, ...extra };
}

/** A line over labels; `lines` are what a tooltip says of a point, from its place. null is a gap. */
export function lineConfig({ labels, values, lines }) {
  const points = values.length <= 62;
  const dataset = {
    data: values,
    borderColor: token("accent"),
    backgroundColor: token("accent-soft"),
    pointBackgroundColor: token("accent"),
    borderWidth: 2,
    fill: "origin",
    tension: 0,
    pointRadius: points ? 3 : 0,
    pointHoverRadius: 6,
  };
  const callbacks = { label: ({ dataIndex }) => lines(dataIndex) };
  return {
    type: "line",
    data: { labels, datasets: [dataset] },
    options: { ...shared({ mode: "index", axis: "x" }), plugins: { tooltip: { ...tooltip(), callbacks } }, scales: { x: names(), y: numbers() } },
  };
}

/** What came above the line and what went below it, by label. */
export function upDownConfig({ labels, up, down, lines }) {
  const bar = (data, colour) => ({ data, backgroundColor: token(colour), maxBarThickness: 28, borderRadius: 2 });
  const callbacks = { label: ({ dataIndex, datasetIndex }) => (datasetIndex ? [] : lines(dataIndex)) };
  return {
    type: "bar",
    data: { labels, datasets: [bar(up, "bad"), bar(down.map((value) => -value), "ok")] },
    options: {
      ...shared({ mode: "index", axis: "x" }),
      plugins: { tooltip: { ...tooltip(), callbacks } },
      scales: { x: names({ stacked: true }), y: numbers({ stacked: true }) },
    },
  };
}

/**
 * Lying bars, each with its whole name above it and its number at the right. The first `n` are drawn; what follows is said only, since the
 * rest of hundreds would press the others to nothing.
 */
export function barConfig({ labels, values, n }) {
  const drawn = values.slice(0, n);
  const data = labels.map((_, at) => drawn[at] ?? 0);
  const dataset = { data, backgroundColor: token("bar"), hoverBackgroundColor: token("accent"), barThickness: BAR, borderRadius: 3, minBarLength: 2 };
  const callbacks = { label: ({ dataIndex }) => `${count(values[dataIndex])} bad rows` };
  return {
    type: "bar",
    data: { labels, datasets: [dataset] },
    options: {
      ...shared({ mode: "nearest", axis: "y" }),
      indexAxis: "y",
      layout: { padding: { top: TOP } },
      plugins: { captions: { values }, tooltip: { ...tooltip(), callbacks } },
      scales: { x: { display: false, min: 0, max: Math.max(...drawn) }, y: { display: false } },
    },
    plugins: [captions],
  };
}

/** Writes the names and the numbers; the names are cut only where the whole width is not enough. */
const captions = {
  id: "captions",
  afterDatasetsDraw(chart, _, { values }) {
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.font = `13px ${token("font")}`;
    ctx.textBaseline = "bottom";
    chart.getDatasetMeta(0).data.forEach((bar, at) => caption(ctx, chartArea, bar.y - BAR / 2 - 3, chart.data.labels[at], count(values[at])));
    ctx.restore();
  },
};

function caption(ctx, { left, right }, y, name, number) {
  const width = (text) => ctx.measureText(text).width;
  ctx.fillStyle = token("text");
  ctx.textAlign = "left";
  ctx.fillText(fitted(name, right - left - width(number) - 12, width), left, y);
  ctx.textAlign = "right";
  ctx.fillText(number, right, y);
}
