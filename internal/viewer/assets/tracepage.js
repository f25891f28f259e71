// The page of a trace: what it comes to, what is missing, its spans, and its records.
import { h, clock, count, day, duration, isTyping } from "./dom.js";
import { entryRow } from "./entry.js";
import { partOf } from "./part.js";
import { recordsOf, waterfall } from "./waterfall.js";

// tracePage makes the page. State is what is chosen: {span, half, service, all}, of which the first three name a
// span as nameOf does; changed(state) is called when that changes. Options as filter are those of entry rows;
// links are elements beside the title. It returns the element, shown, to be called when that is in the document,
// and close.
export function tracePage(trace, state, changed, options, links) {
  let span = findSpan(trace.spans, state);
  let record = null;
  let all = state.all || span < 0;
  const everything = [...trace.records.keys()];
  const rowOptions = { ...options, start: trace.start, pick: (row) => choose(trace.records[row.dataset.record].span, Number(row.dataset.record)) };

  const choose = (newSpan, newRecord) => {
    span = newSpan;
    record = newRecord;
    update();
  };
  const pickSpan = (i) => {
    if (i === span && record === null) return chooseNone();
    all = false;
    choose(i, null);
  };
  // pickRecord shows a record as chosen. One that is out of sight by then, because only those of
  // another span are listed, comes into it.
  const pickRecord = (i) => {
    if (!all && trace.records[i].span !== span) all = true;
    const block = records.row(i) ? "nearest" : "center";
    choose(trace.records[i].span, i);
    records.reveal(i);
    const row = records.row(i);
    row.scrollIntoView({ block });
    row.querySelector(".line").focus({ preventScroll: true });
  };
  // chooseNone leaves the record that was chosen in sight.
  const chooseNone = () => {
    const before = record;
    all = true;
    span = -1;
    record = null;
    update(before);
    records.row(before)?.scrollIntoView({ block: "nearest" });
  };

  const listed = () => (all || span < 0 ? everything : trace.spans[span].records);
  const picture = waterfall(trace, pickSpan, pickRecord);
  const title = h("h2", { id: "records-title" });
  const whole = h("input", { type: "checkbox", id: "whole", onchange: () => { all = whole.checked; update(); } });
  const list = h("ol", { class: "entries", "aria-labelledby": "records-title" });
  const about = h("section", { class: "about", "aria-label": "The chosen span" });
  const rowOf = (i) => {
    const row = entryRow(trace.records[i], rowOptions);
    row.dataset.record = i;
    row.classList.toggle("chosen", i === record);
    return row;
  };
  const records = partOf(list, rowOf, "record", "button.line");
  const below = h("div", { class: "below" }, h("section", { "aria-labelledby": "records-title" },
    h("div", { class: "bar-of-records" }, title, h("label", { for: "whole" }, whole, " whole trace")), records.earlier, list, records.later), about);

  let listedNow = null;
  let chosenNow = null; // a record
  const update = (first = record) => { // of those that are listed anew, one that is to be among them
    if (listedNow !== listed()) {
      listedNow = listed();
      records.begin(listedNow, first);
    }
    records.row(chosenNow)?.classList.remove("chosen");
    records.row(record)?.classList.add("chosen");
    chosenNow = record;
    const one = span >= 0 ? trace.spans[span] : null;
    title.textContent = one && !all ? `${shownOf(one)} of ${one.service ? `${one.service}: ` : ""}${one.name}` : `${shownOf(trace)} of the trace`;
    whole.checked = all || !one;
    whole.disabled = !one;
    about.replaceChildren(...(one ? [h("h2", {}, "Span"), spanDetails(one)] : []));
    about.hidden = !one;
    below.classList.toggle("with-span", Boolean(one));
    picture.select(one ? span : null, record);
    changed({ ...nameOf(trace.spans, span), all: all && Boolean(one) });
  };

  const element = h("div", { class: "trace-page" },
    h("header", { class: "trace-head" },
      h("h1", {}, trace.failed ? h("span", { class: "failed" }, "failed") : null, trace.name || "unnamed trace"),
      h("p", { class: "links" }, ...links),
      h("p", { class: "facts" }, ...facts(trace)),
    ),
    trace.gaps.length ? h("ul", { class: "gaps", "aria-label": "What is missing or doubtful" }, ...trace.gaps.map((gap) => h("li", { "data-gap": gap.kind }, gap.text))) : null,
    trace.spans.length ? picture.element : null,
    below,
  );
  const keys = (event) => {
    if (event.key !== "Escape" || span < 0 || isTyping(event) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    chooseNone();
  };
  document.addEventListener("keydown", keys);
  update();
  const shown = () => picture.select(span < 0 ? null : span, record); // a list that is not shown does not scroll
  return { element, shown, close: () => document.removeEventListener("keydown", keys) };
}

// nameOf names a span: by its id, and if that is not its own, by the half that it is of a call, which has both ends
// tell of one span. If other services tell of the same half, it is the service that tells them apart.
function nameOf(spans, i) {
  const one = spans[i];
  if (!one) return {};
  const same = spans.filter((s) => s.id === one.id);
  if (same.length === 1) return { span: one.id };
  const half = halfOf(one);
  if (same.filter((s) => halfOf(s) === half).length === 1) return { span: one.id, half };
  return { span: one.id, half, service: one.service };
}

const halfOf = (span) => span.kind?.toLowerCase() ?? "none";

// findSpan is the index of the span that has a name, or what is known of one; -1 if there is none. An id alone is
// of the first span with records.
function findSpan(spans, { span, half, service }) {
  const fits = (s) => s.id === span && (!half || halfOf(s) === half);
  const best = (s) => fits(s) && (!service || s.service.toLowerCase() === service.toLowerCase());
  for (const is of [best, fits, (s) => s.id === span]) {
    const same = spans.filter(is);
    if (same.length) return spans.indexOf(same.find((s) => s.records.length) ?? same[0]);
  }
  return -1;
}

// shownOf is how many records a trace or a span has, and how many of them there are here.
function shownOf(one) {
  const n = one.records.length;
  return one.omitted ? `${n.toLocaleString("en-US")} of ${count(recordsOf(one), "record")}` : count(n, "record");
}

// facts are what a trace comes to, each an element.
function facts(trace) {
  const known = trace.spans.filter((s) => !s.inferred).length;
  const texts = [
    trace.start ? `${day(trace.start)} ${clock(trace.start)}` : "",
    duration(trace.end - trace.start),
    count(trace.spans.length, "span") + (trace.spansFrom ? (known ? ` from ${trace.spansFrom}` : ", inferred from the records") : ""),
    count(trace.services.length, "service"),
    count(recordsOf(trace), "record"),
    trace.errors ? count(trace.errors, "error") : "",
  ];
  return [h("code", { class: "id" }, trace.traceId), ...texts.filter(Boolean).map((text) => h("span", {}, text))];
}

// spanDetails are all that is known of a span, but for its records.
function spanDetails(span) {
  const list = h("dl", { class: "details" });
  const add = (key, value) => value && list.append(h("dt", {}, key), h("dd", {}, h("span", { class: "value" }, value)));
  add("span", span.name);
  add("span_id", span.id);
  add("parent", span.parentId);
  add("service", span.service);
  add("kind", span.kind);
  add("peer", span.remote);
  add("began", span.start ? `${day(span.start)} ${clock(span.start)}` : "");
  add("took", span.inferred ? `${duration(span.duration)}, from its first to its last record` : duration(span.duration));
  add("error", span.error);
  const tags = (span.tags ?? []).filter((tag) => tag.key !== "error" || tag.value !== span.error);
  for (const tag of tags.filter((tag) => !isCommon(tag.key))) add(tag.key, tag.value);
  for (const a of span.annotations ?? []) add(clock(a.at), a.value);
  for (const tag of tags.filter((tag) => isCommon(tag.key))) add(tag.key, tag.value);
  return list;
}

// isCommon tells that a tag is of the program rather than of the span.
const isCommon = (key) => /^(telemetry|otel|process|host|service|os)\./.test(key);
