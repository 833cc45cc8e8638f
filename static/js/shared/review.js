// What a review says, in the order and the words in which people need it.
import { count } from "./format.js";

/** How many bad rows a publish changes in a pair, or in all of them. */
export function changes(counts) {
  return counts.new + counts.changed + counts.resolved;
}

/** The other script whose pair a publish of `script` takes over, or null. */
export function takenFrom(pair, script) {
  return pair.last_publisher && pair.last_publisher.id !== Number(script) ? pair.last_publisher : null;
}

/** The pairs by how much happens to them: those that change or are taken over, the largest first, and the quiet ones. */
export function arranged(pairs, script) {
  const moves = (pair) => changes(pair) > 0 || takenFrom(pair, script) !== null;
  const busy = pairs.filter(moves).sort((one, other) => changes(other) - changes(one));
  return { busy, quiet: pairs.filter((pair) => !moves(pair)) };
}

/** Names of the scripts that lose pairs, each with how many. */
export function losers(pairs, script) {
  const lost = new Map();
  for (const pair of pairs) {
    const from = takenFrom(pair, script);
    if (from) {
      lost.set(from.id, { ...from, pairs: (lost.get(from.id)?.pairs ?? 0) + 1 });
    }
  }
  return [...lost.values()].sort((one, other) => other.pairs - one.pairs);
}

/** What a publish will do, a sentence each. */
export function consequences({ totals, pairs }, script) {
  const effects = [["new", "opens"], ["changed", "changes"], ["resolved", "resolves"]];
  const told = effects.filter(([name]) => totals[name]).map(([name, verb]) => `${verb} ${count(totals[name])}`);
  const first = told.length
    ? `It ${joined(told)} of the bad rows, in ${numbered(totals.pairs, "pair")} of rule and source; ${count(totals.unchanged)} stay as they are.`
    : "It changes no bad row: they are what is staged already.";
  return [first, ...losers(pairs, script).map((from) => `It takes over ${numbered(from.pairs, "pair")} that “${from.name}” published last.`)];
}

/** "1 pair", "2 pairs". */
export function numbered(number, what) {
  return `${count(number)} ${what}${number === 1 ? "" : "s"}`;
}

function joined(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** The address of the bad rows of these pairs, filtered where that makes an address of sensible length. */
export function badRows(pairs, most = 20) {
  const rules = [...new Set(pairs.map((pair) => pair.rule_id))];
  const sources = [...new Set(pairs.map((pair) => pair.source_id))];
  if (rules.length + sources.length > most) {
    return "/bad-detail";
  }
  return `/bad-detail?${new URLSearchParams([...rules.map((id) => ["rule_id", id]), ...sources.map((id) => ["source_id", id])])}`;
}
