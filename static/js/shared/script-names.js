// Scripts to choose from in a combobox, by a part of their name.
import { get } from "./http.js";

const MOST = 30;

/** What fits a text, as combobox.js takes it. */
export async function findScripts(q) {
  const found = await get("/api/sql_scripts/names/", { q, limit: MOST + 1 });
  const options = found.slice(0, MOST).map(({ id: value, name: label }) => ({ value, label }));
  return { options, more: found.length > MOST ? "There are more; type to narrow them down." : "" };
}
