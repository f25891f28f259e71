// Pages for everybody: axe has nothing serious to say against them, in any look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { looks, states } from "./looks.mjs";
import { axe } from "./modules.mjs";
import { order, serveOrders } from "./orders.mjs";
import { newPage, wide } from "./world.mjs";

for (const [name, open] of Object.entries(states)) {
  test(`axe finds nothing serious: ${name}`, async (t) => {
    const server = { ...await serveOrders(t), traceId: order.traceId };
    const page = await newPage(t, { expected: /status of 400/ });
    await open(page, server, t);
    await page.evaluate(`${axe.source}; 0`);
    for (const [look, { viewport = wide.viewport, colorScheme = "light" }] of Object.entries(looks)) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      const serious = violations.filter((v) => ["serious", "critical"].includes(v.impact));
      assert.deepEqual(serious.map(words), [], look);
      assert.ok(passes.length > 10, `axe has looked at the page: ${passes.length} rules hold`);
      const minor = violations.filter((v) => !serious.includes(v));
      if (minor.length) t.diagnostic(`${look}: ${minor.map((v) => `${v.impact}: ${v.help}`).join("; ")}`);
    }
  });
}

// words tell of a violation, and where it is.
function words({ id, help, nodes }) {
  return [`${id}: ${help}`, ...nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)}: ${n.failureSummary}`)].join("\n");
}
