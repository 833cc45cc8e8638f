// Places in a text: the server counts lines and columns in characters, CodeMirror in units of UTF-16 from the start.

const BLANKS = /^\s+/;

/**
 * From and to of the word at a place that the server told, in a text as it stands in the editor.
 * @param {string} text
 * @param {{line?: number, column?: number}} told both from 1, in the text without the blanks in front, which the server leaves out
 * @returns {{from: number, to: number, line: number}|null} null where nothing was told, or no such place is there
 */
export function wordAt(text, { line, column = 1 } = {}) {
  if (!line) {
    return null;
  }
  const skipped = BLANKS.exec(text)?.[0] ?? "";
  const lines = text.slice(skipped.length).split("\n");
  if (line > lines.length) {
    return null;
  }
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, skipped.length);
  const own = lines[line - 1];
  const at = Math.min([...own].slice(0, column - 1).join("").length, own.length);
  const word = /^(?:[\w$]+|"[^"]*"|'[^']*'|\S)/.exec(own.slice(at))?.[0] ?? "";
  const from = before + at;
  return { from, to: from + word.length, line: line + (skipped.split("\n").length - 1) };
}
