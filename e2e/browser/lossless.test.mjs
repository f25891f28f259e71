// Nothing is lost of a log that 10,000 lines a second are written to: what the tail leaves out is told,
// and found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNumbers, goUp, lineOf, lines, openTail, state, wheelUp } from "./tailpage.mjs";
import { get, indexed, until } from "./world.mjs";
import { rate } from "./writer.mjs";

test("nothing is lost of what came while the list was held", async (t) => {
  const { server, page, writer } = await openTail(t);
  await wheelUp(page, 400);
  await state(page, "held");
  await until("more came than the page keeps", async () => Number((await page.locator(".news").innerText()).replace(/\D/g, "")) > 2.5 * rate);
  const total = await writer.stop();
  const last = page.locator(".entry", { hasText: lineOf(total - 1) });

  await t.test("the page has each line once", async () => {
    await indexed(server, total);
    await page.waitForTimeout(600); // a message or two
    await page.locator(".news").click();
    await last.waitFor();
    assert.equal(checkNumbers(await lines(page)), total);
    await goUp(page, 500);
    assert.equal(checkNumbers(await lines(page)), total);
  });

  await t.test("opened again, it has each line once, without a gap", async () => {
    await page.reload();
    await last.waitFor();
    await goUp(page, 800);
    const list = await lines(page);
    assert.ok(list.every((line) => line.gap === undefined), "no gaps");
    assert.ok(list.length >= 1000);
    assert.equal(checkNumbers(list), total);
  });

  await t.test("pages of a search have each line once", async () => {
    let expected = total;
    for (let cursor = "", more = true; more;) {
      const got = await get(`${server.pages}/api/search?${new URLSearchParams({ cursor })}`);
      for (const e of got.entries) assert.equal(Number(e.attrs.find((a) => a.key === "n").value), --expected);
      ({ next: cursor, more } = got);
    }
    assert.equal(expected, 0);
  });
});

test("nothing is lost of what passed by: it is counted, and shown when wanted", async (t) => {
  const { page, writer } = await openTail(t);
  const first = await page.locator(".entry").first().innerText();
  await until("the first rows have gone", async () => await page.locator(".entry").first().innerText() !== first);
  const total = await writer.stop();
  await page.locator(".entry", { hasText: lineOf(total - 1) }).waitFor();
  const list = await lines(page);
  assert.ok(list.filter((line) => line.gap).length > 3, "lines passed by");
  assert.equal(checkNumbers(list), total);
  // Above the first line of all, there is what the list had to leave out.
  await goUp(page, 300);
  assert.equal(checkNumbers(await lines(page)), total);

  const before = await page.locator(".gap").last().evaluate((gap) => Number(/line (\d+)/.exec(gap.nextElementSibling.textContent)[1]));
  await page.locator(".gap .line").last().click();
  await page.locator(".entry", { hasText: lineOf(before - 1) }).waitFor();
  await goUp(page, 300);
  const shown = await lines(page);
  assert.ok(shown.every((line) => line.gap === undefined), "no gaps");
  checkNumbers(shown);

  await page.locator(".news").click();
  await page.locator(".entry", { hasText: lineOf(total - 1) }).waitFor();
  await state(page, "live");
});
