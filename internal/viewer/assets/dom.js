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
  return event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
}

// roving has the arrow keys, j and k move between the elements of a list that match a selector, of
// which Tab reaches one only.
export function roving(list, selector) {
  const items = () => [...list.querySelectorAll(selector)].filter((e) => e.offsetParent !== null);
  const enter = (e) => {
    list.querySelector(`${selector}[tabindex="0"]`)?.setAttribute("tabindex", "-1");
    e.setAttribute("tabindex", "0");
  };
  list.addEventListener("focusin", (event) => {
    const e = event.target.closest(selector);
    if (e) enter(e);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity }[event.key];
    const from = event.target.closest(selector);
    if (step === undefined || !from || isTyping(event)) return;
    event.preventDefault();
    const all = items();
    const to = Math.min(Math.max(all.indexOf(from) + step, 0), all.length - 1);
    all[to].focus();
  });
}
