// What was typed and not saved, kept in this browser: by person and script, so that nothing is lost by leaving, a crash or an ended session.

const DAYS = 30;

/**
 * The draft of one script of one person.
 * @param {Storage} storage
 * @param {string} person
 * @param {string} script its id, or "new"
 */
export function draft(storage, person, script, now = () => Date.now()) {
  const key = keyOf(person, script);
  return {
    /** {name, description, connection, time_limit, content, version, at}, or null. */
    read() {
      try {
        const found = JSON.parse(storage.getItem(key));
        return typeof found?.content === "string" && now() - found.at < DAYS * 86_400_000 ? found : null;
      } catch {
        return null; // forbidden, or written by something else
      }
    },
    /** Keep it; false where the browser does not let us. */
    write(typed) {
      try {
        storage.setItem(key, JSON.stringify({ ...typed, at: now() }));
        return true;
      } catch {
        return false;
      }
    },
    forget() {
      try {
        storage.removeItem(key);
      } catch {
        // Then there is none.
      }
    },
  };
}

function keyOf(person, script) {
  return `dqx.draft.${person}.${script}`;
}

/** Whether what is typed is other than what is saved. Blanks around the text are not saved. */
export function differs(typed, saved) {
  return (
    typed.content.trim() !== saved.content.trim() ||
    ["name", "description"].some((field) => typed[field].trim() !== saved[field].trim()) ||
    (typed.connection || null) !== (saved.connection || null) ||
    String(typed.time_limit ?? "").trim() !== String(saved.time_limit ?? "")
  );
}
