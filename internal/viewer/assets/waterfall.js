// The spans of a trace along one line in time, with its records as marks on them.
import { h, at, count, duration } from "./dom.js";
import { partOf } from "./part.js";

const ticks = 4; // parts of the line in time
const bucket = 1 / 250; // of its width: records that are closer are one mark
const bands = ["none", "trace", "debug", "info", "warn", "error", "fatal"];

// waterfall makes the picture of a trace. pickSpan(i) is called when a span is chosen, and
// pickRecord(i) when a mark is. It returns the element, and select(span, record), which shows what is
// chosen; null is nothing.
export function waterfall(trace, pickSpan, pickRecord) {
  const total = Math.max(trace.end - trace.start, 1);
  const fraction = (us) => Math.min(Math.max((us - trace.start) / total, 0), 1);
  const placeOf = (us) => Math.round(fraction(us) / bucket); // of a mark
  const list = h("ol", { class: "spans", "aria-label": "Spans" });
  const folded = new Set(); // spans whose children are out of sight
  const parents = new Set(trace.spans.map((s) => s.parent));
  let chosen = { span: null, record: null };

  const make = (i) => {
    const span = trace.spans[i];
    const name = h("button", { type: "button", class: "span", tabindex: "-1", "aria-pressed": "false", onclick: () => pickSpan(i) },
      h("span", { class: "hidden" }, `Level ${span.depth + 1}: `),
      h("span", { class: `dot ${serviceClass(trace, span.service)}` }),
      h("span", { class: "service" }, span.service || "unknown service"), h("span", { class: "hidden" }, ": "),
      h("span", { class: "name" }, span.name),
      span.failed ? h("span", { class: "failed" }, "failed") : null,
      span.inferred ? h("span", { class: "note", title: "Nobody has told of this span: it is made of its records" }, "inferred") : null,
      span.missingParent ? h("span", { class: "note", title: `Its parent ${span.parentId} is missing` }, "parent missing") : null,
      span.skew ? h("span", { class: "note", title: "It does not fit its parent: their clocks differ" }, "clock?") : null,
      h("span", { class: "hidden" }, `, ${duration(span.duration)}, ${count(recordsOf(span), "record")}`),
    );
    name.style.setProperty("--depth", Math.min(span.depth, 24));
    const fold = parents.has(i) ? h("button", { type: "button", class: "fold", tabindex: "-1", "aria-expanded": String(!folded.has(i)), "aria-label": `Children of ${span.name}` }) : null;
    if (fold) {
      fold.style.setProperty("--depth", Math.min(span.depth, 24));
      fold.addEventListener("click", () => turn(i, folded.has(i)));
    }
    const [from, to] = [fraction(span.start), fraction(span.start + span.duration)];
    const side = to < 0.85 ? "after" : from > 0.15 ? "before" : "within"; // where there is room for the length
    const label = at(h("span", { class: `length ${side}` }, span.duration ? duration(span.duration) : ""), { after: to, before: from, within: (from + to) / 2 }[side]);
    const bar = at(h("span", { class: ["bar", serviceClass(trace, span.service), span.failed ? "bad" : "", span.inferred ? "guess" : ""].join(" ") }),
      from, to - from);
    const lane = h("div", { class: "lane" }, span.start ? [bar, label] : h("span", { class: "note" }, "no time"),
      ...marks(trace, span, placeOf).map((mark) => markButton(trace, mark, fraction, pickRecord)),
      ...(span.annotations ?? []).map((a) => at(h("span", { class: "annotation", title: `${a.value} (+${duration(a.at - trace.start)})` }), fraction(a.at))));
    const row = h("li", { class: "row" }, h("div", { class: "names" }, fold, name), lane);
    row.addEventListener("keydown", (event) => {
      if (fold && event.key === "ArrowRight") turn(i, true);
      if (fold && event.key === "ArrowLeft") turn(i, false);
    });
    mark(row, i);
    return row;
  };

  // mark has a row show whether its span is chosen, and whether a record of it is.
  const mark = (row, i) => {
    row.classList.toggle("chosen", i === chosen.span);
    row.querySelector(".span").setAttribute("aria-pressed", String(i === chosen.span));
    row.querySelector(".mark.chosen")?.classList.remove("chosen");
    const record = chosen.record === null ? null : trace.records[chosen.record];
    if (record?.span === i) row.querySelector(`[data-place="${placeOf(record.at)}"]`)?.classList.add("chosen");
  };

  // turn shows what is below a span, or hides it.
  const turn = (i, open) => {
    setOpen(i, open);
    part.change(inSight());
  };
  const setOpen = (i, open) => {
    if (open) folded.delete(i);
    else folded.add(i);
    part.row(i)?.querySelector(".fold").setAttribute("aria-expanded", String(open));
  };
  const inSight = () => {
    const hidden = new Set();
    trace.spans.forEach(({ parent }, i) => {
      if (parent >= 0 && (hidden.has(parent) || folded.has(parent))) hidden.add(i);
    });
    return [...trace.spans.keys()].filter((i) => !hidden.has(i));
  };
  const part = partOf(list, make, "span", "button.span");
  part.begin(inSight());

  const scale = h("div", { class: "scale", "aria-hidden": "true" });
  for (let i = 0; i <= ticks; i++) scale.append(at(h("span", { class: i === ticks ? "last" : "" }, duration(Math.round((total * i) / ticks))), i / ticks));

  const select = (span, record) => {
    const before = chosen.span;
    chosen = { span, record };
    if (span !== null) {
      const above = [];
      for (let p = trace.spans[span].parent; p >= 0; p = trace.spans[p].parent) if (folded.has(p)) above.push(p);
      for (const p of above) setOpen(p, true);
      if (above.length) part.change(inSight());
      part.reveal(span);
    }
    for (const i of [before, span]) if (i !== null && part.row(i)) mark(part.row(i), i);
    if (span !== null) reveal(list, part.row(span));
  };
  const element = h("div", { class: "waterfall" },
    h("div", { class: "row head" }, h("div", { class: "names" }, "Spans"), h("div", { class: "lane" }, scale)), part.earlier, list, part.later);
  return { element, select };
}

