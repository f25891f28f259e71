// A part of a long list, as rows. Rows are dear: a list of 60,000 would take a browser many seconds.
import { h, count, roving } from "./dom.js";

const most = 500; // rows at first, and more of them at a time
const around = 100; // rows before and behind one that was out of sight

// partOf shows a part of a list as rows of an element. make(item) makes the row of an item, which is a
// number; noun is what an item is; selector is what has the focus in a row. It returns two buttons that show
// more, to be put before and behind the element, and:
//
//   begin(list, item)  shows the beginning of another list, or where an item is in it
//   change(list)       shows the same part of a list some of whose items have come or gone
//   reveal(item)       has an item among those that are shown
//   row(item)          is its row, undefined if it is not among them
//
// Lists are in ascending order, and are not changed. Rows that stay are left as they are.
export function partOf(element, make, noun, selector) {
  let list = [];
  let from = 0, to = 0;
  const rows = new Map();
  const settle = roving(element, selector);
  const earlier = h("button", { type: "button", class: "more", onclick: () => extend(from - most, to) });
  const later = h("button", { type: "button", class: "more", onclick: () => extend(from, to + most) });

  const show = () => {
    const shown = list.slice(from, to);
    const wanted = new Set(shown);
    for (const [item, row] of rows) {
      if (wanted.has(item)) continue;
      rows.delete(item);
      row.remove();
    }
    let next = element.firstElementChild;
    for (const item of shown) {
      const row = rows.get(item);
      if (row) {
        next = row.nextElementSibling;
        continue;
      }
      rows.set(item, make(item));
      element.insertBefore(rows.get(item), next);
    }
    name(earlier, from, "earlier");
    name(later, list.length - to, "later");
    settle();
  };
  const name = (button, n, where) => {
    button.hidden = n === 0;
    button.textContent = `Show ${n > most ? `${most} of ` : ""}${count(n, `${where} ${noun}`)}`;
  };

  // extend shows more rows. Those that are there stay where they are on the screen, and the focus does not
  // get lost with a button that goes.
  const extend = (newFrom, newTo) => {
    const first = element.firstElementChild, last = element.lastElementChild;
    const button = document.activeElement;
    const top = first.getBoundingClientRect().top;
    from = Math.max(newFrom, 0);
    to = Math.min(newTo, list.length);
    show();
    scrollerOf(element).scrollTop += first.getBoundingClientRect().top - top;
    const next = button === earlier ? first.previousElementSibling : last.nextElementSibling;
    if (button?.hidden) next.querySelector(selector).focus({ preventScroll: true });
  };

  const placeOf = (item) => {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < item) low = middle + 1;
      else high = middle;
    }
    return list[low] === item ? low : -1;
  };
  const moveTo = (place) => {
    from = Math.max(place - around, 0);
    to = Math.min(from + 2 * around, list.length);
  };
  return {
    earlier,
    later,
    begin(items, item) {
      list = items;
      const place = placeOf(item);
      if (place < most) [from, to] = [0, Math.min(most, list.length)];
      else moveTo(place);
      show();
    },
    change(items) {
      const size = Math.max(to - from, most);
      list = items;
      from = Math.min(from, Math.max(list.length - 1, 0));
      to = Math.min(from + size, list.length);
      show();
    },
    reveal(item) {
      const place = placeOf(item);
      if (place < 0 || place >= from && place < to) return;
      moveTo(place);
      show();
    },
    row: (item) => rows.get(item),
  };
}

// scrollerOf is what scrolls the rows of an element.
function scrollerOf(e) {
  for (; e; e = e.parentElement) {
    if (e.scrollHeight > e.clientHeight && /auto|scroll/.test(getComputedStyle(e).overflowY)) return e;
  }
  return document.scrollingElement;
}
