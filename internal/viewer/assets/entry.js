// One line of a log, as a row that opens.
import { h, clock, day, duration, bytes } from "./dom.js";

// entryRow makes the row of an entry. Options: start is the time in µs that times are told from,
// without which the time of day is; traces has links to traces; filter(term) is called for a term
// of a search, where there is a search; pick(row) when the row is chosen.
export function entryRow(entry, options) {
  const line = h("button", { type: "button", class: "line", tabindex: "-1", "aria-expanded": "false" },
    h("span", { class: "time", title: entry.time ?? "no time in this line" }, timeText(entry, options)),
    h("span", { class: "level" }, entry.level ?? ""),
    h("span", { class: "who" }, entry.service || entry.logger || ""),
    h("span", { class: "text" },
      h("span", { class: "message" }, entry.message),
      ...(entry.attrs ?? []).filter(isShown).flatMap((a) => [" ", h("span", { class: "key" }, `${a.key}=`), a.value]),
      entry.cut ? h("span", { class: "note" }, ` … ${bytes(entry.cut)} more`) : null,
      entry.torn ? h("span", { class: "note" }, " torn: cut off or damaged") : null,
    ),
  );
  const kinds = ["plain", "continued", "torn"].filter((kind) => entry[kind]);
  const row = h("li", { class: ["entry", `band-${entry.band ?? "none"}`, ...kinds].join(" ") }, line);
  if (options.traces && entry.traceId && !entry.continued) {
    row.append(h("a", {
      class: "to-trace", href: `/trace/${entry.traceId}${spanOf(entry)}`,
      title: `Trace ${entry.traceId}`, tabindex: "-1",
    }, h("span", { class: "hidden" }, "Trace "), entry.traceId.slice(0, 8)));
  }
  line.addEventListener("click", (event) => {
    if (event.detail && String(getSelection())) return; // by the mouse: somebody marks text to copy it
    toggle(row, line, entry, options);
    options.pick?.(row);
  });
  return row;
}

// spanOf is the span of an entry as parameters of a trace's page. Two services can share its id.
function spanOf(entry) {
  if (!entry.spanId) return "";
  return `?${new URLSearchParams({ span: entry.spanId, ...(entry.service && { service: entry.service }) })}`;
}

// isShown leaves out of a row what belongs to the ids, and what is the same in all of a service's.
const isShown = (attr) => attr.key !== "trace_flags" && !attr.key.startsWith("service.");

function timeText(entry, options) {
  if (!entry.at) return "";
  if (options.start === undefined) return clock(entry.at);
  const offset = entry.at - options.start;
  return `${offset < 0 ? "−" : "+"}${duration(Math.abs(offset))}`;
}

function toggle(row, line, entry, options) {
  const open = row.querySelector(".details");
  line.setAttribute("aria-expanded", String(!open));
  if (open) open.remove();
  else row.append(details(entry, options));
}

// details are all that is known of an entry.
function details(entry, options) {
  const list = h("dl", { class: "details" });
  const add = (key, value, term) => {
    if (!value && !term) return;
    list.append(h("dt", {}, key), h("dd", {}, h("span", { class: "value" }, value || "\u00a0"), term && options.filter && !entry.cut && !/[\n\r]/.test(term + value) ? filters(key, value, term, options) : null));
  };
  add("time", entry.at ? `${day(entry.at)} ${clock(entry.at)}  (${entry.time})` : "");
  add("level", entry.level);
  add("message", entry.message, entry.message && "msg");
  add("logger", entry.logger, entry.logger && "logger");
  add("service", entry.service, entry.service && "service");
  add("source", entry.source);
  for (const a of entry.attrs ?? []) add(a.key, a.value, keyText(a.key));
  add("trace_id", entry.traceId, entry.traceId && "trace_id");
  add("span_id", entry.spanId, entry.spanId && "span_id");
  add("log", entry.log);
  if (entry.cut) add("left out here", `${bytes(entry.cut)}: the log has them`);
  return list;
}

// filters are buttons that search for records with the same value, or without it.
function filters(key, value, term, options) {
  const button = (sign, words) => h("button", {
    type: "button", class: "small", "aria-label": `${words} ${key}`, title: `${words} ${key}`,
    onclick: () => options.filter(termText(term, sign, value)),
  }, sign);
  return [button("=", "Only lines with this"), term.endsWith("_id") ? null : button("!=", "Only lines without this")];
}

// termText is a term of a search.
const termText = (key, sign, value) => key + sign + (/^[^\s"\\]+$/.test(value) ? value : quoted(value));

// keyText is an attribute's key in a term: in quotes, it stands for nothing else.
const keyText = (key) => (/^[\w.@$][\w.@$-]*$/.test(key) && !reserved.test(key) ? key : quoted(key));

const reserved = /^(level|since|until|trace|span|trace_?id|span_?id|traceparent|msg|message|logger|service|service\.name)$/i;
const quoted = (s) => `"${s.replace(/["\\]/g, "\\$&")}"`;
