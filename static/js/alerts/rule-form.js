// The form of a rule: what it is about is chosen by searching, and nothing typed is lost before it is saved.
import { chooser } from "../shared/choices.js";
import { byId, el, settled } from "../shared/dom.js";
import { draft } from "../shared/draft.js";
import { forgetFields, sends, tellField } from "../shared/form.js";
import { get, Problem, post, put } from "../shared/http.js";
import { hush, tell } from "../shared/notice.js";
import { formPanel } from "../shared/panel.js";
import { CHANNELS, KINDS } from "./logic.js";

const form = byId("rule-form");
const drafts = draft("alert-rule");
const EMPTY = { name: "", on: Object.keys(KINDS), threshold: 0, channels: [], scripts: [], rules: [], sources: [], is_active: true, script_names: {} };
const MOST = 30;

/**
 * The form of the page, in its panel.
 * @param {(rule: object) => void} saved called with what the API made of it
 */
export function ruleForm(saved) {
  const panel = formPanel(byId("rule-panel"), { what: "rule", typed: () => JSON.stringify(values()), first: () => form.elements.name, left: drafts.drop });
  const notice = form.querySelector("[data-notice]");
  const choose = Object.fromEntries(["scripts", "rules", "sources"].map((name) => [name, chooser(form.querySelector(`[data-choose=${name}]`), typed)]));
  const names = {};
  let id = null;
  let offered = null;

  const boxes = () => [...form.querySelectorAll("#rule-channels input")];

  function values() {
    const { name, threshold, is_active: active } = form.elements;
    const on = Object.keys(KINDS).filter((kind) => form.elements[`on_${kind}`].checked);
    const channels = boxes().filter((box) => box.checked).map((box) => Number(box.value));
    return { name: name.value, on, threshold: threshold.value.trim(), channels, scripts: choose.scripts.chosen, rules: choose.rules.chosen, sources: choose.sources.chosen, is_active: active.checked };
  }

  function fill(given) {
    form.elements.name.value = given.name;
    form.elements.threshold.value = given.threshold;
    form.elements.is_active.checked = given.is_active;
    Object.keys(KINDS).forEach((kind) => (form.elements[`on_${kind}`].checked = given.on.includes(kind)));
    boxes().forEach((box) => (box.checked = given.channels.includes(Number(box.value))));
    Object.keys(choose).forEach((name) => (choose[name].chosen = given[name].map(String)));
    shape();
  }

  function shape() {
    byId("threshold-field").hidden = !form.elements.on_new_bad_rows.checked;
  }

  function typed() {
    shape();
    drafts.keep({ id, title: byId("rule-title").textContent, values: values(), names });
  }

  function know(scripts) {
    Object.assign(names, scripts);
    choose.scripts.offer(Object.entries(names).map(([value, label]) => ({ id: value, label })));
  }

  async function findScripts(q) {
    const found = await get("/api/sql_scripts/names/", { q, limit: MOST });
    know(Object.fromEntries(found.map((one) => [String(one.id), one.name])));
  }

  /** What may be chosen, asked for when the form is opened for the first time. */
  async function offer() {
    const [channels, { rules, sources }] = await Promise.all([get("/api/alerts/channels/names/"), get("/api/bad_detail/filters/"), findScripts("")]);
    const box = (one) => el("label.choice", {}, el("input", { type: "checkbox", name: "channels", value: one.id }), one.name, el("span.muted", {}, ` ${CHANNELS[one.kind]}`));
    const none = el("p.muted.mb-0", {}, "There is no channel yet. An admin can make one; until then nothing is sent, and this page shows what is wrong.");
    byId("rule-channels").replaceChildren(...(channels.length ? channels.map(box) : [none]));
    choose.rules.offer(rules);
    choose.sources.offer(sources);
  }

  async function save() {
    const { on, threshold, scripts, ...rest } = values();
    if (!on.length) {
      throw new Problem(400, { code: "invalid", message: "Choose at least one of what it tells.", details: {} });
    }
    const body = { ...rest, on, threshold: /^\d+$/.test(threshold) ? Number(threshold) : threshold, scripts: scripts.map(Number) };
    const made = await (id === null ? post("/api/alerts/rules/", body) : put(`/api/alerts/rules/${id}/`, body));
    panel.settle();
    saved(made);
  }

  async function show(title, given, rule, unsaved = false) {
    hush(notice);
    forgetFields(form);
    id = rule;
    byId("rule-title").textContent = title;
    byId("rule-delete").hidden = id === null;
    try {
      await (offered ??= offer());
    } catch (problem) {
      offered = null;
      tell(notice, "error", problem.message);
    }
    know(given.script_names ?? {});
    fill(given);
    panel.begin({ unsaved });
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  byId("choose-script").addEventListener("input", settled((event) => findScripts(event.target.value).catch((problem) => tellField(event.target, problem.message)), 250));
  sends(form, save);

  return {
    create: () => show("New rule", EMPTY, null),
    change: (rule) => show(rule.name, { ...rule, channels: rule.channels.map((one) => one.id) }, rule.id),
    /** What may be chosen has changed. */
    forget: () => (offered = null),
    get id() {
      return id;
    },
    close: panel.settle,
    /** Open what was typed before the page was left, if anything was. */
    async resume() {
      const kept = drafts.kept;
      if (kept) {
        await show(kept.title, { ...kept.values, script_names: kept.names }, kept.id, true);
        tell(notice, "info", "What you typed and did not save is back.");
      }
    },
  };
}
