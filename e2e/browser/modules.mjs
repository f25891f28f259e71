// The packages that the tests need. They are not beside the tests: SPANLOG_NODE_MODULES names the
// directory that they were installed in.
import { createRequire } from "node:module";
import { join } from "node:path";

const directory = process.env.SPANLOG_NODE_MODULES;
if (!directory) throw new Error("SPANLOG_NODE_MODULES is not set: run e2e/run");
const require = createRequire(join(directory, "package.json"));

export const { chromium } = require("playwright-core");
export const axe = require("axe-core");
