// The list of traces.
import { h, clock, count, day, duration } from "./dom.js";

const orders = { worst: "failed first, then the slowest", slowest: "the slowest first", newest: "the newest first", failed: "only failed ones" };

export function tracesPage(order, ask, app) {
  const body = h("tbody");
  const note = h("p", { class: "edge", role: "status" }, "Looking …");
  const select = h("select", { id: "order", onchange: () => app.go(select.value === "worst" ? "/traces" : `/traces?order=${select.value}`) },
    ...Object.entries(orders).map(([value, words]) => h("option", { value, selected: value === order }, words)));
  const page = h("div", { class: "traces-page" },
    h("div", { class: "tools" }, h("h1", {}, "Traces"), h("label", { for: "order" }, "Order ", select),
      h("button", { type: "button", onclick: () => load() }, "Reload")),
    h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Traces" },
      h("table", { class: "traces" },
        h("thead", {}, h("tr", {}, ...["Trace", "Services", "Began", "Took", "Spans", "Records", "Errors"].map((text) => h("th", { scope: "col" }, text)))),
        body),
      note));

  const load = async () => {
    let got;
    try {
      got = await ask(`/api/traces?${new URLSearchParams({ order })}`);
    } catch (error) {
      if (!orders[order]) note.replaceChildren(h("a", { href: "/traces" }, "The list in its usual order"));
      else if (!body.children.length) note.textContent = "";
      return app.fail(error);
    }
    app.fail(null);
    const longest = Math.max(1, ...got.traces.map((t) => t.duration));
    body.replaceChildren(...got.traces.map((t) => row(t, longest)));
    note.textContent = [
      got.traces.length ? `${count(got.traces.length, "trace")} shown${got.total > got.traces.length ? `, of ${got.total.toLocaleString("en-US")} in the logs` : ""}.` : order === "failed" ? "No trace has failed." : "There are no traces: no line has a trace id, and no spans have come.",
      got.forgotten ? `${count(got.forgotten, "older trace")} are not in the list any more: search by their id.` : "",
      got.incomplete ? "There was no time for all: reload for more." : "",
      got.trouble ? `Spans are missing: ${got.trouble}` : "",
    ].filter(Boolean).join(" ");
  };
  load();
  return { element: page, close: () => {} };
}

function row(t, longest) {
  const took = h("meter", { min: 0, max: longest, value: t.duration, "aria-hidden": "true" });
  return h("tr", { class: t.failed ? "bad" : "" },
    h("th", { scope: "row" },
      h("a", { href: `/trace/${t.traceId}` }, t.name || "unnamed trace"), t.failed ? h("span", { class: "failed" }, "failed") : null,
      h("code", { class: "id" }, t.traceId)),
    h("td", { "data-label": "Services" }, t.services.join(", ") + (t.partial ? ", …" : "")),
    h("td", { "data-label": "Began" }, t.start ? `${day(t.start)} ${clock(t.start)}` : ""),
    h("td", { "data-label": "Took", class: "number" }, took, h("span", { title: t.spans ? "" : "from the first record to the last" }, `${t.spans ? "" : "≥ "}${duration(t.duration)}`)),
    h("td", { "data-label": "Spans", class: "number" }, t.spans || "–"),
    h("td", { "data-label": "Records", class: "number" }, t.records.toLocaleString("en-US")),
    h("td", { "data-label": "Errors", class: "number" }, t.errors ? t.errors.toLocaleString("en-US") : "–"));
}
