// The page of a trace: what it comes to, what is missing, its spans, and its records.
import { h, clock, count, day, duration, roving } from "./dom.js";
import { entryRow } from "./entry.js";
import { waterfall } from "./waterfall.js";

const firstRecords = 500; // more only if asked for

// tracePage makes the page. State is what is chosen: {span: id or "", all: bool}; changed(state) is
// called when that changes. Options as filter are those of entry rows; links are elements beside the
// title.
export function tracePage(trace, state, changed, options, links) {
  let span = trace.spans.findIndex((s) => s.id === state.span);
  let record = null;
  let all = state.all || span < 0;
  let shown = firstRecords;
  const rowOptions = { ...options, start: trace.start, pick: (row) => choose(trace.records[row.dataset.record].span, Number(row.dataset.record), false) };

  // choose shows a span, and maybe a record, as chosen. A record that is out of sight by then, because
  // only those of another span are listed, comes into it.
  const choose = (newSpan, newRecord, scroll) => {
    span = newSpan;
    record = newRecord;
    update();
    if (scroll && record !== null) {
      const row = list.querySelector(`[data-record="${record}"]`);
      row?.scrollIntoView({ block: "nearest" });
      row?.querySelector(".line").focus({ preventScroll: true });
    }
  };
  const pickSpan = (i) => {
    if (i === span && record === null) {
      span = -1;
      all = true;
    } else {
      span = i;
      record = null;
      all = false;
    }
    shown = firstRecords;
    update();
  };
  const pickRecord = (i) => {
    const place = listed().indexOf(i);
    if (place < 0) all = true;
    shown = Math.max(shown, listed().indexOf(i) + 1);
    choose(trace.records[i].span, i, true);
  };

  const listed = () => (all || span < 0 ? trace.records.map((_, i) => i) : trace.spans[span].records);
  const picture = waterfall(trace, pickSpan, pickRecord);
  const title = h("h2", { id: "records-title" });
  const whole = h("input", { type: "checkbox", id: "whole", onchange: () => { all = whole.checked; shown = firstRecords; update(); } });
  const list = h("ol", { class: "entries", "aria-labelledby": "records-title" });
  const rest = h("button", { type: "button", onclick: () => { shown = Infinity; update(); } });
  const about = h("section", { class: "about", "aria-label": "The chosen span" });
  const below = h("div", { class: "below" }, h("section", { "aria-labelledby": "records-title" }, h("div", { class: "bar-of-records" }, title, h("label", { for: "whole" }, whole, " whole trace")), list, rest), about);
  roving(list, "button.line");

  let listedNow = ""; // what the list was made for: opened rows stay as they are
  const update = () => {
    const indexes = listed();
    const key = `${all || span < 0 ? "all" : span} ${Math.min(shown, indexes.length)}`;
    if (key !== listedNow) {
      listedNow = key;
      list.replaceChildren(...indexes.slice(0, shown).map((i) => {
        const row = entryRow(trace.records[i], rowOptions);
        row.dataset.record = i;
        return row;
      }));
      list.querySelector(".line")?.setAttribute("tabindex", "0");
    }
    for (const row of list.children) row.classList.toggle("chosen", Number(row.dataset.record) === record);
    rest.hidden = indexes.length <= shown;
    rest.textContent = `Show all ${count(indexes.length, "record")}`;
    const one = span >= 0 ? trace.spans[span] : null;
    title.textContent = one && !all ? `${count(indexes.length, "record")} of ${one.service ? `${one.service}: ` : ""}${one.name}` : `${count(indexes.length, "record")} of the trace`;
    whole.checked = all || !one;
    whole.disabled = !one;
    about.replaceChildren(...(one ? [h("h2", {}, "Span"), spanDetails(one)] : []));
    about.hidden = !one;
    below.classList.toggle("with-span", Boolean(one));
    picture.select(one ? span : null, record);
    changed({ span: one?.id ?? "", all: all && Boolean(one) });
  };

  const page = h("div", { class: "trace-page" },
    h("header", { class: "trace-head" },
      h("h1", {}, trace.failed ? h("span", { class: "failed" }, "failed") : null, trace.name || "unnamed trace"),
      h("p", { class: "links" }, ...links),
      h("p", { class: "facts" }, ...facts(trace)),
    ),
    trace.gaps.length ? h("ul", { class: "gaps", "aria-label": "What is missing or doubtful" }, ...trace.gaps.map((gap) => h("li", { "data-gap": gap.kind }, gap.text))) : null,
    trace.spans.length ? picture.element : null,
    below,
  );
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && span >= 0) {
      event.preventDefault();
      span = -1;
      record = null;
      all = true;
      update();
    }
  });
  update();
  return page;
}

// facts are what a trace comes to, each an element.
function facts(trace) {
  const known = trace.spans.filter((s) => !s.inferred).length;
  const texts = [
    trace.start ? `${day(trace.start)} ${clock(trace.start)}` : "",
    duration(trace.end - trace.start),
    count(trace.spans.length, "span") + (trace.spansFrom ? (known ? ` from ${trace.spansFrom}` : ", inferred from the records") : ""),
    count(trace.services.length, "service"),
    count(trace.records.length, "record"),
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
