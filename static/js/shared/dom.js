// Elements made of data. Text is always text: nothing here takes HTML.

/**
 * An element.
 * @param {string} tag its name, with classes after dots: "td.number.muted"
 * @param {object} attributes by name; a function is a listener ("onclick"), true stands alone, null and false are left out
 * @param {...(Node|string|number|null)} children
 */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) {
    made.classList.add(...classes);
  }
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key.slice(2), value);
    } else if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** An icon of bootstrap-icons, for the eye only. */
export function icon(name) {
  return el(`i.bi.bi-${name}`, { "aria-hidden": "true" });
}

/** The element with this id, which the page's template has. */
export function byId(id) {
  return document.getElementById(id);
}

/** The last of several calls, once `milliseconds` have passed without another. */
export function settled(what, milliseconds = 250) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => what(...given), milliseconds);
  };
}
