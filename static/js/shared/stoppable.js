// A query that can be stopped: not only is its answer no longer waited for, the server ends it too.
import { send } from "./http.js";

/** A new word that nobody else has; crypto.randomUUID is not there where the site has no https. */
function word() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What a query is sent with: `tag` stands in its body, `signal` ends the wait, and `stop` ends both.
 */
export function stoppable() {
  const waiting = new AbortController();
  const tag = word();
  return {
    tag,
    signal: waiting.signal,
    stop() {
      // Also from a page that is left. If it does not arrive, the query ends at its time limit.
      send("POST", "/api/query/stop/", { body: { tag }, keepalive: true }).catch(() => {});
      waiting.abort();
    },
  };
}
