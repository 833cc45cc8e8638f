// One rule or source at the side: its form, what uses it, and its deletion.
import { confirm } from "../shared/confirm.js";
import { byId, el } from "../shared/dom.js";
import { draft } from "../shared/draft.js";
import { forgetFields, sends } from "../shared/form.js";
import { address, get, patch, post, remove } from "../shared/http.js";
import { attempt, hush, tell } from "../shared/notice.js";
import { formPanel } from "../shared/panel.js";
import { losses, many } from "./logic.js";

const form = byId("form");

/**
 * The panel of the page.
 * @param {object} of {kind, word, key, title, may}: which references, and what the person may do
 * @param {(what: string, one: object) => void} happened called with "saved" or "deleted" and the reference
 */
export function referencePanel(of, happened) {
  const path = `/api/reference_tables/${of.kind}/`;
  const names = [of.key, of.title, "description"];
  const drafts = draft(`reference:${of.kind}`);
  const notice = form.querySelector("[data-notice]");
  let id = null;

  const values = () => Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
  const empty = () => names.map((name) => form.elements[name]).find((field) => !field.readOnly && !field.value);
  const panel = formPanel(byId("one"), { what: of.word, typed: () => JSON.stringify(values()), first: empty, left: drafts.drop });
  const own = (pk) => `${path}${encodeURIComponent(pk)}/`;

  function show(title, given, pk, unsaved = false) {
    id = pk;
    hush(notice);
    forgetFields(form);
    names.forEach((name) => (form.elements[name].value = given[name] ?? ""));
    const mayWrite = pk === null ? of.may.add : of.may.change;
    names.forEach((name) => (form.elements[name].readOnly = !mayWrite || (name === of.key && pk !== null)));
    byId("one-title").textContent = title;
    byId("save") && (byId("save").hidden = !mayWrite);
    byId("delete") && (byId("delete").hidden = pk === null);
    uses(given[of.key]);
    panel.begin({ unsaved });
  }

  /** What uses the id; of a new one that was not typed yet nothing. */
  async function uses(pk) {
    const place = byId("uses");
    place.hidden = !pk;
    if (pk) {
      place.replaceChildren(el("p.muted", {}, "Counting…"));
      const found = await attempt(place, () => usesOf(pk));
      if (found) {
        place.replaceChildren(...used(found));
      }
    }
  }

  async function usesOf(pk) {
    const [found] = await get("/api/reference_tables/uses/", { kind: of.kind, id: pk });
    return found;
  }

  function used({ id: pk, bad_rows: rows, scripts, script_names: scriptNames }) {
    const link = rows ? el("a", { href: address("/bad-detail", { [of.key]: pk }) }, many(rows, "bad row")) : "No bad rows";
    const more = scripts > scriptNames.length ? [el("li.muted", {}, `and ${scripts - scriptNames.length} more`)] : [];
    return [
      el("h3.panel-head", {}, "What uses it"),
      el("p", {}, link),
      ...(scripts ? [el("p.mb-1", {}, `Published by ${many(scripts, "script")}:`), el("ul", {}, ...scriptNames.map((name) => el("li", {}, name)), ...more)] : [el("p.muted", {}, "No script has published it.")]),
    ];
  }

  async function save() {
    const { [of.key]: pk, ...rest } = values();
    const made = await (id === null ? post(path, { [of.key]: pk, ...rest }) : patch(own(id), rest));
    panel.settle();
    happened("saved", made);
  }

  async function erase() {
    const pk = id;
    const found = await attempt(notice, () => usesOf(pk));
    if (!found) {
      return;
    }
    if (!(await confirm(`Delete the ${of.word} ${pk}?`, losses(found), "Delete it", { danger: true }))) {
      return;
    }
    if (await attempt(notice, async () => (await remove(own(pk)), true))) {
      panel.settle();
      happened("deleted", { [of.key]: pk });
    }
  }

  form.addEventListener("input", () => drafts.keep({ id, title: byId("one-title").textContent, values: values() }));
  byId("delete")?.addEventListener("click", erase);
  if (byId("save")) {
    sends(form, save);
  } else {
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  return {
    open: (one) => show(`${one[of.key]} – ${one[of.title]}`, one, one[of.key]),
    create: (pk = "") => show(`New ${of.word}`, { [of.key]: pk }, null),
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
