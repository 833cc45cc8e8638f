// What a person writes: the text and the fields beside it; what of it is saved, and the draft that keeps the rest.
import { byId, settled } from "../shared/dom.js";
import { differs, draft } from "./drafts.js";

const FIELDS = ["name", "description", "connection", "time_limit"];
const SOON = 400;

/**
 * The sheet of the page.
 * @param {HTMLFormElement} form the fields
 * @param {() => object} editor gives the editor of the text, once it is there
 * @param {(dirty: boolean) => void} changed called when what is typed becomes other than what is saved, or the same
 */
export function sheet(form, editor, changed) {
  const person = byId("main-menu")?.dataset.person ?? "";
  let saved = null;
  let version = null;
  let kept = null;
  const later = settled(() => keep(), SOON);

  function typed() {
    return { ...Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value])), content: editor().text };
  }

  function isDirty() {
    return saved !== null && differs(typed(), saved);
  }

  function keep() {
    if (saved === null) {
      return;
    }
    if (isDirty()) {
      kept.write({ ...typed(), version });
    } else {
      kept.forget();
    }
  }

  function fill(values) {
    FIELDS.forEach((name) => (form.elements[name].value = values[name] ?? ""));
  }

  return {
    typed,
    keep,
    fill,
    get isDirty() {
      return isDirty();
    },
    get version() {
      return version;
    },
    /** This is saved now; `id` is the script's, "new" where it is not made yet. */
    settle(id, values, newest) {
      kept?.forget();
      kept = draft(localStorageOrNone(), person, id);
      saved = { ...Object.fromEntries(FIELDS.map((name) => [name, values[name]])), content: values.content };
      version = newest;
      later();
      changed(isDirty());
    },
    /** Show values in the stead of what is typed. The text's undo brings the text back. */
    put(values) {
      fill(values);
      editor().replace(values.content);
      changed(isDirty());
    },
    /** What an earlier visit left unsaved, other than what is saved; or null. */
    left() {
      const found = kept.read();
      return found && differs({ ...saved, ...found, connection: found.connection ?? "" }, saved) ? found : null;
    },
    /** Go on from a draft, which began at a version that may be an older one. */
    resume(values) {
      version = values.version ?? version;
      this.put(values);
    },
    /** The text is now meant to follow this version. */
    follow(newest) {
      version = newest;
    },
    touched() {
      changed(isDirty());
      later();
    },
    forget() {
      saved = null;
      kept.forget();
    },
  };
}

/** Storage may be forbidden; then the warning on leaving is all there is. */
function localStorageOrNone() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
