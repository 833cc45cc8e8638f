// The form of a schedule: what its times mean is told while one types, and nothing typed is lost before it is saved.
import { combobox } from "../shared/combobox.js";
import { byId, settled } from "../shared/dom.js";
import { draft } from "../shared/draft.js";
import { forgetFields, sends, tellField } from "../shared/form.js";
import { Problem, post, put } from "../shared/http.js";
import { hush, tell } from "../shared/notice.js";
import { formPanel } from "../shared/panel.js";
import { findScripts } from "../shared/script-names.js";
import { FIELDS, fitting, PARTS, timing, valuesOf } from "./logic.js";
import { coming, own } from "./preview.js";

const MOST = 30;
const form = byId("form");
const drafts = draft("schedule");

/**
 * The form of the page, in its panel.
 * @param {(schedule: object) => void} saved called with what the API made of it
 */
export function scheduleForm(saved) {
  const panel = formPanel(byId("editor"), { what: "schedule", typed: () => JSON.stringify(values()), first: () => form.elements.job_name, left: drafts.drop });
  const notice = form.querySelector("[data-notice]");
  const zones = [...byId("zones").options].map((option) => option.value);
  const script = combobox(form.elements.script_id, { find: findScripts, changed: typed });
  const zone = combobox(form.elements.timezone, { find: findZones, changed: typed });
  const look = settled(preview, 300);
  let id = null;
  let meant = "";
  let asked = new AbortController();

  async function findZones(text) {
    const found = fitting(zones, text, own);
    const options = found.slice(0, MOST).map((value) => ({ value, label: value, note: value === own ? "your time zone" : "" }));
    return { options, more: found.length > MOST ? `${found.length - MOST} more; type a city or a region.` : "" };
  }

  function values() {
    const { job_name: name, operation, frequency, is_active: active, timezone, catch_up: missed } = form.elements;
    const times = Object.fromEntries(FIELDS.map((field) => [field, form.elements[field].value.trim()]));
    const chosen = script.value === null ? null : { value: script.value, label: form.elements.script_id.value };
    return { job_name: name.value, script: chosen, script_text: form.elements.script_id.value, operation: operation.value, frequency: frequency.value, catch_up: missed.value, is_active: active.checked, timezone: timezone.value.trim(), ...times };
  }

  function fill(given) {
    const { script: chosen, timezone, is_active: active, script_text: text, ...rest } = given;
    Object.entries(rest).forEach(([name, value]) => (form.elements[name].value = value));
    form.elements.is_active.checked = active;
    script.set(chosen);
    form.elements.script_id.value = chosen?.label ?? text ?? "";
    zone.set({ value: timezone, label: timezone });
    shape();
  }

  /** Show the fields that the frequency is made of. */
  function shape() {
    const parts = PARTS[form.elements.frequency.value];
    form.querySelectorAll("[data-part]").forEach((part) => (part.hidden = !parts.includes(part.dataset.part)));
    byId("day_of_month_help").hidden = !(Number(form.elements.day_of_month.value) > 28);
  }

  function typed() {
    shape();
    drafts.keep({ id, title: byId("editor-title").textContent, values: values() });
    look();
  }

  /** Say what the times mean. Of fields that stand empty nothing is said before a person wants to save them. */
  async function preview() {
    asked.abort();
    asked = new AbortController();
    const given = timing(values());
    if (PARTS[given.frequency].some((name) => given[name] === undefined) || !zones.includes(given.timezone)) {
      return coming(null);
    }
    try {
      const answer = await post("/api/scheduler/preview/", given, { n: 5 }, asked.signal);
      meant = answer.cron_schedule;
      coming(answer);
    } catch (problem) {
      if (problem.name !== "AbortError") {
        coming(null, wrong(problem) ? "" : problem.message);
      }
    }
    return undefined;
  }

  /** Tell what is wrong at its field; whether there was one. */
  function wrong(problem) {
    const named = Object.entries(problem.fields ?? {}).filter(([name]) => form.elements[name] instanceof Element);
    named.forEach(([name, messages]) => tellField(form.elements[name], [messages].flat().join(" ")));
    return named.length > 0;
  }

  async function save() {
    await script.settle();
    await zone.settle();
    const { script: chosen, script_text: text, job_name: name, operation, is_active, catch_up, ...rest } = values();
    if (!chosen) {
      const message = text.trim() ? `There is no script called “${text.trim()}”. Choose one of the list.` : "Choose a script.";
      throw new Problem(400, { code: "invalid", message, details: { fields: { script_id: [message] } } });
    }
    const body = { job_name: name, script_id: chosen.value, operation, is_active, catch_up, ...timing(rest) };
    const made = await (id === null ? post("/api/scheduler/", body) : put(`/api/scheduler/${id}/`, body));
    panel.settle();
    saved(made);
  }

  function show(title, given, schedule, unsaved = false) {
    hush(notice);
    forgetFields(form);
    id = schedule;
    fill(given);
    byId("editor-title").textContent = title;
    byId("form-delete") && (byId("form-delete").hidden = id === null);
    coming(null);
    preview();
    panel.begin({ unsaved });
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", (event) => {
    // What the preset meant, as an expression to go on from.
    if (event.target.name === "frequency" && event.target.value === "cron" && !form.elements.cron_schedule.value) {
      form.elements.cron_schedule.value = meant;
    }
    typed();
    // Not while it is typed: a half-typed zone is none.
    if (event.target === form.elements.timezone && !zones.includes(event.target.value.trim())) {
      tellField(event.target, `There is no time zone '${event.target.value.trim()}'. Choose one of the list.`);
    }
  });
  sends(form, save);

  return {
    create: () => show("New schedule", valuesOf(null, zones.includes(own) ? own : "UTC"), null),
    change: (schedule) => show(schedule.job_name, valuesOf(schedule), schedule.id),
    get id() {
      return id;
    },
    close: panel.settle,
    /** Open what was typed before the page was left, if anything was. */
    resume() {
      const kept = drafts.kept;
      if (kept) {
        show(kept.title, kept.values, kept.id, true);
        tell(notice, "info", "What you typed and did not save is back.");
      }
    },
  };
}
