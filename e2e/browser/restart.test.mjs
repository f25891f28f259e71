// A log that is rotated or cut while it is looked at, and a server that ends and comes back.
import assert from "node:assert/strict";
import { renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { append, indexed, newPage, numbered, serve, tempDir } from "./world.mjs";

const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
const shown = (page) => page.locator(".entry .message").evaluateAll((all) => all.map((e) => Number(e.textContent.replace("line ", ""))));
const line = (page, n) => page.locator(".entry", { hasText: new RegExp(`line ${n}\\b`) });

async function openLog(t, options) {
  const log = join(tempDir(t), "app.log");
  append(log, ...numbers(0, 50).map(numbered));
  const server = await serve(t, log);
  await indexed(server, 50);
  const page = await newPage(t, options);
  await page.goto(server.pages);
  await line(page, 49).waitFor();
  return { log, server, page };
}

test("the tail goes on when the log is rotated, and nothing is lost", async (t) => {
  const { log, page } = await openLog(t);
  for (let round = 1; round <= 3; round++) {
    append(log, ...numbers(50 * round, 50 * round + 25).map(numbered));
    renameSync(log, log.replace("app.log", `app.log.${4 - round}`));
    append(log, ...numbers(50 * round + 25, 50 * round + 50).map(numbered));
    await line(page, 50 * round + 49).waitFor();
  }
  assert.deepEqual(await shown(page), numbers(0, 200));
  await page.reload();
  await line(page, 199).waitFor();
  assert.deepEqual(await shown(page), numbers(0, 200));
});

test("the tail goes on when the log is cut, and says what is gone", async (t) => {
  const { log, server, page } = await openLog(t);
  truncateSync(log);
  append(log, ...numbers(50, 70).map(numbered));
  await line(page, 69).waitFor();
  assert.deepEqual(await shown(page), numbers(0, 70));
  await indexed(server, 70);
  await page.reload();
  await line(page, 69).waitFor();
  assert.deepEqual(await shown(page), numbers(50, 70));
  await page.getByText("50 lines are not to be found any more").waitFor();
});

test("the page tells that the server has ended, and goes on by itself when it is back", async (t) => {
  const { log, server, page } = await openLog(t, { expected: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/ });
  await server.stop();
  await page.locator(".state", { hasText: "not connected" }).waitFor();
  await page.getByRole("alert").filter({ hasText: "spanlog does not answer" }).waitFor();
  assert.deepEqual(await shown(page), numbers(0, 50), "what was there is there still");

  append(log, ...numbers(50, 60).map(numbered));
  const again = await serve(t, "-listen", new URL(server.pages).host, log);
  await page.locator(".state", { hasText: "live" }).waitFor();
  await line(page, 59).waitFor();
  append(log, numbered(60));
  await line(page, 60).waitFor();
  await indexed(again, 61);
  assert.deepEqual(await shown(page), numbers(0, 61));
  assert.ok(await page.getByRole("alert").isHidden(), "the error has gone");
});

test("while somebody reads, nothing moves when the server ends and is back", async (t) => {
  const { log, server, page } = await openLog(t, { expected: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/ });
  await page.evaluate(() => { document.querySelector(".scroller").scrollTop = 100; });
  await page.locator(".state", { hasText: "held while you read" }).waitFor();
  await line(page, 20).locator(".line").click();
  await page.locator(".details").waitFor();
  // The error above the list takes its place, so what counts is where rows are within it.
  const place = () => page.evaluate(() => {
    const scroller = document.querySelector(".scroller");
    return [scroller.scrollTop, document.querySelector(".details").offsetTop, document.querySelectorAll(".entry").length];
  });
  const before = await place();
  await server.stop();
  await page.locator(".state", { hasText: "not connected" }).waitFor();
  await page.getByRole("alert").waitFor();
  assert.deepEqual(await place(), before);
  await serve(t, "-listen", new URL(server.pages).host, log);
  await page.locator(".state", { hasText: "held" }).waitFor();
  append(log, numbered(50));
  await page.locator(".news", { hasText: "new" }).waitFor();
  assert.deepEqual(await place(), before);
  await page.locator(".news").click();
  await line(page, 50).waitFor();
  assert.deepEqual(await shown(page), numbers(0, 51));
});

test("the list of traces tells that the server has ended", async (t) => {
  const { server, page } = await openLog(t, { expected: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/ });
  await page.getByRole("link", { name: "Traces" }).click();
  await page.getByText("There are no traces").waitFor();
  await server.stop();
  await page.getByRole("button", { name: "Reload" }).click();
  await page.getByRole("alert").filter({ hasText: "spanlog does not answer" }).waitFor();
});
