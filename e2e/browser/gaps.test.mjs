// What pages say of what they do not have.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { append, indexed, newPage, numbered, post, serve, tempDir } from "./world.mjs";

const traceId = "5f".repeat(16);
const began = Date.UTC(2026, 10, 28, 12);

const record = (msg, flags, spanId) => ({
  time: new Date(began).toISOString(), level: "INFO", msg, trace_id: traceId, span_id: spanId, trace_flags: flags, "service.name": "shop",
});

const span = (id, parentId, name) => ({
  traceId, id, ...(parentId && { parentId }), name, timestamp: began * 1000, duration: 5000, localEndpoint: { serviceName: "shop" },
});

// openTrace serves records and spans, and opens their trace.
async function openTrace(t, args, records, spans) {
  const log = join(tempDir(t), "app.log");
  append(log, ...records);
  const server = await serve(t, ...args, log);
  if (spans.length) await post(server.spans, spans);
  await indexed(server, records.length);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${traceId}`);
  await page.locator(".trace-page").waitFor();
  return page;
}

const listen = ["-listen-zipkin", "127.0.0.1:0"];
const [one, two, three] = ["1", "2", "3"].map((digit) => digit.padStart(16, "0"));

for (const { name, args = listen, records, spans = [], kind, text, note } of [
  { name: "a trace that was not sampled", records: [record("hello", "00", one)], kind: "unsampled", text: /was not sampled.*trace_flags=00/, note: "inferred" },
  { name: "a trace whose spans have not come", records: [record("hello", "01", one)], kind: "unknown", text: /is not known to/, note: "inferred" },
  { name: "a trace for whose spans nobody was asked", args: [], records: [record("hello", "01", one)], kind: "no-source", text: /-zipkin URL/, note: "inferred" },
  { name: "a span whose parent is missing", records: [record("hello", "01", two)], spans: [span(two, one, "below")], kind: "missing-parent", text: /1 span of shop has a parent that is not there/, note: "parent missing" },
  { name: "records of a span that has not come", records: [record("hello", "01", two)], spans: [span(one, "", "root")], kind: "unknown-spans", text: /1 record is of 1 span/, note: "inferred" },
  { name: "a record without a span", records: [record("hello", "01", undefined)], spans: [span(one, "", "root")], kind: "no-span", text: /1 record has no span id/ },
  { name: "a span without a time", records: [record("hello", "01", three)], spans: [span(one, "", "root"), { ...span(three, one, "timeless"), timestamp: 0 }], kind: "no-time", text: /1 span has no time/, note: "no time" },
]) {
  test(`honest about ${name}`, async (t) => {
    const page = await openTrace(t, args, records, spans);
    const gaps = page.locator(".gaps li");
    assert.equal(await gaps.count(), 1);
    assert.equal(await gaps.getAttribute("data-gap"), kind);
    assert.match(await gaps.innerText(), text);
    assert.equal(await page.locator(".entry").count(), records.length);
    if (note) assert.ok(await page.locator(".row .note", { hasText: note }).isVisible(), note);
  });
}

test("honest about lines without a trace: the footer tells why", async (t) => {
  const log = join(tempDir(t), "app.log");
  append(log, record("hello", "01", one));
  const server = await serve(t, log);
  await indexed(server, 1);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.locator("#status-text", { hasText: "1 line" }).waitFor();
  assert.equal(await page.textContent("#status-hint"), "");
  append(log, numbered(1), numbered(2));
  await page.locator("#status-hint", { hasText: "2 lines without a trace: slog.Info carries no context, slog.InfoContext does" }).waitFor();
});

test("honest about an empty log, until lines come", async (t) => {
  const log = join(tempDir(t), "app.log");
  append(log);
  const server = await serve(t, log);
  const page = await newPage(t);
  await page.goto(server.pages);
  const empty = page.getByText("The log is empty.");
  await empty.waitFor();
  append(log, numbered(1));
  await page.locator(".entry").waitFor();
  assert.ok(await empty.isHidden(), "it says that it is empty");
});
