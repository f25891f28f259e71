// Elements, and numbers and times in words. Texts become text nodes: nothing here, or in any other
// file, takes markup, so that whatever a log says is shown and never run.

// h makes an element. A prop is an attribute, or with "on" in front an event's listener; null and
// false leave it out. Children are nodes, texts, or null for none.
export function h(name, props, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return e;
}

// at puts an element at a part of its parent's width, given as a fraction. A style sheet cannot, and
// a style attribute in markup may not.
export function at(e, left, width) {
  e.style.left = `${(100 * left).toFixed(3)}%`;
  if (width !== undefined) e.style.width = `${(100 * width).toFixed(3)}%`;
  return e;
}

export function count(n, noun) {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

// bytes is a number of bytes in words, with the units of the file's size in most programs.
export function bytes(n) {
  for (const unit of ["B", "kB", "MB"]) {
    if (n < 1000) return `${n < 10 && unit !== "B" ? n.toFixed(1) : Math.round(n)} ${unit}`;
    n /= 1000;
  }
  return `${n.toFixed(1)} GB`;
}

// duration is a time in µs in words.
export function duration(us) {
  const abs = Math.abs(us);
  const digits = (n) => (Math.abs(n) < 10 ? n.toFixed(2) : Math.abs(n) < 100 ? n.toFixed(1) : n.toFixed(0));
  if (abs < 1e3) return `${us} µs`;
  if (abs < 1e6) return `${digits(us / 1e3)} ms`;
  if (abs < 60e6) return `${digits(us / 1e6)} s`;
  if (abs < 3600e6) return `${Math.trunc(us / 60e6)} m ${Math.round((abs % 60e6) / 1e6)} s`;
  return `${Math.trunc(us / 3600e6)} h ${Math.round((abs % 3600e6) / 60e6)} m`;
}

const two = (n) => String(n).padStart(2, "0");

// clock is the local time of day of a time in µs since 1970.
export function clock(us) {
  const d = new Date(us / 1000);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
}

export function day(us) {
  const d = new Date(us / 1000);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

// isTyping tells that keys belong to a field.
export function isTyping(event) {
  return event.target.matches("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
}

// roving has the arrow keys, j and k move between the rows of a list, each of which may have an element that
// matches a selector. Tab reaches one of these only. It returns a function that has it be one that is there, to
// be called when rows have come or gone. What a key costs does not depend on how many rows there are.
export function roving(list, selector) {
  let current = null; // the one that Tab reaches
  const enter = (e) => {
    current?.setAttribute("tabindex", "-1");
    current = e;
    current?.setAttribute("tabindex", "0");
  };
  // find is the first such element in a row or those after it, or with "previous", those before it.
  const find = (row, direction = "next") => {
    for (; row; row = row[`${direction}ElementSibling`]) {
      const e = row.querySelector(selector);
      if (e) return e;
    }
    return null;
  };
  const rowOf = (e) => {
    while (e.parentElement !== list) e = e.parentElement;
    return e;
  };
  list.addEventListener("focusin", (event) => {
    const e = event.target.closest(selector);
    if (e && e !== current) enter(e);
  });
  list.addEventListener("keydown", (event) => {
    const from = event.target.closest(selector);
    if (!from || isTyping(event)) return;
    const row = rowOf(from);
    const to = {
      ArrowDown: () => find(row.nextElementSibling), ArrowUp: () => find(row.previousElementSibling, "previous"),
      Home: () => find(list.firstElementChild), End: () => find(list.lastElementChild, "previous"),
    }[{ j: "ArrowDown", k: "ArrowUp" }[event.key] ?? event.key];
    if (!to) return;
    event.preventDefault();
    to()?.focus();
  });
  return () => {
    if (!current || !list.contains(current)) enter(find(list.firstElementChild));
  };
}
