// Numbers, times and states as people read them.

const whole = new Intl.NumberFormat("en");
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const daytime = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long" });
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
export const NOTHING = "–";

/** 12,345; a dash for nothing. */
export function count(number) {
  return number === null || number === undefined ? NOTHING : whole.format(number);
}

/** 0.42 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return NOTHING;
  }
  if (seconds < 10) {
    return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  }
  const all = Math.round(seconds);
  if (all < 60) {
    return `${all} s`;
  }
  const minutes = Math.floor(all / 60);
  return minutes < 60 ? `${minutes} min ${all % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "3 minutes ago" within a week, else the date and the time of day, in the person's zone. */
export function when(iso, now = Date.now()) {
  if (!iso) {
    return NOTHING;
  }
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) {
    return moment.format(new Date(iso));
  }
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return ago.format(Math.trunc(seconds / size), unit);
}

/** The time of day, to the second. */
export function clock(iso) {
  return iso ? daytime.format(new Date(iso)) : "";
}

/** To the second, with the zone. */
export function exactly(iso) {
  return iso ? exact.format(new Date(iso)) : "";
}

/** 3.4 MB. */
export function bytes(number) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let size = number;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** First letter large, underscores away: "populate_and_publish" is "Populate and publish". */
export function words(name) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
