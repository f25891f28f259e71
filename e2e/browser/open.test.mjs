// Searches: how one gets to lines and traces, and back.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { order, serveOrders, spanId } from "./orders.mjs";
import { append, dark, indexed, lastInSight, newPage, post, screenshot, serve, tempDir, until } from "./world.mjs";

// search types a search and presses Enter.
async function search(page, text) {
  await page.fill("#search", text);
  await page.press("#search", "Enter");
}

// shown waits until so many lines are there, and returns their texts.
async function shown(page, n) {
  await page.waitForFunction((n) => document.querySelectorAll(".logs-page .entry").length === n, n);
  return page.locator(".logs-page .entry").allInnerTexts();
}

test("the log page shows the newest lines", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t, dark);
  await page.goto(server.pages);
  const lines = await shown(page, server.lines);
  assert.match(lines.at(-1), /stock released/);
  assert.equal(await page.textContent(".state"), "live");
  await page.locator("#status-text", { hasText: "lines" }).waitFor();
  assert.ok(await lastInSight(page), "the last line is in sight as a whole");
  assert.match(await page.textContent("#status-text"), new RegExp(`3 logs · ${server.lines} lines`));
  await screenshot(page, "serve-logs.png");
});

test("the newest line stays in sight when the window gets smaller", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  await shown(page, server.lines);
  await page.setViewportSize({ width: 900, height: 400 });
  await until("the last line is in sight", () => lastInSight(page));
  assert.equal(await page.textContent(".state"), "live");
});

test("searches find lines, and the address has them", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  for (const [text, n, last] of [
    ["level>=warn", 5, "order not placed"],
    ["level>=error", 3, "order not placed"],
    ["sku=lamp-7", 4, "stock released"],
    ["declined", 2, "charge failed"],
    ['"card declined" code=51', 1, "insufficient funds"],
    ["service=stock -counted", 3, "stock reserved"],
    ["nothing-like-that", 0],
  ]) {
    await search(page, text);
    await page.waitForURL(`${server.pages}/?${new URLSearchParams({ q: text })}`);
    const lines = await shown(page, n);
    if (last) assert.match(lines.at(-1), new RegExp(last), text);
  }
  await page.getByText("Nothing is found.").waitFor();
});

test("a search survives reload, Back and Forward", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  await search(page, "level>=warn");
  await shown(page, 5);
  await page.reload();
  await shown(page, 5);
  assert.equal(await page.inputValue("#search"), "level>=warn");
  await search(page, "sku=lamp-7");
  await shown(page, 4);
  await page.goBack();
  await shown(page, 5);
  assert.equal(await page.inputValue("#search"), "level>=warn");
  await page.goForward();
  await shown(page, 4);
  assert.equal(await page.inputValue("#search"), "sku=lamp-7");
});

for (const [name, text] of [
  ["a whole traceparent", `00-${order.traceId}-${spanId("c3")}-01`],
  ["a trace id", order.traceId],
  ["a trace id in capitals with blanks around it", ` ${order.traceId.toUpperCase()} `],
]) {
  test(`a search for ${name} leads to the trace`, async (t) => {
    const server = await serveOrders(t);
    const page = await newPage(t);
    await page.goto(server.pages);
    await search(page, text);
    await page.waitForURL(`${server.pages}/trace/${order.traceId}`);
    assert.match(await page.textContent(".trace-page h1"), /post \/orders/);
    await page.goBack();
    await shown(page, server.lines);
  });
}

test("a chosen span and its records survive reload and Back", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${order.traceId}`);
  await page.locator("button.span", { hasText: "authorize card" }).click();
  const address = `${server.pages}/trace/${order.traceId}?span=${spanId("c3")}`;
  await page.waitForURL(address);
  await page.reload();
  await page.locator(".row.chosen", { hasText: "authorize card" }).waitFor();
  assert.equal(await page.locator(".trace-page .entry").count(), 3);
  await page.getByRole("link", { name: "Logs" }).click();
  await shown(page, server.lines);
  await page.goBack();
  await page.waitForURL(address);
  await page.locator(".row.chosen", { hasText: "authorize card" }).waitFor();
  assert.equal(await page.locator(".trace-page .entry").count(), 3);
});

test("a line leads to its trace and span", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/?q=code%3D51`);
  await page.locator(".to-trace").click();
  await page.waitForURL(`${server.pages}/trace/${order.traceId}?span=${spanId("c3")}`);
  await page.locator(".row.chosen", { hasText: "authorize card" }).waitFor();
});

test("a bad search shows what is wrong with it", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t, { expected: /status of 400/ });
  await page.goto(server.pages);
  await search(page, "level>=wran");
  await page.getByRole("alert").filter({ hasText: "level>=wran" }).waitFor();
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "level>=wran" }).waitFor();
  await search(page, "level>=warn");
  await shown(page, 5);
  assert.ok(await page.getByRole("alert").isHidden(), "the error has gone");
});

test("a trace that is not there says so", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t, { expected: /status of 40[04]/ });
  await page.goto(`${server.pages}/trace/${"ab".repeat(16)}`);
  await page.getByRole("alert").filter({ hasText: "neither records nor spans are found" }).waitFor();
  await page.goto(`${server.pages}/trace/xyz`);
  await page.getByRole("alert").filter({ hasText: "xyz" }).waitFor();
});

