// An order that could not be placed, as three services tell of it, among others that could.
import { join } from "node:path";
import { append, indexed, post, serve, tempDir } from "./world.mjs";

const began = Date.UTC(2026, 10, 28, 9, 41, 7);

// order is the order that failed: its spans and records are at ms after it began.
export const order = {
  traceId: "7d3f8a1c5e2b49d6a0c4f1e8b6952d37",
  name: "post /orders",
  spans: [
    ["a1", "", "shop", "SERVER", "post /orders", 0, 312, { error: "payment: 402 Payment Required", "http.method": "POST", "http.status_code": "502" }],
    ["a2", "a1", "shop", "", "validate order", 2, 7, {}],
    ["a3", "a1", "shop", "CLIENT", "get /stock/{sku}", 12, 59, { "http.status_code": "200" }],
    ["b1", "a3", "stock", "SERVER", "get /stock/{sku}", 15, 53, { "http.status_code": "200" }],
    ["b2", "b1", "stock", "CLIENT", "select stock_items", 19, 39, { "db.system": "postgresql" }],
    ["a4", "a1", "shop", "CLIENT", "post /charge", 78, 219, { error: "402 Payment Required", "http.status_code": "402" }],
    ["c1", "a4", "payment", "SERVER", "post /charge", 82, 211, { error: "card declined", "http.status_code": "402" }],
    ["c2", "c1", "payment", "", "check for fraud", 86, 35, {}],
    ["c3", "c1", "payment", "CLIENT", "authorize card", 125, 163, { error: "card declined", "bank.code": "51" }],
  ],
  records: [
    ["shop", "INFO", "a1", 1, "order received", { order: 1042, customer: "c-218", amount: 129.9, currency: "EUR" }],
    ["shop", "DEBUG", "a2", 8, "order is valid", { items: 3 }],
    ["stock", "DEBUG", "b1", 17, "looking for stock", { sku: "lamp-7" }],
    ["stock", "WARN", "b2", 58, "slow query", { took: "39ms", rows: 1 }],
    ["stock", "INFO", "b1", 66, "stock reserved", { sku: "lamp-7", left: 2 }],
    ["shop", "INFO", "a1", 73, "stock is there", { sku: "lamp-7" }],
    ["payment", "INFO", "c1", 84, "charge requested", { order: 1042, amount: 129.9 }],
    ["payment", "DEBUG", "c2", 118, "no sign of fraud", { score: 0.12 }],
    ["payment", "INFO", "c3", 127, "asking the bank", { bank: "first", attempt: 1 }],
    ["payment", "WARN", "c3", 214, "the bank takes long, asking again", { bank: "first", attempt: 2 }],
    ["payment", "ERROR", "c3", 287, "card declined", { bank: "first", code: 51, reason: "insufficient funds" }],
    ["payment", "ERROR", "c1", 291, "charge failed", { order: 1042, error: "card declined", status: 402 }],
    ["shop", "ERROR", "a1", 299, "order not placed", { order: 1042, error: "payment: 402 Payment Required" }],
    ["shop", "INFO", "a1", 308, "stock released", { sku: "lamp-7" }],
  ],
};

// spanId is the id of a span of the order, as it is in its trace.
export const spanId = (id) => id && id.padStart(16, "5e0c91d27fa40000");

// record is one line as spanlog writes it.
function record(traceId, [service, level, span, at, msg, attrs]) {
  return {
    time: new Date(began + at).toISOString(), level, msg, trace_id: traceId, span_id: spanId(span), trace_flags: "01",
    "service.name": service, ...attrs,
  };
}

function zipkinSpan(traceId, [id, parent, service, kind, name, at, took, tags]) {
  return {
    traceId, id: spanId(id), ...(parent && { parentId: spanId(parent) }), ...(kind && { kind }), name,
    timestamp: (began + at) * 1000, duration: took * 1000, localEndpoint: { serviceName: service }, tags,
  };
}

// other is an order that was placed, and began so many ms before the one that failed.
function other(n, before) {
  const number = 1042 - n, amount = (1990 * n) / 100;
  return {
    traceId: String(n * 11).padStart(2, "0") + order.traceId.slice(2 * n) + order.traceId.slice(2, 2 * n),
    spans: [["d1", "", "shop", "SERVER", "post /orders", -before, 96, {}], ["d2", "d1", "payment", "SERVER", "post /charge", 30 - before, 51, {}]],
    records: [
      ["shop", "INFO", "d1", 1 - before, "order received", { order: number, customer: `c-${170 + n}`, amount, currency: "EUR" }],
      ["payment", "INFO", "d2", 32 - before, "charge requested", { order: number, amount }],
      ["payment", "INFO", "d2", 79 - before, "charge done", { order: number, bank: "first" }],
      ["shop", "INFO", "d1", 94 - before, "order placed", { order: number }],
    ],
  };
}

export const services = ["shop", "payment", "stock"];

// writeOrders writes a log of each service into a directory. It returns their paths, how many lines they
// have, and the spans for an intake.
export function writeOrders(dir) {
  const traces = [...Array.from({ length: 8 }, (_, i) => other(8 - i, 420 * (8 - i))), order];
  const records = traces.flatMap((trace) => trace.records.map((r) => record(trace.traceId, r)));
  for (const at of [-2900, -1400, -200]) {
    records.push({ time: new Date(began + at).toISOString(), level: "INFO", msg: "stock counted", "service.name": "stock", shelves: 12 });
  }
  records.sort((a, b) => a.time.localeCompare(b.time));
  const logs = services.map((service) => join(dir, `${service}.log`));
  services.forEach((service, i) => append(logs[i], ...records.filter((r) => r["service.name"] === service)));
  return { logs, lines: records.length, spans: traces.flatMap((trace) => trace.spans.map((s) => zipkinSpan(trace.traceId, s))) };
}

// serveOrders serves them, with their spans.
export async function serveOrders(t) {
  const orders = writeOrders(tempDir(t));
  const server = await serve(t, "-listen-zipkin", "127.0.0.1:0", ...orders.logs);
  await post(server.spans, orders.spans);
  await indexed(server, orders.lines);
  return { ...server, ...orders };
}
