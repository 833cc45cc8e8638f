// The first page: whether it gets better, and the records to begin with. What is wrong now is there already; this takes longer to find.
import { did, isQuiet, lately, moved, trend } from "./shared/activity.js";
import { chartCard } from "./shared/chart-card.js";
import { byId } from "./shared/dom.js";
import { count } from "./shared/format.js";
import { attempt, hush } from "./shared/notice.js";
import { showWorstRecords } from "./shared/worst-records.js";

const WEEK = 7;
const card = chartCard(byId("trend"));
const span = document.querySelector("#trend [data-setting]");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

async function showTrend() {
  const answer = await attempt(byId("trend-notice"), () => lately("activity", { days: span.value }));
  const days = answer?.days ?? [];
  const told = days.filter((one) => one.bad_rows !== null).length > 1;
  byId("trend").hidden = !told;
  byId("trend-none").hidden = told || !answer;
  byId("trend-none").textContent = isQuiet(days)
    ? "How many bad rows there were before is not known: no publish is on record. From the next one on it is drawn here."
    : `The first publish on record was today: ${did(days.at(-1))}. How it goes on is drawn here from tomorrow on.`;
  if (!answer) {
    return;
  }
  hush(byId("trend-notice"));
  byId("moved").replaceChildren(...change(moved(days, WEEK)));
  if (told) {
    card.draw(trend(days));
    card.note(...aside(days));
  }
}

/** How the number moved, in words, with a sign and a colour. */
function change(found) {
  if (!found) {
    return [];
  }
  byId("moved").dataset.way = found.by > 0 ? "more" : found.by < 0 ? "fewer" : "same";
  const since = found.whole ? "than a week ago" : `since ${day.format(new Date(found.since))}, the first day on record`;
  if (!found.by) {
    return [found.whole ? "as many as a week ago" : `as many ${since}`];
  }
  return [`${found.by > 0 ? "▲" : "▼"} ${count(Math.abs(found.by))} ${found.by > 0 ? "more" : "fewer"} ${since}`];
}

function aside(days) {
  const unknown = days.findLastIndex((one) => one.bad_rows === null);
  const quiet = isQuiet(days) ? ["No publish changed anything in these days. "] : [];
  return unknown === -1 ? quiet : [...quiet, `Counted back by what publishes did; before ${day.format(new Date(days[unknown + 1].date))} it is not known.`];
}

/** What the last week did to each of the worst rules and sources. */
async function showChanges() {
  const answer = await attempt(byId("trend-notice"), () => lately("changes", { days: WEEK }));
  for (const [kind, list] of [["rule", answer?.rules], ["source", answer?.sources]]) {
    const nets = new Map((list ?? []).map((one) => [one[`${kind}_id`], one.net]));
    for (const cell of document.querySelectorAll(`[data-net-${kind}]`)) {
      const net = nets.get(cell.getAttribute(`data-net-${kind}`)) ?? 0;
      cell.textContent = list ? (net ? `${net > 0 ? "+" : "−"}${count(Math.abs(net))}` : "0") : "–";
      cell.dataset.way = net > 0 ? "more" : net < 0 ? "fewer" : "same";
    }
  }
}

span.value = span.dataset.usual; // a browser may remember another
span.addEventListener("change", showTrend);
showTrend();
showChanges();
if (byId("worst-records")) {
  showWorstRecords(byId("worst-records"), {});
}
