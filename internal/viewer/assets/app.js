// The pages, chosen by the address, and what all of them have.
import { h, bytes, count, isTyping } from "./dom.js";
import { logsPage } from "./logs.js";
import { tracePage } from "./tracepage.js";
import { tracesPage } from "./traces.js";

const byId = (id) => document.getElementById(id);
const main = byId("main");
const search = byId("search");
let page = null; // {element, close}

// ask asks for JSON. What the server has to say against it is the error's message.
async function ask(path) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw new Error("spanlog does not answer: has it ended?");
  }
  const got = await response.json();
  if (!response.ok) throw new Error(got.error);
  return got;
}

const app = {
  // go opens a page.
  go(address) {
    history.pushState(null, "", address);
    open();
  },
  // addTerm narrows the search.
  addTerm(term) {
    const terms = search.value.trim();
    if (terms.split(/\s+/).includes(term)) return;
    const level = /(^|\s)level(>=|<=|[:=<>])\S+/g;
    const others = term.startsWith("level>=") ? terms.replace(level, "").trim() : terms;
    app.find(`${others} ${term}`.trim());
  },
  find(query) {
    const id = traceOf(query);
    app.go(id ? `/trace/${id}` : query ? `/?${new URLSearchParams({ q: query })}` : "/");
  },
  fail(error) {
    byId("search-error").textContent = error?.message ?? "";
    byId("search-error").hidden = !error;
  },
  // checkQuery shows what is wrong with a search: a stream of events has no words for that.
  async checkQuery(query) {
    try {
      await ask(`/api/check?${new URLSearchParams({ q: query })}`);
    } catch (error) {
      this.fail(error);
    }
  },
  showStatus(status) {
    const files = status.logs.length === 1 ? status.logs[0].path : count(status.logs.length, "log");
    byId("status-text").textContent = [
      files, `${count(status.lines, "line")}`, bytes(status.bytes),
      status.torn ? `${count(status.torn, "line")} torn` : "",
      status.spans.listens ? `${count(status.spans.received, "span")} received` : status.spans.from ? `spans from ${status.spans.from}` : "",
      status.spans.evicted ? `${count(status.spans.evicted, "span")} forgotten` : "",
      ...(status.errors ?? []),
    ].filter(Boolean).join(" · ");
    const progress = byId("status-progress");
    progress.hidden = status.indexed;
    progress.value = status.total ? status.bytes / status.total : 0;
    byId("status-hint").textContent = status.withoutTrace
      ? `${count(status.withoutTrace, "line")} without a trace: slog.Info carries no context, slog.InfoContext does` : "";
  },
};

// traceOf is the trace that a search is for and nothing else: its id, or a traceparent.
function traceOf(query) {
  const word = query.trim().toLowerCase();
  return /^[0-9a-f]{32}$/.test(word) ? word : /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(word)?.[1] ?? "";
}

// showTrace makes the page of a trace, unless it is not wanted any more by the time that it could.
async function showTrace(id, params, isWanted) {
  const status = await ask("/api/status");
  const trace = await ask(`/api/trace/${encodeURIComponent(id)}`);
  if (!isWanted()) return null;
  document.title = `${trace.name} · spanlog`;
  const changed = ({ all, ...name }) => {
    const p = new URLSearchParams({ ...name, ...(all && { all: "1" }) });
    history.replaceState(null, "", `/trace/${id}${p.size ? `?${p}` : ""}`);
    opened = address();
  };
  const links = [
    h("button", { type: "button", onclick: (event) => copy(trace.traceId, event.target) }, "Copy id"),
    h("a", { class: "button", href: `/?${new URLSearchParams({ q: `trace_id=${trace.traceId}` })}` }, "In the log"),
    status.spans.url ? h("a", { class: "button", href: `${status.spans.url}/zipkin/traces/${trace.traceId}` }, "In Zipkin") : null,
    h("a", { class: "button", href: `/trace/${trace.traceId}/trace.html`, download: "" }, "Save as HTML"),
    h("a", { class: "button", href: `/trace/${trace.traceId}/trace.json`, download: "" }, "Save as JSON"),
  ];
  app.showStatus(status);
  const state = { span: params.get("span"), half: params.get("half"), service: params.get("service"), all: params.has("all") };
  return tracePage(trace, state, changed, { filter: (term) => app.find(term) }, links);
}

async function copy(text, button) {
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => { button.textContent = words; }, 1500);
}

// decoded is a part of an address, as it is if it is none.
function decoded(part) {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return part;
  }
}

let opening = 0;
let opened = ""; // the address of the page that is shown, without a place in it

const address = () => location.pathname + location.search;

// open shows the page of the address.
async function open() {
  const mine = ++opening;
  opened = address();
  // What goes wrong with a page that was left is not shown on the next one.
  const here = { ...app, fail: (error) => mine === opening && app.fail(error) };
  const params = new URLSearchParams(location.search);
  const trace = decoded(/^\/trace\/([^/]+)$/.exec(location.pathname)?.[1]);
  const name = trace ? "trace" : location.pathname === "/traces" ? "traces" : "logs";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  app.fail(null);
  page?.close();
  page = null;
  document.body.dataset.page = name;
  search.value = name === "logs" ? params.get("q") ?? "" : trace ?? "";
  document.title = name === "traces" ? "Traces · spanlog" : search.value ? `${search.value} · spanlog` : "spanlog";
  try {
    let next;
    if (trace) {
      main.replaceChildren(h("p", { class: "edge", role: "status" }, "Looking …"));
      next = await showTrace(trace, params, () => mine === opening);
    } else if (name === "traces") {
      next = tracesPage(params.get("order") ?? "worst", ask, here);
      app.showStatus(await ask("/api/status"));
    } else {
      next = logsPage(params.get("q") ?? "", ask, here);
    }
    if (mine !== opening) return next?.close(); // another page was opened meanwhile
    page = next;
    main.replaceChildren(page.element);
    page.shown?.();
  } catch (error) {
    if (mine !== opening) return;
    main.replaceChildren();
    app.fail(error);
  }
}

byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  app.find(search.value.trim());
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  if (!link || link.hasAttribute("download") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  app.go(link.getAttribute("href"));
  main.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (isTyping(event)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    search.select();
  } else if (event.key === "?") byId("help").showModal();
});
byId("help-button").addEventListener("click", () => byId("help").showModal());
addEventListener("popstate", () => {
  if (address() !== opened) open(); // or else only the place in the page is another one, by the link to its content
});
open();
