// Searches: how one gets to lines and traces, and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { order, serveOrders, spanId } from "./orders.mjs";
import { dark, lastInSight, newPage, screenshot, until } from "./world.mjs";

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
