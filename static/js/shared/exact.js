// Values of a database in JSON, without the loss of a digit.

/** JSON in which whole numbers keep all their digits, where the browser can tell them. */
export function parse(text) {
  return JSON.parse(text, (key, value, context) => (typeof value === "number" && isTooLong(value, context?.source) ? BigInt(context.source) : value));
}

function isTooLong(value, source) {
  return source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value);
}

/** A value as text for a field or a cell; NULL is for the caller. Lists and objects are JSON. */
export function asText(value, { pretty = false } = {}) {
  if (value === null || value === undefined) {
    return "";
  }
  return typeof value === "object" ? JSON.stringify(value, exactNumbers, pretty ? 2 : 0) : String(value);
}

/** What JSON.stringify needs to write such numbers. */
export function exactNumbers(key, value) {
  return typeof value === "bigint" ? (JSON.rawJSON?.(String(value)) ?? Number(value)) : value;
}
