// What was typed and not yet saved, kept for as long as the tab is open: it outlives a reload and a session that has ended.

/** A place for one draft of `name`. */
export function draft(name) {
  const key = `dqx:draft:${name}`;
  return {
    keep(values) {
      attempt(() => sessionStorage.setItem(key, JSON.stringify(values)));
    },
    drop() {
      attempt(() => sessionStorage.removeItem(key));
    },
    /** The draft, or null. */
    get kept() {
      return attempt(() => JSON.parse(sessionStorage.getItem(key)));
    },
  };
}

/** A browser may keep nothing, by its settings; a page works without. */
function attempt(what) {
  try {
    return what() ?? null;
  } catch {
    return null;
  }
}