// recordsOf is how many records a span has, with those that are not told of.
export const recordsOf = (span) => span.records.length + (span.omitted ?? 0);

// reveal scrolls a list to have a row in sight, and nothing else.
function reveal(list, row) {
  const below = row.offsetTop + row.offsetHeight - list.clientHeight;
  if (row.offsetTop < list.scrollTop) list.scrollTop = row.offsetTop;
  else if (below > list.scrollTop) list.scrollTop = below;
}

// serviceClass is the colour of a service.
export function serviceClass(trace, service) {
  const i = trace.services.indexOf(service);
  return i < 0 ? "service-none" : `service-${i % 8}`;
}

// marks are the records of a span, those that are too close to tell apart as one.
function marks(trace, span, placeOf) {
  const byPlace = new Map();
  for (const i of span.records) {
    const record = trace.records[i];
    if (!record.at || record.continued) continue;
    const place = placeOf(record.at);
    const mark = byPlace.get(place) ?? { place, at: record.at, records: 0, worst: i };
    mark.records++;
    if (rank(record) > rank(trace.records[mark.worst])) mark.worst = i;
    byPlace.set(place, mark);
  }
  return [...byPlace.values()];
}

const rank = (record) => bands.indexOf(record.band ?? "none");

function markButton(trace, mark, fraction, pickRecord) {
  const worst = trace.records[mark.worst];
  const others = mark.records > 1 ? `, and ${mark.records - 1} more here` : "";
  const words = `${worst.level ?? "record"}: ${worst.message.slice(0, 200)} (+${duration(worst.at - trace.start)})${others}`;
  return at(h("button", {
    type: "button", class: `mark band-${worst.band ?? "none"}${others ? " many" : ""}`, tabindex: "-1", title: words, "aria-label": words,
    "data-place": mark.place, onclick: () => pickRecord(mark.worst),
  }), fraction(mark.at));
}
