// Calls of DQX's own API as the person who is signed in. Whatever goes wrong becomes a Problem with a sentence to show.
import { cookie } from "./cookie.js";

/** A refusal, or no answer at all: `code` for programs, `message` for people, `details` with `fields` where some are wrong. */
export class Problem extends Error {
  constructor(status, { code, message, details = {} }) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** What is wrong with each field, by its name. */
  get fields() {
    return this.details.fields ?? {};
  }
}

const OFFLINE = { code: "offline", message: "DQX can't be reached. Check the connection and try again; nothing is lost." };
const NO_SENSE = { code: "internal", message: "DQX failed here. Try again; if it stays so, tell who runs it." };
let openSession = null;

/**
 * Let a call that finds the session ended ask `open` for a new one, by its method; it resolves with whether there is one. The call is then
 * sent again.
 */
export function onSignedOut(open) {
  openSession = open;
}

/** The address of the API with a query; lists are repeated, and what is empty is left out. */
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, given] of Object.entries(query)) {
    for (const value of [given].flat()) {
      if (value !== undefined && value !== null && value !== "") {
        search.append(name, value);
      }
    }
  }
  return search.size ? `${path}?${search}` : path;
}

/**
 * Send JSON and return the JSON of the answer, null where it has none.
 * Throws a Problem; an abort by `signal` throws the AbortError of fetch.
 */
export async function send(method, path, options = {}) {
  return (await exchange(method, path, options)).data;
}

/**
 * As `send`, with the status and the headers of the answer. `parse` reads the JSON, where JavaScript's own way loses something; `keepalive`
 * lets it be sent though the page is left.
 */
export async function exchange(method, path, { body, query, signal, keepalive = false, parse = JSON.parse } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
  const options = { method, headers, signal, keepalive, credentials: "same-origin" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer = await reach(address(path, query), options);
  if (answer.status === 401 && (await openSession?.(method))) {
    headers["X-CSRFToken"] = cookie("csrftoken");
    answer = await reach(address(path, query), options);
  }
  const data = await read(answer, parse);
  if (!answer.ok) {
    throw new Problem(answer.status, data?.error ?? NO_SENSE);
  }
  return { status: answer.status, headers: answer.headers, data };
}

/** Where the Link header (RFC 8288) of a list leads: the addresses of the pages beside, or null. */
export function links(headers) {
  const found = [...(headers.get("Link") ?? "").matchAll(/<([^>]*)>; *rel="(\w+)"/g)];
  const { next = null, prev: previous = null } = Object.fromEntries(found.map(([, to, name]) => [name, to]));
  return { next, previous };
}

export const get = (path, query, signal) => send("GET", path, { query, signal });
export const post = (path, body, query, signal) => send("POST", path, { body, query, signal });
export const put = (path, body, query) => send("PUT", path, { body, query });
export const patch = (path, body) => send("PATCH", path, { body });
export const remove = (path, query) => send("DELETE", path, { query });

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new Problem(0, OFFLINE);
  }
}

async function read(answer, parse) {
  const text = await answer.text();
  try {
    return text ? parse(text) : null;
  } catch {
    // A proxy's page, or an answer that was cut off.
    throw new Problem(answer.status, NO_SENSE);
  }
}
