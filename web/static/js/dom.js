// Elements made by hand: text goes in as text, never as markup.

/** An element with attributes and children; `undefined`, `null` and `false` are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** A number for people: 12345 is 12,345. */
export function grouped(number) {
  return number.toLocaleString('en');
}

/** "1 row", "12,345 rows". */
export function counted(number, word) {
  return `${grouped(number)} ${word}${number === 1 ? '' : 's'}`;
}
