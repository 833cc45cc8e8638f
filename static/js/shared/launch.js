// A populate or a publish that is started on a page: how far it is, and what came of it, are told in place. It can be cancelled there.
import { el, icon } from "./dom.js";
import { post } from "./http.js";
import { tell } from "./notice.js";
import { cancel, follow } from "./progress.js";
import { far, outcome, reasons, status } from "./run.js";

const DOORS = { populate: "populate_table", publish: "publish" };
const TICK = 1000;

/**
 * Let runs of a script be started and watched in `place`, an empty element of the page. One at a time.
 * @param {HTMLElement} place
 * @param {object} [told]
 * @param {boolean} [told.mayCancel] whether the person may stop it
 * @param {boolean} [told.named] whether the script's name is said, where several are on the page
 * @param {(run: object) => void} [told.moved] called whenever the run was looked at, to disable buttons for example
 * @param {(run: object) => void} [told.ended] called once it has ended, however it did
 * @param {(run: object) => Node[]} [told.next] what to offer beside the link to a run that succeeded
 */
export function launcher(place, { mayCancel = true, named = false, moved = () => {}, ended = () => {}, next = () => [] } = {}) {
  let busy = false;

  /** Start a run; resolves with it once it has ended, or with null where it could not be started or was lost sight of. */
  async function start(kind, script, body = {}) {
    return occupied(async () => {
      tell(place, "info", "Starting…");
      const run = await opened(kind, script, body);
      return run && seen(run);
    });
  }

  /** Watch a run that is there already, such as one that was under way when the page was opened; resolves as `start`. */
  async function watch(run) {
    return occupied(() => seen(run));
  }

  async function occupied(what) {
    if (busy) {
      return null;
    }
    busy = true;
    try {
      return await what();
    } finally {
      busy = false;
    }
  }

  /** A second start, from here or from elsewhere, leads to the run that is under way. */
  async function opened(kind, script, body) {
    try {
      return await post(`/api/sql_scripts/${script}/${DOORS[kind]}/`, body);
    } catch (problem) {
      if (problem.code === "run_active" && problem.details.run) {
        return { id: problem.details.run };
      }
      tell(place, "error", problem.message);
      return null;
    }
  }

  async function seen({ id }) {
    const shown = strip(place, id, mayCancel);
    try {
      const run = await follow(id, (found) => (shown.show(found), moved(found)), { lost: shown.lost });
      shown.over();
      finish(run);
      return run;
    } catch (problem) {
      shown.over();
      tell(place, "error", problem.message, " The run goes on. ", el("button.link-button", { type: "button", onclick: () => watch({ id }) }, "Look again"));
      return null;
    }
  }

  function finish(run) {
    const { level, text } = outcome(run, named);
    const links = [el("a", { href: `/runs/${run.id}` }, `Run ${run.id}`), ...(run.status === "succeeded" ? next(run) : [])];
    tell(place, level, text, ...reasons(run), el("span.launch-links", {}, ...links));
    ended(run);
  }

  return {
    start,
    watch,
    get busy() {
      return busy;
    },
  };
}

/** The parts that move while a run is under way. A screen reader hears of its state, not of each figure. */
function strip(place, id, mayCancel) {
  let run = null;
  const state = el("span", { role: "status" });
  const figures = el("span.launch-figures");
  const trouble = el("span.launch-trouble", { role: "status" });
  const stop = el("button.btn.btn-quiet.btn-sm", { type: "button", onclick: ask, hidden: !mayCancel }, icon("stop-circle"), " Cancel");
  place.replaceChildren(el("div.launch", {}, state, figures, trouble, stop, el("div.launch-bar", { "aria-hidden": "true" })));
  const timer = setInterval(() => run && draw(), TICK);

  function draw() {
    figures.textContent = far(run);
  }

  async function ask() {
    stop.disabled = true;
    stop.textContent = "Stopping…";
    try {
      await cancel(id);
    } catch (problem) {
      // It may have ended just now, which the next look tells.
      stop.disabled = problem.code === "run_ended";
      stop.textContent = "Cancel";
      trouble.textContent = problem.message;
    }
  }

  return {
    show(found) {
      if (found.status !== run?.status) {
        state.replaceChildren(status(found.status));
      }
      run = found;
      trouble.textContent = "";
      draw();
    },
    lost: (problem) => (trouble.textContent = `${problem.message} The run goes on meanwhile.`),
    over: () => clearInterval(timer),
  };
}
