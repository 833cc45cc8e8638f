// A run, looked at again and again until it has ended.
import { get, post } from "./http.js";

const FIRST = 300;
const SLOWEST = 2000;

/** Whether a run is still queued or running. */
export function isActive(run) {
  return run.status === "queued" || run.status === "running";
}

/**
 * Tell `see` of a run now and whenever it may have moved, until it has ended; returns the ended run.
 * A connection that is lost meanwhile is told to `lost` and tried again.
 */
export async function follow(id, see, { signal, lost = () => {} } = {}) {
  for (let pause = FIRST; ; pause = Math.min(pause * 1.3, SLOWEST)) {
    try {
      const run = await get(`/api/runs/${id}/`, {}, signal);
      see(run);
      if (!isActive(run)) {
        return run;
      }
    } catch (problem) {
      if (problem.status !== 0 && problem.status !== 503) {
        throw problem;
      }
      lost(problem);
    }
    await rest(pause, signal);
  }
}

/** Ask a run to stop. */
export function cancel(id) {
  return post(`/api/runs/${id}/cancel/`);
}

function rest(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException("No longer wanted.", "AbortError"));
    signal?.addEventListener("abort", stop, { once: true });
    setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
  });
}
