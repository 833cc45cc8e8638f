// What a test of a connection found, in words.

/** {level, words, advice}: how it went in a sentence, and what had better be different. */
export function outcome(test) {
  if (!test.ok) {
    return { level: "failed", words: test.message, advice: [] };
  }
  const line = test.tls ? `encrypted (${test.tls})` : "not encrypted";
  return {
    level: "succeeded",
    words: `It works: PostgreSQL ${test.server_version}, reached in ${test.latency_ms} ms, ${line}, as ${test.user} on ${test.database}.`,
    advice: [
      ...(test.is_superuser ? ["The user is a superuser there. Better take one that can only read."] : []),
      ...(test.can_write && !test.is_superuser ? ["The user could write there. Better take one that can only read."] : []),
    ],
  };
}

/** "3 scripts read it: a, b, c"; all that are not named are counted. */
export function readers({ used_by: number, script_names: names }) {
  if (!number) {
    return "No script reads it.";
  }
  const rest = number > names.length ? ` and ${number - names.length} more` : "";
  return `${number === 1 ? "1 script reads" : `${number} scripts read`} it: ${names.join(", ")}${rest}.`;
}
