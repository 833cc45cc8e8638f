// What is known of a script beside its text, and what goes when it is deleted.
import { el } from "../shared/dom.js";
import { count, words } from "../shared/format.js";
import { get } from "../shared/http.js";
import { time } from "../shared/run.js";

const MOST_NAMED = 5;

/** Its facts as parts of a <dl>. */
export function facts(script) {
  const run = script.last_run;
  const staged = script.staged ? [el("a", { href: `/editor/${script.id}/staging` }, rows(script.staged.rows)), " ", time(script.staged.at)] : ["nothing yet"];
  return [
    fact("Last run", ...(run ? [el("a", { href: `/runs/${run.id}` }, `${words(run.kind)} ${run.id}`), ` ${run.status} `, time(run.created_at)] : ["never"])),
    fact("Staged", ...staged),
    fact("Version", el("a", { href: `/editor/${script.id}/versions` }, String(script.version)), " saved ", time(script.updated_at)),
    fact("Owner", script.owner?.username ?? "nobody"),
  ];
}

function fact(name, ...value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
}

/** What goes with a script when it is deleted, and what stays, as paragraphs. */
export async function leaving(script) {
  const schedules = await get("/api/scheduler/", { script_id: script.id });
  const named = schedules.slice(0, MOST_NAMED).map(({ job_name: name }) => `“${name}”`).join(", ");
  const goes = [
    script.staged ? `what is staged: ${rows(script.staged.rows)}` : "its staging table, which is empty",
    script.version === 1 ? "its text, of which there is one version" : `its text with all ${count(script.version)} versions`,
    schedules.length ? `${schedules.length === 1 ? "its schedule" : `its ${count(schedules.length)} schedules`}: ${named}${schedules.length > MOST_NAMED ? ", …" : ""}` : "no schedule, since it has none",
  ];
  return [
    el("p", {}, "This goes, and can't be brought back:"),
    el("ul", {}, ...goes.map((one) => el("li", {}, one))),
    "The bad rows that it published stay, and so does the list of its runs.",
  ];
}

function rows(number) {
  return `${count(number)} ${number === 1 ? "row" : "rows"}`;
}
