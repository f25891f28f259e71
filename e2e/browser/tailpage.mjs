// The log page while a writer is at work.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { newPage, serve, tempDir, until } from "./world.mjs";
import { write } from "./writer.mjs";

export const lineOf = (n) => new RegExp(`line ${n}\\b`);
export const state = (page, text) => page.locator(".state", { hasText: text }).waitFor();

// openTail opens the log of a writer that is at work.
export async function openTail(t, options) {
  const log = join(tempDir(t), "app.log");
  writeFileSync(log, "");
  const server = await serve(t, log);
  const page = await newPage(t, options);
  await page.goto(server.pages);
  const writer = write(t, log);
  await page.waitForFunction(() => document.querySelectorAll(".entry").length > 100);
  return { log, server, page, writer };
}

// press clicks on an element. It does not wait until the page has nothing to do.
export async function press(page, selector) {
  await page.locator(selector).waitFor();
  const box = await page.locator(selector).boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

// wheelUp turns the wheel over the lines.
export async function wheelUp(page, pixels) {
  const box = await page.locator(".scroller").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, -pixels);
}

// lines are the numbers on the page from above to below, and how many passed by where there is a gap.
export const lines = (page) => page.evaluate(() => [...document.querySelectorAll(".entry, .gap")].map((row) => (
  row.matches(".gap") ? { gap: Number(row.textContent.replace(/\D/g, "")) } : { n: Number(/line (\d+)/.exec(row.textContent)[1]) })));

// checkNumbers checks that each number comes after the one before it, or after a gap of the right size,
// and returns the one that comes next.
export function checkNumbers(list) {
  const parts = []; // {first, last, gap before it}
  let gap = 0;
  for (const line of list) {
    const part = parts.at(-1);
    if (line.gap !== undefined) gap += line.gap;
    else if (part && !gap && part.last + 1 === line.n) part.last++;
    else {
      parts.push({ gap, first: line.n, last: line.n });
      gap = 0;
    }
  }
  const words = () => parts.map((p) => `${p.gap ? `(${p.gap}) ` : ""}${p.first}–${p.last}`).join(", ");
  parts.forEach((p, i) => assert.ok(i === 0 || p.first === parts[i - 1].last + 1 + p.gap, `lines are missing or doubled: ${words()}`));
  return parts.at(-1).last + 1;
}

// goUp scrolls up until so many more rows are there.
export async function goUp(page, rows) {
  const want = rows + await page.locator(".entry").count();
  await until(`${want} rows are there`, async () => {
    await page.evaluate(() => { document.querySelector(".scroller").scrollTop = 0; });
    return await page.locator(".entry").count() >= want;
  });
}
