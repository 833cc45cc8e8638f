// Days gathered into what a line can show: days, weeks, months or years, none left out between the first and the last.

export const UNITS = ["day", "week", "month", "year"];
// As many points as a wide screen tells apart.
export const MOST = 400;
// Of the rows as many, at either end, may be dated so far from the rest that they would press the rest into one point.
const TAIL = 0.03;
const FAR = 4;
const DAY = 86_400_000;
const CALENDAR = /^\d{4}-\d\d-\d\d$/;

const whole = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });

function number(iso) {
  return Date.parse(`${iso}T00:00:00Z`) / DAY;
}

function iso(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The first day of the unit that a day is in. Weeks begin on Monday. */
function begin(day, unit) {
  const date = new Date(day * DAY);
  if (unit === "week") {
    return day - ((((day + 3) % 7) + 7) % 7); // day 0 was a Thursday
  }
  if (unit === "month") {
    return day - date.getUTCDate() + 1;
  }
  return unit === "year" ? date.setUTCMonth(0, 1) / DAY : day;
}

function next(start, unit) {
  return begin(start + { day: 1, week: 7, month: 31, year: 366 }[unit], unit);
}

function label(start, unit) {
  if (unit === "year") {
    return iso(start).slice(0, 4);
  }
  const text = (unit === "month" ? month : whole).format(new Date(start * DAY));
  return unit === "week" ? `Week of ${text}` : text;
}

/** How many points there are between two days. */
function points(first, last, unit) {
  return { day: last - first + 1, week: (last - first) / 7 + 1, month: (last - first) / 30 + 1, year: (last - first) / 365 + 1 }[unit];
}

/** The finest unit that makes no more points than can be told apart. */
export function fitting(first, last) {
  return UNITS.find((unit) => points(first, last, unit) <= MOST) ?? "year";
}

/** Those of `days` ([{day, count}], by day) that are not far from where nearly all rows are; all of them where none is far. */
export function near(days) {
  const total = days.reduce((sum, { count }) => sum + count, 0);
  let sum = 0;
  const [low, high] = [TAIL, 1 - TAIL].map((part) => {
    sum = 0;
    return days.find(({ count }) => (sum += count) >= total * part)?.day;
  });
  const margin = (high - low + 30) * 1.5;
  const kept = days.filter(({ day }) => day >= low - margin && day <= high + margin);
  const span = (some) => some.at(-1).day - some[0].day + 30;
  return days.length && span(days) > FAR * span(kept) ? kept : days;
}

/**
 * Counts by date as the points of a line.
 * @param {Array<{date: string|null, count: number}>} rows in order; dates are ISO text, null for none, or such as no calendar here has
 * @param {object} wanted
 * @param {string} [wanted.unit] one of UNITS; else the finest that fits
 * @param {boolean} [wanted.all] also the dates that are far from the rest
 * @returns {{unit: string, points: Array<{label: string, start: string, end: string, count: number}>, far: Array, odd: Array, undated: number}}
 *   `far` and `odd` are the rows that are no points: dated far away, or by no calendar
 */
export function bucketed(rows, { unit = "", all = false } = {}) {
  const undated = rows.filter(({ date }) => date === null).reduce((sum, { count }) => sum + count, 0);
  const odd = rows.filter(({ date }) => date !== null && !CALENDAR.test(date));
  const days = rows.filter(({ date }) => CALENDAR.test(date ?? "")).map(({ date, count }) => ({ date, day: number(date), count }));
  const kept = all ? days : near(days);
  const far = days.filter((one) => one.day < kept[0].day || one.day > kept.at(-1).day);
  if (!kept.length) {
    return { unit: unit || "day", points: [], far, odd, undated };
  }
  const fit = fitting(kept[0].day, kept.at(-1).day);
  // A finer one than fits would make thousands of points.
  const used = UNITS.includes(unit) && UNITS.indexOf(unit) >= UNITS.indexOf(fit) ? unit : fit;
  return { unit: used, points: filled(kept, used), far, odd, undated };
}

function filled(days, unit) {
  const found = [];
  let at = 0;
  for (let start = begin(days[0].day, unit); start <= days.at(-1).day; start = next(start, unit)) {
    const end = next(start, unit) - 1;
    let count = 0;
    for (; at < days.length && days[at].day <= end; at += 1) {
      count += days[at].count;
    }
    found.push({ label: label(start, unit), start: iso(start), end: iso(end), count });
  }
  return found;
}
