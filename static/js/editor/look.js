// CodeMirror in DQX's clothes. Colours are those of tokens.css, whose variables reach into the shadow root.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const words = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--dqx-accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--dqx-ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--dqx-warn)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--dqx-muted)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--dqx-accent)" },
]);

const frame = EditorView.theme({
  "&": { color: "var(--dqx-text)", backgroundColor: "var(--dqx-surface)", fontSize: ".875rem" },
  "&.cm-focused": { outline: "2px solid var(--dqx-focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--dqx-mono)", lineHeight: "1.55", maxHeight: "var(--code-most, 34rem)" },
  ".cm-content, .cm-gutter": { minHeight: "var(--code-least, 18rem)" },
  ".cm-content": { caretColor: "var(--dqx-text)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--dqx-text)" },
  ".cm-gutters": { color: "var(--dqx-muted)", backgroundColor: "var(--dqx-raised)", borderRight: "1px solid var(--dqx-line)" },
  ".cm-gutter-lint": { width: "1rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--dqx-accent) 6%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--dqx-text)", backgroundColor: "color-mix(in srgb, var(--dqx-accent) 12%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--dqx-bar) 35%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--dqx-accent-soft)" },
  "&.cm-focused .cm-matchingBracket": { color: "inherit", backgroundColor: "var(--dqx-accent-soft)", outline: "1px solid var(--dqx-edge)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--dqx-bad)", backgroundColor: "var(--dqx-bad-soft)" },
  ".cm-searchMatch": { backgroundColor: "var(--dqx-warn-soft)", outline: "1px solid var(--dqx-warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--dqx-warn) 40%, transparent)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--dqx-bad)", backgroundColor: "var(--dqx-bad-soft)" },
  ".cm-lint-marker-error": { content: '"●"', color: "var(--dqx-bad)", textAlign: "center", lineHeight: "1.2" },
  ".cm-diagnostic": { fontFamily: "var(--dqx-font)", padding: ".375rem .625rem", overflowWrap: "anywhere" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--dqx-bad)" },
  ".cm-tooltip": { color: "var(--dqx-text)", backgroundColor: "var(--dqx-surface)", border: "1px solid var(--dqx-edge)", borderRadius: "var(--dqx-radius-small)", boxShadow: "var(--dqx-shadow-menu)", maxWidth: "min(32rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--dqx-mono)", maxWidth: "min(32rem, 88vw)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "#fff", backgroundColor: "var(--dqx-accent-fill)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionDetail": { color: "var(--dqx-muted)", fontStyle: "normal" },
  ".cm-panels": { color: "var(--dqx-text)", backgroundColor: "var(--dqx-raised)", fontFamily: "var(--dqx-font)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--dqx-line)" },
  ".cm-panel.cm-search": { padding: ".5rem 2rem .5rem .75rem" },
  ".cm-panel.cm-search label": { fontSize: ".8125rem" },
  ".cm-panel.cm-search [name=close]": { color: "inherit", fontSize: "1.25rem", padding: "0 .375rem" },
  ".cm-textfield": { color: "var(--dqx-text)", backgroundColor: "var(--dqx-surface)", border: "1px solid var(--dqx-edge)", borderRadius: ".25rem", fontSize: ".875rem" },
  ".cm-button": { color: "var(--dqx-text)", backgroundImage: "none", backgroundColor: "var(--dqx-surface)", border: "1px solid var(--dqx-edge)", borderRadius: ".25rem", fontSize: ".875rem" },
  ".cm-changedLine": { backgroundColor: "var(--dqx-ok-soft) !important" },
  ".cm-changedText": { background: "color-mix(in srgb, var(--dqx-ok) 25%, transparent) !important" },
  ".cm-deletedChunk": { backgroundColor: "var(--dqx-bad-soft)" },
  ".cm-deletedChunk .cm-deletedText": { background: "color-mix(in srgb, var(--dqx-bad) 25%, transparent)" },
});

/** The look, as an extension. */
export const look = [frame, syntaxHighlighting(words)];
