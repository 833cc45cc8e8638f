// Of many the worst, and the rest as one.

/**
 * The first `most` of `rows`, which are ordered by `count`, and what is left of them. A single one is not "the rest": it is shown.
 * @returns {{top: Array, rest: {n: number, count: number}|null, total: number}}
 */
export function ranked(rows, most) {
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const top = rows.slice(0, rows.length === most + 1 ? most + 1 : most);
  const left = rows.slice(top.length);
  return { top, rest: left.length ? { n: left.length, count: left.reduce((sum, { count }) => sum + count, 0) } : null, total };
}

/** A part of a whole in words: "12 %", "0.4 %", "under 0.1 %". */
export function share(part, total) {
  const percent = total ? (part / total) * 100 : 0;
  if (percent > 0 && percent < 0.1) {
    return "under 0.1 %";
  }
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : percent.toFixed(1)} %`;
}
