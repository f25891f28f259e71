// The live tail of a log that 10,000 lines a second are written to.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { checkNumbers, goUp, lineOf, lines, openTail, press, state, wheelUp } from "./tailpage.mjs";
import { append, indexed, lastInSight, narrow, newPage, numbered, serve, tempDir, until } from "./world.mjs";
import { rate } from "./writer.mjs";

// watchRows looks at what is on the screen every 50 ms: where its rows are, how far it is
// scrolled, and how many lines are said to be new.
const watchRows = (page, samples) => page.evaluate((samples) => new Promise((resolve) => {
  const scroller = document.querySelector(".scroller");
  const { top, bottom } = scroller.getBoundingClientRect();
  const rows = [...document.querySelectorAll(".entry")].filter((row) => {
    const box = row.getBoundingClientRect();
    return box.top >= top && box.bottom <= bottom;
  });
  const seen = [];
  const timer = setInterval(() => {
    seen.push({
      tops: rows.map((row) => row.getBoundingClientRect().top),
      texts: rows.map((row) => row.textContent),
      scrollTop: scroller.scrollTop,
      news: Number(document.querySelector(".news:not([hidden])")?.textContent.replace(/\D/g, "") ?? 0),
    });
    if (seen.length < samples) return;
    clearInterval(timer);
    resolve(seen);
  }, 50);
}), samples);

// checkStill checks that nothing has moved, and returns by how much the number of new lines grew.
function checkStill(seen) {
  assert.ok(seen[0].tops.length > 5, `${seen[0].tops.length} rows are on the screen`);
  seen.forEach(({ tops, texts, scrollTop, news }, i) => {
    assert.deepEqual(tops, seen[0].tops, `rows have moved at look ${i}`);
    assert.deepEqual(texts, seen[0].texts, `rows have changed at look ${i}`);
    assert.equal(scrollTop, seen[0].scrollTop, `the list is scrolled at look ${i}`);
    assert.ok(i === 0 || news >= seen[i - 1].news, `${news} new after ${seen[i - 1]?.news}`);
  });
  return seen.at(-1).news - seen[0].news;
}

for (const [name, samples, options] of [["on a wide screen", 70, {}], ["on a narrow screen", 40, narrow]]) {
  test(`under ${rate} lines a second, rows stay where they are while the reader has scrolled up, ${name}`, async (t) => {
    const { page, writer } = await openTail(t, options);
    await state(page, "live");
    await wheelUp(page, 400);
    await state(page, "held while you read");
    await page.waitForTimeout(300); // the wheel comes to rest
    const before = { lines: writer.written(), at: performance.now() };
    const seen = await watchRows(page, samples);
    const written = writer.written() - before.lines, seconds = (performance.now() - before.at) / 1000;
    t.diagnostic(`${seen[0].tops.length} rows watched ${seen.length} times while ${Math.round(written / seconds)} lines a second came`);
    assert.ok(written >= 0.9 * rate * seconds, `no more than ${written} lines were written in ${seconds} s`);
    const more = checkStill(seen);
    assert.ok(more > 0.5 * written, `${more} are said to be new of ${written}`);

    await press(page, ".news");
    await state(page, "live");
    assert.ok(await page.locator(".news").isHidden());
    const last = await writer.stop() - 1;
    await page.locator(".entry", { hasText: lineOf(last) }).waitFor();
    assert.ok(await lastInSight(page), "the last line is in sight");
  });
}

// Bars around the list change their height when they have more to tell.
test(`under ${rate} lines a second, the list stays live while nobody touches it, on a narrow screen`, async (t) => {
  const { page, writer } = await openTail(t, narrow);
  await until("the list has gone on for a while", () => writer.written() > 2.5 * rate);
  assert.equal(await page.textContent(".state"), "live");
  await page.setViewportSize({ width: 844, height: 390 });
  const last = await writer.stop() - 1;
  await page.locator(".entry", { hasText: lineOf(last) }).waitFor();
  assert.equal(await page.textContent(".state"), "live");
});

test("older lines come in above, and the others stay where they are", async (t) => {
  const log = join(tempDir(t), "app.log");
  append(log, ...Array.from({ length: 3000 }, (_, i) => numbered(i)));
  const server = await serve(t, log);
  await indexed(server, 3000);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.locator(".entry").first().waitFor();
  await page.evaluate(() => { document.querySelector(".scroller").scrollTop -= 1000; });
  await state(page, "held");
  const moved = await page.evaluate(async () => {
    const scroller = document.querySelector(".scroller"), rows = document.querySelectorAll(".entry");
    scroller.scrollTop = 500;
    const row = rows[30], top = row.getBoundingClientRect().top;
    for (const n = rows.length; document.querySelectorAll(".entry").length === n;) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return row.getBoundingClientRect().top - top;
  });
  assert.ok(Math.abs(moved) < 1, `they have moved by ${moved} pixels`);
});

