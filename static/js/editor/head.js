// The head of the editor: which script it is, how far it is, and whether what is typed is saved.
import { byId } from "../shared/dom.js";
import { isActive } from "../shared/progress.js";
import { state } from "../shared/script.js";
import { facts } from "./facts.js";

/** Whether what is typed is saved, in words. */
export function showSaved({ may, script }, dirty) {
  byId("saved").textContent = !may.has("save") ? "You can read this script" : dirty ? "Unsaved changes" : script ? "Saved" : "Not saved yet";
}

/** The script as it is now, in the head and beside the text. */
export function showScript(desk) {
  const { script } = desk;
  const name = script?.name ?? "New script";
  byId("title").textContent = name;
  document.title = `${name} | DQX`;
  byId("tabs").hidden = byId("about").hidden = !script;
  showSaved(desk, desk.written.isDirty);
  if (!script) {
    return;
  }
  byId("tabs").querySelectorAll("a").forEach((tab) => tab.setAttribute("href", tab.getAttribute("href").replace(/\b0\b/, script.id)));
  byId("state").replaceChildren(state(script.state));
  byId("facts").replaceChildren(...facts(script));
  const reads = byId("reads");
  if (reads) {
    reads.hidden = !script.connection;
    reads.querySelector("output").value = script.connection ?? "";
  }
}

/** How far the script is while a run of it is under way, and after it. */
export function showState({ script }, run) {
  byId("state").replaceChildren(state(isActive(run) ? run.status : script.state));
  const button = byId("populate");
  if (button) {
    button.disabled = isActive(run);
  }
}