test("an opened line narrows the search", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/?q=lamp-7`);
  await shown(page, 4);
  const line = page.locator(".entry", { hasText: "stock is there" });
  await line.locator(".line").click();
  await line.getByRole("button", { name: "Only lines with this service" }).click();
  await page.waitForURL(`${server.pages}/?${new URLSearchParams({ q: "lamp-7 service=shop" })}`);
  await shown(page, 2);
  await page.getByRole("button", { name: /^Only error/ }).or(page.locator(".chip.band-error")).click();
  await page.waitForURL(`${server.pages}/?${new URLSearchParams({ q: "lamp-7 service=shop level>=error" })}`);
  await shown(page, 0);
});

test("the link to the content leads there, and the page stays as it is", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/?q=level%3E%3Dwarn`);
  await shown(page, 5);
  await page.locator(".entry .line").last().click();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/#main$/);
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null), "the focus is in the content");
  assert.equal(await page.locator(".entry .details").count(), 1, "the line is still open");
  await page.goBack();
  assert.equal(await page.locator(".entry .details").count(), 1, "the line is still open");
  assert.deepEqual(asked.filter((address) => /tail/.test(address)), []);
  await page.goBack();
  await page.goForward();
  await shown(page, 5);
});

test("an order of traces that is none is an error, with a way out", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t, { expected: /status of 400/ });
  await page.goto(`${server.pages}/traces?order=foo`);
  await page.getByRole("alert").filter({ hasText: 'order: "foo"' }).waitFor();
  assert.equal(await page.getByText("Looking").count(), 0);
  await page.getByRole("link", { name: "The list in its usual order" }).click();
  await page.getByText("9 traces shown.").waitFor();
  assert.equal(page.url(), `${server.pages}/traces`);
  assert.ok(await page.getByRole("alert").isHidden(), "the error has gone");
});

for (const [what, address, leave] of [
  ["of the list of traces", "/traces", "/api/traces*"],
  ["of a trace", `/trace/${order.traceId}`, "/api/trace/*"],
  ["of a search", "/?q=level%3E%3Dwran", "/api/check*"],
]) {
  test(`an error ${what} that was left does not show on the next page`, async (t) => {
    const server = await serveOrders(t);
    const page = await newPage(t, { expected: /status of (400|500)/ });
    const held = new Promise((resolve) => page.route(server.pages + leave, resolve));
    await page.goto(server.pages + address);
    const route = await held;
    await page.getByRole("link", { name: "Logs" }).click();
    await shown(page, server.lines);
    const answered = page.waitForResponse(server.pages + leave);
    await route.fulfill({ status: 500, json: { error: "too late" } });
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.equal(await page.textContent("#search-error"), "");
    await page.unroute(server.pages + leave);
  });
}

// A call whose two ends tell of one span, as with B3.
const call = "ca11".repeat(4);

async function serveCall(t) {
  const log = join(tempDir(t), "app.log");
  const at = Date.UTC(2026, 10, 28, 12);
  const span = (service, kind, ms, shared) => ({
    traceId: order.traceId, id: call, name: `${kind} of ${service}`.toLowerCase(), kind, ...(shared && { shared }), timestamp: (at + ms) * 1000, duration: 9000, localEndpoint: { serviceName: service },
  });
  const record = (service, ms) => ({ time: new Date(at + ms).toISOString(), level: "INFO", msg: `hello from ${service}`, trace_id: order.traceId, span_id: call, "service.name": service });
  append(log, record("shop", 1), record("payment", 2));
  const server = await serve(t, "-listen-zipkin", "127.0.0.1:0", log);
  await post(server.spans, [span("shop", "CLIENT", 0), span("payment", "SERVER", 1, true), span("stock", "SERVER", 3, true)]);
  await indexed(server, 2);
  return server;
}

test("the address says which half of a call is chosen", async (t) => {
  const server = await serveCall(t);
  const page = await newPage(t);
  const chosen = page.locator(".row.chosen");
  for (const [name, query] of [
    ["client of shop", "half=client"],
    ["server of payment", "half=server&service=payment"],
    ["server of stock", "half=server&service=stock"],
  ]) {
    await page.goto(`${server.pages}/trace/${order.traceId}`);
    await page.locator("button.span", { hasText: name }).click();
    await page.waitForURL(`${server.pages}/trace/${order.traceId}?span=${call}&${query}`);
    await page.reload();
    assert.match(await chosen.innerText(), new RegExp(name));
    assert.equal(page.url(), `${server.pages}/trace/${order.traceId}?span=${call}&${query}`);
  }
  for (const [query, name] of [["", "client of shop"], ["&half=server", "server of payment"], ["&service=Payment", "server of payment"], ["&half=consumer", "client of shop"]]) {
    await page.goto(`${server.pages}/trace/${order.traceId}?span=${call}${query}`);
    assert.match(await chosen.innerText(), new RegExp(name), query);
  }
  await page.goto(`${server.pages}/?q=hello`);
  await page.locator(".entry", { hasText: "hello from payment" }).locator(".to-trace").click();
  assert.match(await chosen.innerText(), /server of payment/, "a line leads to its own half");
});
