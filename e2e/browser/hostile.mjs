// Texts that want to be more than text, wherever a log or a span can have one.
import { join } from "node:path";
import { append, indexed, post, serve, tempDir } from "./world.mjs";

export const texts = [
  "<script>window.hacked=1</script>",
  "<img src=x onerror=window.hacked=1>",
  '"></script><script>window.hacked=1</script>',
  "</style><svg onload=window.hacked=1>",
  "<!--<script>",
  "javascript:window.hacked=1",
  "' onmouseover='window.hacked=1",
  "<a href=javascript:window.hacked=1>here</a>",
  "${window.hacked=1}{{window.hacked=1}}",
  "two\u2028lines\u2029here",
  "right \u202eto left",
  "\u001b[31mred\u001b[0m",
  "a nul \u0000 here",
];

export const traceId = "e".repeat(32);
const began = Date.UTC(2026, 10, 28, 12);
const spanId = (i) => (i + 1).toString(16).padStart(16, "0");
export const big = `${"x".repeat(1 << 20)}<script>window.hacked=1</script>`;

// serveHostile serves a trace of them. Zipkin has names in lower case.
export async function serveHostile(t) {
  const log = join(tempDir(t), "<img src=x onerror=window.hacked=1>.log");
  const records = texts.map((text, i) => ({
    time: new Date(began + i).toISOString(), level: i ? "INFO" : "ERROR", logger: text, msg: text, trace_id: traceId, span_id: spanId(i), "service.name": text, [text]: text,
  }));
  append(log, ...records, ...texts.map((text) => `plain ${text.replace("\u0000", "\\0")}`));
  append(log, { time: new Date(began + 20).toISOString(), level: texts[0], msg: big, trace_id: traceId, span_id: spanId(0) });
  const server = await serve(t, "-listen-zipkin", "127.0.0.1:0", log);
  await post(server.spans, texts.map((text, i) => ({
    traceId, id: spanId(i), ...(i && { parentId: spanId(0) }), name: text, timestamp: (began + i) * 1000, duration: 5000,
    localEndpoint: { serviceName: text }, remoteEndpoint: { serviceName: text }, tags: { [text]: text, error: text },
    annotations: [{ timestamp: (began + i) * 1000, value: text }],
  })));
  await indexed(server, 2 * texts.length + 1);
  return { ...server, traceId };
}
