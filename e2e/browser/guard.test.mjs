// No page of ours asks for anything elsewhere, and no page elsewhere can have anything of ours. The first
// is checked of every page in all tests: see watch.mjs. Here it is shown that this would be seen.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { states } from "./looks.mjs";
import { order, serveOrders } from "./orders.mjs";
import { ending, newPage } from "./world.mjs";
import { watch } from "./watch.mjs";

// elsewhere is the address of another server, and how often it was asked for something.
async function elsewhere(t) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>elsewhere</title><link rel=icon href=data:,>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ending(t, () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return { address: `http://127.0.0.1:${server.address().port}`, asked };
}

test("no request leaves any page, and each answer has the policy", async (t) => {
  const server = { ...await serveOrders(t), traceId: order.traceId };
  const page = await newPage(t, { expected: /status of 400/ });
  const asked = new Set();
  const policies = new Map(); // by path
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  page.on("response", (response) => policies.set(new URL(response.url()).pathname, response.headers()["content-security-policy"]));
  for (const open of Object.values(states)) await open(page, server, t);
  assert.deepEqual([...asked], [server.pages, "null"], "the origin of a saved page is null");
  for (const path of ["/", "/traces", `/trace/${order.traceId}`, "/assets/app.js", "/api/status", "/api/check", "/api/traces"]) assert.ok(policies.has(path), path);
  for (const [path, policy] of policies) {
    if (path.endsWith(".html")) continue; // a saved page has its policy in the document
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, path);
    assert.doesNotMatch(policy, /unsafe|\*|http|data:/, path);
  }
});

test("a request that leaves would be seen, and the policy stops it", async (t) => {
  const server = await serveOrders(t);
  const other = await elsewhere(t);
  const page = await newPage(t, { freely: true });
  const { wrong } = watch(page);
  await page.goto(server.pages);
  await page.evaluate((address) => fetch(`${address}/stolen`).catch(() => {}), other.address);
  await page.evaluate((address) => new Promise((resolve) => {
    const image = new Image();
    image.onload = image.onerror = resolve;
    image.src = `${address}/stolen.png`;
  }), other.address);
  assert.ok(wrong.some((text) => /a request to .*\/stolen/.test(text)) || wrong.some((text) => /Content Security Policy/.test(text)), String(wrong));
  assert.deepEqual(other.asked, []);
});

test("markup in the page would be seen, and the policy stops it", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t, { freely: true });
  const { wrong } = watch(page);
  await page.goto(server.pages);
  for (const markup of [
    () => { document.body.innerHTML = "<img src=x onerror=window.hacked=1>"; },
    () => { document.body.setAttribute("onclick", "window.hacked=1"); },
    () => { document.body.append(Object.assign(document.createElement("script"), { textContent: "window.hacked=1" })); },
    () => { setTimeout("window.hacked=1"); },
  ]) {
    const before = wrong.length;
    await page.evaluate(markup).catch(() => {});
    assert.ok(wrong.length > before, `nobody complains of ${markup}`);
  }
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test("a page elsewhere cannot have the log", async (t) => {
  const server = await serveOrders(t);
  const other = await elsewhere(t);
  const page = await newPage(t, { freely: true });
  await page.goto(other.address);
  const got = await page.evaluate(async (pages) => {
    const results = [];
    for (const path of ["/api/search", "/api/status", "/api/tail", "/"]) {
      results.push(await fetch(pages + path).then((response) => response.text(), () => "refused"));
    }
    results.push(await new Promise((resolve) => {
      const source = new EventSource(`${pages}/api/tail`);
      source.addEventListener("page", () => resolve("a page of the tail"));
      source.onerror = () => resolve("refused");
    }));
    results.push(await new Promise((resolve) => {
      const script = document.createElement("script");
      script.onload = () => resolve("a script");
      script.onerror = () => resolve("refused");
      script.src = `${pages}/assets/app.js`;
      document.head.append(script);
    }));
    return results;
  }, server.pages);
  assert.deepEqual(got, Array(6).fill("refused"));

  await page.evaluate((pages) => {
    const frame = document.createElement("iframe");
    frame.src = pages;
    document.body.append(frame);
    return new Promise((resolve) => { frame.onload = resolve; });
  }, server.pages);
  const frame = page.frames()[1];
  assert.ok(!frame.url().startsWith(server.pages), `the frame shows ${frame.url()}`);
});

test("a link from elsewhere leads to a trace", async (t) => {
  const server = await serveOrders(t);
  const other = await elsewhere(t);
  const page = await newPage(t, { freely: true });
  await page.goto(other.address);
  await page.evaluate((address) => {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = "trace";
    document.body.append(link);
  }, `${server.pages}/trace/${order.traceId}`);
  await page.getByRole("link", { name: "trace" }).click();
  await page.locator(".trace-page h1", { hasText: order.name }).waitFor();
});
