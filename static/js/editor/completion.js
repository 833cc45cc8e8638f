// Completion of the real schemas, tables and columns that scripts can read, and of the five columns that they return. Names are asked for when they are needed.
import { syntaxTree } from "@codemirror/language";
import { get } from "../shared/http.js";
import { begun, meant, quoted, tablesOf } from "./names.js";

const FIVE = ["rule_id", "source_id", "source_uid", "data_value", "txn_date"];
const SILENT = /String|Comment/;

/**
 * The names of one database, each asked for once.
 * @param {string|null} connection the name of a stored connection, null for this database
 */
export function names(connection) {
  const asked = new Map();

  function once(path, query) {
    const key = JSON.stringify([path, query]);
    if (!asked.has(key)) {
      const answer = get(`/api/sql_scripts/catalogue/${path}`, { connection, ...query });
      asked.set(key, answer.catch(() => (asked.delete(key), null))); // no names is no error for who is writing; the next letter asks again
    }
    return asked.get(key);
  }

  return {
    /** {search_path, tables, truncated}; of a database with very many tables those that have the words in their names. */
    async tables(words) {
      const all = await once("", {});
      return all?.truncated && words.length > 1 ? { ...all, ...(await once("", { q: words })), truncated: true } : (all ?? { search_path: [], tables: [], truncated: false });
    },
    async columns(schema, table) {
      return (await once("columns/", { schema, table })) ?? [];
    },
  };
}

/** A source of completions for CodeMirror. `now` gives the names of the database that the script reads at the time. */
export function completion(now) {
  return async (context) => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    const what = begun(context.state.sliceDoc(0, context.pos));
    if (SILENT.test(node.name) && !what.word.startsWith('"')) {
      return null;
    }
    if (!what.word && !what.parts.length && !what.isTable && !context.explicit) {
      return null;
    }
    const options = await offered(now(), what, context.state.doc.toString());
    return options.found.length ? { from: context.pos - what.from, options: options.found, validFor: options.isWhole ? /^"?[\p{L}\p{N}_$ ]*$/u : undefined } : null;
  };
}

async function offered(source, what, text) {
  const known = await source.tables(meant(what.word));
  const isWhole = !known.truncated;
  if (what.parts.length) {
    return { found: await within(source, known, what.parts, text), isWhole };
  }
  if (what.isTable) {
    return { found: [...tableOptions(known), ...schemaOptions(known)], isWhole };
  }
  const five = FIVE.map((name) => ({ label: name, type: "property", detail: "of the script", boost: what.isAlias ? 20 : -1 }));
  return { found: what.isAlias ? five : [...(await columnsOf(source, known, text)), ...five, ...aliases(text)], isWhole };
}

/** What stands after a dot: columns of a table or an alias, or tables of a schema. */
async function within(source, known, parts, text) {
  const [first, second] = parts;
  if (second !== undefined) {
    return columnOptions(await source.columns(first, second));
  }
  const read = tablesOf(text).find(({ alias }) => alias === first);
  const place = (read && placed(known, read)) ?? placed(known, { schema: null, table: first });
  const ofTable = place ? columnOptions(await source.columns(place.schema, place.name)) : [];
  return [...ofTable, ...known.tables.filter(({ schema }) => schema === first).map(({ name }) => option(name, "class", "table"))];
}

/** Columns of all tables that the text reads. */
async function columnsOf(source, known, text) {
  const places = tablesOf(text).map((table) => placed(known, table)).filter(Boolean);
  const each = await Promise.all(places.slice(0, 20).map(async ({ schema, name }) => columnOptions(await source.columns(schema, name), name)));
  const found = new Map(each.flat().map((one) => [one.label, one]));
  return [...found.values()];
}

/** Where a table is: in the schema that is written, or in the first of the search path that has it. */
function placed({ search_path: path, tables }, { schema, table }) {
  if (schema) {
    return tables.find((one) => one.schema === schema && one.name === table) ?? { schema, name: table };
  }
  return path.map((one) => tables.find(({ schema: of, name }) => of === one && name === table)).find(Boolean);
}

function tableOptions({ search_path: path, tables }) {
  return tables.map(({ schema, name }) => {
    const isBare = path.includes(schema);
    const written = isBare ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
    return { label: isBare ? name : `${schema}.${name}`, apply: written, type: "class", detail: isBare ? schema : "table", boost: isBare ? 1 : 0 };
  });
}

function schemaOptions({ tables }) {
  return [...new Set(tables.map(({ schema }) => schema))].map((schema) => option(schema, "namespace", "schema"));
}

function columnOptions(columns, table = "") {
  return columns.map(({ name, type }) => option(name, "property", table ? `${type}, ${table}` : type));
}

function aliases(text) {
  return [...new Set(tablesOf(text).map(({ alias }) => alias))].map((alias) => option(alias, "variable", "in this text"));
}

function option(name, type, detail) {
  return { label: name, apply: quoted(name), type, detail };
}
