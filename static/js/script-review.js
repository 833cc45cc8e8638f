// The review of a script, like a pull request: what a publish would do pair by pair, then the publish.
import { confirm } from "./shared/confirm.js";
import { byId, el } from "./shared/dom.js";
import { count, words } from "./shared/format.js";
import { get } from "./shared/http.js";
import { launcher } from "./shared/launch.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { pairCard, title } from "./shared/pair.js";
import { isActive } from "./shared/progress.js";
import { arranged, badRows, changes, consequences, losers, numbered } from "./shared/review.js";
import { time } from "./shared/run.js";
import { missingStep, state } from "./shared/script.js";

const OPEN = 3;
const MOST = 200;
const { script: id, name } = byId("script").dataset;
const launch = byId("launch");
const may = launch.dataset;
const notice = byId("notice");
const populateButton = byId("populate");
const publishButton = byId("publish");
const run = launcher(launch, { mayCancel: Boolean(may.mayPopulate), moved, ended: load, next: (done) => (done.kind === "publish" ? [el("a", { href: badRows(review?.pairs ?? []) }, "Its bad rows")] : []) });
let script = null;
let review = null;

/** The script with its last run, and the review, or why there is none. */
async function load() {
  script = await attempt(notice, () => get(`/api/sql_scripts/${id}/`));
  if (!script) {
    return;
  }
  byId("state").replaceChildren(state(script.state));
  if (!run.busy && script.last_run && isActive(script.last_run)) {
    run.watch(script.last_run);
  }
  const found = await attempt(notice, compared);
  if (found) {
    draw(found);
  }
  enable();
}

/** A script that can't be reviewed yet is no error here, but a step that is missing; the server need not be asked to say so. */
async function compared() {
  const missing = missingStep(script);
  if (missing) {
    return { missing };
  }
  try {
    return { review: await get(`/api/sql_scripts/${id}/review/`) };
  } catch (problem) {
    if (problem.status !== 409) {
      throw problem;
    }
    return { missing: problem.message };
  }
}

function draw({ review: found = null, missing = null }) {
  review = found ?? review;
  hush(notice);
  byId("review").hidden = !found;
  byId("about").replaceChildren(...(found ? about() : []));
  if (missing) {
    review = null;
    tellMissing(missing);
    return;
  }
  if (script.state === "failed") {
    tell(notice, "warning", `The last populate failed: ${script.last_run.error?.message ?? ""} What is shown here was staged before it.`);
  }
  byId("totals").replaceChildren(...totals());
  byId("warnings").replaceChildren(...warnings());
  byId("pairs").replaceChildren(...pairs());
}

function tellMissing(sentence) {
  const what = may.mayPopulate ? el("button.btn.btn-primary.btn-sm.ms-2", { type: "button", onclick: populate }, "Populate now") : " Somebody with the role Author populates scripts.";
  tell(notice, script.staged ? "warning" : "info", sentence, what);
}

function about() {
  const by = review.populated_by ? ` by ${review.populated_by.username}` : "";
  const told = [`${numbered(review.n_rows, "row")} staged `, time(review.populated_at), `${by}, by `, el("a", { href: `/runs/${review.run}` }, `run ${review.run}`), "."];
  return may.mayPublish ? told : [...told, " Somebody with the role Publisher publishes them."];
}

function totals() {
  return ["new", "changed", "resolved", "unchanged", "pairs"].map((what) => el("div", {}, el("dt", {}, words(what)), el(`dd.total-${what}`, {}, count(review.totals[what]))));
}

function warnings() {
  const told = losers(review.pairs, id).map((from) =>
    notable("warning", `A publish takes over ${numbered(from.pairs, "pair")} from `, el("a", { href: `/editor/${from.id}/review` }, from.name), ", which published last there."),
  );
  return nothingToDo() ? [...told, notable("success", review.totals.pairs ? "Nothing is left to do: the bad rows are what is staged." : "Nothing is left to do: the script found nothing, and nothing of it is in the bad rows.")] : told;
}

function notable(level, ...text) {
  const place = el("div");
  tell(place, level, ...text);
  place.querySelector(".notice-close").remove();
  return place.firstChild;
}

function nothingToDo() {
  return changes(review.totals) === 0 && losers(review.pairs, id).length === 0;
}

function pairs() {
  const { busy, quiet } = arranged(review.pairs, id);
  const shown = busy.slice(0, MOST).map((pair, at) => pairCard(pair, id, at < OPEN));
  const more = busy.length > MOST ? [el("button.btn.btn-quiet", { type: "button", onclick: ({ target }) => target.replaceWith(...busy.slice(MOST).map((pair) => pairCard(pair, id, false))) }, `Show ${numbered(busy.length - MOST, "more pair")}`)] : [];
  return [...shown, ...more, ...(quiet.length ? [folded(quiet)] : [])];
}

function folded(quiet) {
  const list = el("ul.quiet-pairs", {}, ...quiet.map((pair) => el("li", {}, title(pair), el("span.muted", {}, ` ${numbered(pair.unchanged, "row")}`))));
  return el("details.card.pair", {}, el("summary.pair-head", {}, el("span.pair-name", {}, `${numbered(quiet.length, "pair")} without a change`)), list);
}

function enable() {
  if (populateButton) {
    populateButton.disabled = run.busy;
  }
  if (publishButton) {
    publishButton.disabled = run.busy || !review || (nothingToDo() && script.state === "published");
  }
}

function moved(found) {
  byId("state").replaceChildren(state(isActive(found) ? found.status : (script?.state ?? found.status)));
  enable();
}

async function populate() {
  const started = run.start("populate", id);
  enable();
  await started;
  enable();
}

async function publish() {
  const told = [...consequences(review, id), "All of it happens at once or not at all, and whoever looks at the bad rows sees it."];
  if (await confirm(`Publish “${name}”?`, told, "Publish")) {
    const started = run.start("publish", id, { run: review.run });
    enable();
    if (!(await started)) {
      await load(); // what it was refused for may be seen there
    }
    enable();
  }
}

populateButton?.addEventListener("click", populate);
publishButton?.addEventListener("click", publish);
load();
