// Traces whose spans are to come from a Zipkin server that is down, slow or mad.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { order, writeOrders } from "./orders.mjs";
import { ending, indexed, newPage, serve, tempDir } from "./world.mjs";

// zipkin is a server that answers as it is told to. It returns its address.
async function zipkin(t, answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ending(t, () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${server.address().port}`;
}

async function serveWith(t, address) {
  const orders = writeOrders(tempDir(t));
  const server = await serve(t, "-zipkin", address, ...orders.logs);
  await indexed(server, orders.lines);
  return { ...server, ...orders };
}

const silent = () => {};
const withRecords = new Set(order.records.map(([, , span]) => span)).size;
const gap = (page) => page.locator('.gaps li[data-gap="unreachable"]');

for (const [name, answer, why] of [
  ["nobody listens", null, /connection refused/],
  ["it does not answer", silent, /no answer within 5s/],
  ["it begins an answer and does not go on", (_, response) => response.write("["), /no answer within 5s/],
  ["it answers with a page", (_, response) => response.end("<html>Welcome</html>"), /invalid character '<'/],
  ["it answers with half of its JSON", (_, response) => response.end('[{"traceId":"7d'), /unexpected EOF/],
  ["it answers with other JSON", (_, response) => response.end('{"status":"UP"}'), /want an array/],
  ["it fails", (_, response) => response.writeHead(500).end("oops"), /500 Internal Server Error/],
]) {
  test(`Zipkin: if ${name}, pages have what there is and say what is missing`, async (t) => {
    const address = answer ? await zipkin(t, answer) : "http://127.0.0.1:1";
    const server = await serveWith(t, address);
    const [page, list] = [await newPage(t), await newPage(t)];
    const began = performance.now();
    await Promise.all([page.goto(`${server.pages}/trace/${order.traceId}`), list.goto(`${server.pages}/traces`)]);
    await list.getByText("9 traces shown.").waitFor();
    t.diagnostic(`the list is there after ${Math.round(performance.now() - began)} ms`);
    await gap(page).waitFor();
    t.diagnostic(`the trace is there after ${Math.round(performance.now() - began)} ms`);

    const text = await gap(page).innerText();
    assert.ok(text.includes(address), text);
    assert.match(text, why);
    assert.equal(await page.locator(".entry").count(), order.records.length);
    assert.equal(await page.locator(".row:not(.head)").count(), withRecords);
    assert.equal(await page.locator("button.span .note", { hasText: "inferred" }).count(), withRecords);
    await page.getByRole("button", { name: /^ERROR: card declined/ }).click();
    assert.match(await page.locator(".entry.chosen").innerText(), /card declined/);
    assert.equal(await page.locator(".row.chosen").count(), 1);

    assert.match(await list.locator(".traces tbody tr").first().innerText(), /failed/);
    const trouble = await list.locator(".traces-page .edge").innerText();
    assert.ok(trouble.includes(address), trouble);
  });
}

test("Zipkin: a page that was left while it answers slowly stays left", async (t) => {
  let asked = 0, release = () => {};
  const address = await zipkin(t, (_, response) => {
    asked++;
    release = () => response.end("[]");
  });
  const server = await serveWith(t, address);
  const page = await newPage(t);
  await page.goto(`${server.pages}/traces`);
  release();
  await page.getByText("9 traces shown.").waitFor();
  await page.fill("#search", order.traceId);
  const before = asked;
  await page.press("#search", "Enter");
  while (asked === before) await page.waitForTimeout(10);
  await page.getByRole("link", { name: "Logs" }).click();
  await page.locator(".logs-page .entry").first().waitFor();
  const answered = page.waitForResponse(/\/api\/trace\//);
  release();
  await (await answered).finished();
  await page.waitForTimeout(100);
  assert.equal(page.url(), `${server.pages}/`);
  assert.equal(await page.title(), "spanlog");
  assert.ok(await page.locator(".logs-page").isVisible());
});
