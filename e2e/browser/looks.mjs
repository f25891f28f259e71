// The pages in a state in which they have much to show, and the ways of looking at them.
import { pathToFileURL } from "node:url";
import { saveHTML } from "./export.mjs";
import { dark, narrow, newPage, tempDir } from "./world.mjs";

export const looks = { light: {}, dark, narrow };

// states open a page of a server that has a trace.
export const states = {
  async "the log, a line open"(page, server) {
    await page.goto(server.pages);
    await page.locator("#status-text", { hasText: "lines" }).waitFor();
    await page.locator(".entry").nth(3).locator(".line").press("Enter");
    await page.locator(".details").waitFor();
  },
  async "the log, with an error"(page, server) {
    await page.goto(`${server.pages}/?q=level%3E%3Dwran`);
    await page.getByRole("alert").waitFor();
  },
  async "the list of traces"(page, server) {
    await page.goto(`${server.pages}/traces`);
    await page.locator(".traces tbody tr").first().waitFor();
  },
  async "a trace, a span chosen and a line open"(page, server) {
    await page.goto(`${server.pages}/trace/${server.traceId}`);
    await page.locator("button.span").last().click();
    await page.locator(".entry .line").first().press("Enter");
    await page.locator(".entry .details").waitFor();
  },
  async "help"(page, server) {
    await page.goto(server.pages);
    await page.locator(".entry").first().waitFor();
    await page.keyboard.press("?");
    await page.locator("#help").waitFor();
  },
  async "a saved trace, a span chosen and a line open"(page, server, t) {
    const from = await newPage(t);
    await from.goto(`${server.pages}/trace/${server.traceId}`);
    await page.goto(pathToFileURL(await saveHTML(from, tempDir(t))).href);
    await page.locator("button.span").last().click();
    await page.locator(".entry .line").first().press("Enter");
    await page.locator(".entry .details").waitFor();
  },
};