const middle = async (page) => {
  const box = await page.locator(".scroller").boundingBox();
  return { x: box.x, y: box.y + box.height / 2 };
};

test("what a reader does holds the list, and Space goes on", async (t) => {
  const { page, writer } = await openTail(t);
  for (const [name, hold] of [
    ["opens a line", async () => {
      const { x, y } = await middle(page);
      await page.mouse.click(x + 400, y);
      await page.locator(".details").waitFor();
    }],
    ["marks text", async () => {
      const { x, y } = await middle(page);
      await page.mouse.move(x + 270, y);
      await page.mouse.down();
      await page.mouse.move(x + 360, y, { steps: 5 });
      await page.mouse.up();
      assert.match(await page.evaluate(() => String(getSelection())), /\w/);
    }],
    ["presses Space", () => page.keyboard.press("Space")],
    ["presses Hold", () => press(page, ".hold")],
    ["goes to the first line", () => page.keyboard.press("g")],
  ]) {
    await state(page, "live");
    const open = await page.locator(".details").count();
    await hold();
    // One that was open before may have gone out at the top meanwhile.
    if (name !== "opens a line") assert.ok(await page.locator(".details").count() <= open, `${name}: no line is opened`);
    await state(page, "held");
    await until("no older lines come in", async () => await page.evaluate(() => document.querySelector(".scroller").scrollTop) > 600);
    const seen = await watchRows(page, 10);
    assert.ok(checkStill(seen) > 0, `${name}: lines come`);
    await press(page, ".state"); // away from buttons, and what is marked
    await page.keyboard.press("Space");
  }
  await state(page, "live");
  const last = await writer.stop() - 1;
  await page.locator(".entry", { hasText: lineOf(last) }).waitFor();
});

test("a small turn of the wheel holds the list", async (t) => {
  const { page } = await openTail(t);
  for (let i = 0; i < 5; i++) {
    await state(page, "live");
    await wheelUp(page, 50);
    await state(page, "held while you read");
    await page.keyboard.press("G");
  }
});

test("scrolled down to its end, the list goes on", async (t) => {
  const { page, writer } = await openTail(t);
  await wheelUp(page, 400);
  await state(page, "held while you read");
  await wheelUp(page, -100_000);
  await state(page, "live");
  const last = await writer.stop() - 1;
  await page.locator(".entry", { hasText: lineOf(last) }).waitFor();
});

test("looking at another tab and back moves nothing and loses nothing", async (t) => {
  const log = join(tempDir(t), "app.log");
  append(log, ...Array.from({ length: 300 }, (_, i) => numbered(i)));
  const server = await serve(t, log);
  await indexed(server, 300);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.locator("#status-text", { hasText: "300 lines" }).waitFor();
  await wheelUp(page, 400);
  await state(page, "held while you read");
  await page.waitForTimeout(300); // the wheel comes to rest
  const before = await page.evaluate(() => document.querySelector(".scroller").scrollTop);
  // Other tabs do not hide one in this browser.
  const hide = (hidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await hide(true);
  await hide(false);
  await hide(true);
  append(log, numbered(300), numbered(301));
  await indexed(server, 302);
  await hide(false);
  await page.locator(".news").waitFor();
  await page.waitForTimeout(600); // a message or two
  assert.equal(await page.locator(".news").innerText(), "2 new ↓");
  assert.equal(await page.evaluate(() => document.querySelector(".scroller").scrollTop), before);
  await press(page, ".news");
  await page.locator(".entry", { hasText: lineOf(301) }).waitFor();
  await goUp(page, 60);
  assert.equal(checkNumbers(await lines(page)), 302);
});

test("ten minutes ago is the same time for all of a list", async (t) => {
  const log = join(tempDir(t), "app.log");
  append(log, ...Array.from({ length: 1000 }, (_, i) => numbered(i)));
  const server = await serve(t, log);
  await indexed(server, 1000);
  const page = await newPage(t);
  const times = [];
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (address.pathname === "/api/search") times.push(Number(address.searchParams.get("now")));
  });
  const before = Date.now();
  await page.goto(`${server.pages}/?q=since:10m`);
  await page.locator(".entry").first().waitFor();
  await goUp(page, 600);
  assert.ok(times.length > 2 && times[0] >= before * 1000 - 1e6, `${times}`);
  assert.deepEqual(times, Array(times.length).fill(times[0]));
});
