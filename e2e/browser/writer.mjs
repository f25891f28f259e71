// A program that writes numbered lines to a log, so many in a second, in a thread of its own.
import { openSync, writeSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { ending } from "./world.mjs";

export const rate = 10_000;
const every = 10; // ms

// write begins to write. Written is how many lines there are; stop ends it, and returns the same.
export function write(t, log) {
  const shared = new Int32Array(new SharedArrayBuffer(8)); // lines written, 1 to stop
  const worker = new Worker(new URL(import.meta.url), { workerData: { log, shared } });
  const ended = new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
  const stop = async () => {
    Atomics.store(shared, 1, 1);
    await ended;
    return shared[0];
  };
  ending(t, stop);
  return { written: () => Atomics.load(shared, 0), stop };
}

if (!isMainThread && workerData?.shared) {
  const { log, shared } = workerData;
  const file = openSync(log, "a");
  const began = performance.now();
  const timer = setInterval(() => {
    const time = new Date().toISOString();
    const due = Math.floor(((performance.now() - began) * rate) / 1000);
    let lines = "";
    for (let n = shared[0]; n < due; n++) lines += `${JSON.stringify({ time, level: "INFO", msg: `line ${n}`, n })}\n`;
    writeSync(file, lines);
    Atomics.store(shared, 0, Math.max(due, shared[0]));
    if (Atomics.load(shared, 1)) clearInterval(timer);
  }, every);
}
