// The editor of a text of SQL: CodeMirror with PostgreSQL's words, in a shadow root. Its styles are adopted there, which a strict policy allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { keywordCompletionSource, PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { unifiedMergeView } from "@codemirror/merge";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { el } from "../shared/dom.js";
import { look } from "./look.js";
import { wordAt } from "./place.js";

const KEYS = "Control and Enter runs the text, Control and S saves it. To leave the editor with the Tab key, press Escape first.";
const READ_ONLY = "The text can be read and copied, not changed.";
const shared = [lineNumbers(), highlightSpecialChars(), EditorView.lineWrapping, sql({ dialect: PostgreSQL, upperCaseKeywords: true }), look];

/**
 * Let `host`, an empty element, hold an editor.
 * @param {HTMLElement} host
 * @param {object} told
 * @param {string} told.text what it holds first
 * @param {boolean} told.readOnly
 * @param {() => void} told.changed called after each change of the text
 * @param {Array<{key: string, run: () => void}>} told.keys what keys do beside editing
 * @param {Function} told.complete a source of completions
 */
export function codeEditor(host, { text, readOnly, changed, keys, complete }) {
  const root = host.attachShadow({ mode: "open" });
  const help = el("p", { id: "help" }, readOnly ? READ_ONLY : KEYS);
  help.hidden = true; // a description is read from where nobody sees it, too
  root.append(help);
  const view = new EditorView({ root, parent: root, doc: text, extensions: extensions(readOnly, changed, keys, complete) });
  return {
    get text() {
      return view.state.doc.toString();
    },
    replace: (content) => replace(view, content),
    focus: () => view.focus(),
    ...marks(view),
  };
}

function extensions(readOnly, changed, keys, complete) {
  const bound = keys.map(({ key, run }) => ({ key, preventDefault: true, run: () => (run(), true) }));
  return [
    Prec.highest(keymap.of(bound)),
    shared,
    EditorView.contentAttributes.of({ "aria-label": "SQL of the script", "aria-describedby": "help", "aria-readonly": String(readOnly), spellcheck: "false", tabindex: "0" }),
    EditorView.updateListener.of((update) => update.docChanged && changed()),
    EditorState.readOnly.of(readOnly),
    EditorState.tabSize.of(4),
    indentUnit.of("  "),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    search({ top: true }),
    drawSelection(),
    lintGutter(),
    keymap.of([...searchKeymap, ...lintKeymap, ...defaultKeymap]),
    ...(readOnly ? [] : writing(complete)),
  ];
}

/**
 * Typing over a selection is done here, and not by the browser: over several lines Chromium would write inline styles meanwhile, which the
 * policy forbids.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (empty || view.composing || event.inputType !== "insertText" || event.data === null) {
      return false;
    }
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});

function writing(complete) {
  return [
    history(),
    indentOnInput(),
    typingOver,
    closeBrackets(),
    autocompletion({ override: [complete, keywordCompletionSource(PostgreSQL, true)], icons: false }),
    Prec.high(keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, indentWithTab])),
  ];
}

/** Let it hold another text; what was there comes back by one undo. The cursor stays where it was, as far as it can. */
function replace(view, text) {
  const { doc, selection } = view.state;
  if (doc.toString() !== text) {
    const anchor = Math.min(selection.main.head, text.length);
    view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, selection: { anchor }, annotations: isolateHistory.of("full") });
  }
}

function marks(view) {
  return {
    /** Mark what the server refused at its place; returns whether it said where. */
    mark({ message, details }) {
      const place = wordAt(view.state.doc.toString(), details);
      const found = place ? [{ from: place.from, to: place.to, severity: "error", message }] : [];
      view.dispatch(setDiagnostics(view.state, found), place ? { effects: EditorView.scrollIntoView(place.from, { y: "nearest" }) } : {});
      return place;
    },
    clear() {
      view.dispatch(setDiagnostics(view.state, []));
    },
    /** Put the cursor there. */
    go({ from }) {
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
  };
}

/** Show in `host` how one text differs from another; nothing can be changed there. */
export function difference(host, theirs, mine) {
  const root = host.attachShadow({ mode: "open" });
  const fixed = [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": "Your text, with what is other than in theirs", "aria-readonly": "true", tabindex: "0" })];
  const merge = unifiedMergeView({ original: theirs, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } });
  return new EditorView({ root, parent: root, doc: mine, extensions: [shared, fixed, merge] });
}
