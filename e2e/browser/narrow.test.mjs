// A narrow screen: nothing is beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { serveHostile } from "./hostile.mjs";
import { states } from "./looks.mjs";
import { order, serveOrders } from "./orders.mjs";
import { narrow, newPage } from "./world.mjs";

const texts = {
  orders: async (t) => ({ ...await serveOrders(t), traceId: order.traceId }),
  "long words": serveHostile,
};

for (const [what, serve] of Object.entries(texts)) {
  test(`a narrow screen is wide enough for all pages: ${what}`, async (t) => {
    const server = await serve(t);
    const page = await newPage(t, { ...narrow, expected: /status of 400/ });
    for (const [name, open] of Object.entries(states)) {
      await open(page, server, t);
      const wide = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        const inner = [...document.querySelectorAll("main, .scroller, dialog")].filter((e) => e.scrollWidth > e.clientWidth);
        return { beside: scrollWidth - clientWidth, inner: inner.map((e) => e.className || e.localName) };
      });
      assert.deepEqual(wide, { beside: 0, inner: [] }, name);
    }
  });
}
