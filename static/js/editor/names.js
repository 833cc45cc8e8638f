// Names in a text of SQL: which tables it reads under which alias, and what stands before the cursor.

const TOKEN = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)|[0-9][\w.]*|[^\s]/gu;
// After a table they begin what follows, so they are no alias.
const NO_ALIAS = new Set(
  "on using where join left right full inner outer cross natural group order having limit offset fetch union intersect except window for as select lateral tablesample with".split(" "),
);
// Those of PostgreSQL that can't be a name without quotes.
const RESERVED = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross " +
    "current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch " +
    "for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural " +
    "not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table " +
    "tablesample then to trailing true union unique user using variadic verbose when where window with"
  ).split(" "),
);

/** A name as it has to be written, in quotes where it must. */
export function quoted(name) {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** What a written name means: in quotes itself, else in lower case. */
export function meant(written) {
  return written.startsWith('"') ? written.slice(1).replace(/"$/, "").replaceAll('""', '"') : written.toLowerCase();
}

/** The words, quoted names and signs of a text, without strings, comments and numbers. */
function tokens(text) {
  return [...text.matchAll(TOKEN)]
    .filter(([all, , name]) => name !== undefined || /^[^\w\s'$-]$/.test(all))
    .map(([all]) => all);
}

/**
 * The tables that a text reads: [{schema, table, alias}], `schema` null where none is written, `alias` the table's name where there is none.
 */
export function tablesOf(text) {
  const all = tokens(text);
  const found = [];
  let at = 0;
  const word = () => (all[at] ?? "").toLowerCase();
  const isName = (token) => token !== undefined && /^["\p{L}_]/u.test(token);

  function one() {
    if (!isName(all[at]) || NO_ALIAS.has(word())) {
      return;
    }
    const parts = [meant(all[at++])];
    while (all[at] === "." && isName(all[at + 1])) {
      parts.push(meant(all[at + 1]));
      at += 2;
    }
    if (all[at] === "(") {
      return; // a function
    }
    at += word() === "as" ? 1 : 0;
    const alias = isName(all[at]) && !NO_ALIAS.has(word()) ? meant(all[at++]) : parts.at(-1);
    found.push({ schema: parts.at(-2) ?? null, table: parts.at(-1), alias });
  }

  while (at < all.length) {
    const keyword = word();
    at += 1;
    if (keyword === "from" || keyword === "join") {
      one();
      while (keyword === "from" && all[at] === ",") {
        at += 1;
        one();
      }
    }
  }
  return found;
}

/**
 * What a person is writing, by the text before the cursor: {parts, word, from, isTable, isAlias}. `parts` are the names before the last dot, `word` is what
 * is begun, `from` how many characters of it there are; `isTable` after FROM, JOIN and the like, `isAlias` after AS.
 */
export function begun(before) {
  const written = /(?:(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)\.)*(?:"(?:[^"]|"")*|[\p{L}_][\p{L}\p{N}_$]*)?$/u.exec(before)[0];
  const names = [...written.matchAll(/"(?:[^"]|"")*"?|[^."]+/g)].map(([name]) => name);
  const word = written.endsWith(".") || !written ? "" : names.pop();
  const lead = tokens(before.slice(0, before.length - written.length));
  const last = (lead.at(-1) ?? "").toLowerCase();
  return { parts: names.map(meant), word, from: word.length, isTable: last === "from" || last === "join" || (last === "," && inFrom(lead)), isAlias: last === "as" };
}

/** Whether the last clause that was begun is FROM: a comma in it leads to another table. */
function inFrom(lead) {
  const clause = lead.findLast((token) => ["select", "from", "where", "on", "using", "by", "having", "("].includes(token.toLowerCase()));
  return clause?.toLowerCase() === "from";
}
