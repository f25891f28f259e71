// The log: what a search finds, and what comes.
//
// Lines are in chunks, each with the cursor that a search backwards begins with to find it. So lines
// that went out of sight at the top, to keep the page small, can be had again from the cursor
// of their chunk.
import { h, bytes, count, isTyping, roving } from "./dom.js";
import { entryRow } from "./entry.js";

const maxRows = 1000; // while new lines come
const maxHeld = 1000; // rows that wait while the list is held
const maxOlder = 20000; // rows of a list that is held
const nearEnd = 8; // pixels that count as at the end

export function logsPage(query, ask, app) {
  const list = h("ol", { class: "entries", "aria-label": "Lines" });
  const older = h("p", { class: "edge", role: "status" });
  const scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Log" }, older, list);
  const hold = h("button", { type: "button", class: "hold", onclick: () => (following ? stop(true) : follow()) });
  const news = h("button", { type: "button", class: "news", hidden: true, onclick: () => follow() });
  const state = h("span", { class: "state", role: "status" });
  const losses = h("span", { class: "losses" });
  const chips = ["fatal", "error", "warn"].map((band) => [band,
    h("button", { type: "button", class: `chip band-${band}`, title: `Only ${band} and above`, hidden: true, onclick: () => app.addTerm(`level>=${band}`) })]);
  const levels = h("span", { class: "levels" }, ...chips.map(([, chip]) => chip));
  const page = h("div", { class: "logs-page" }, h("h1", { class: "hidden" }, "Log"),
    h("div", { class: "tools" }, hold, state, losses, levels), scroller, news);
  const settle = roving(list, "button.line");

  let chunks = []; // {cursor, rows}
  let held = []; // messages: {cursor, entries, skipped}
  let latest = ""; // the cursor of the message that came last
  let now = 0; // when the list began: what since:10m is counted from, also on pages that come later
  let before = null; // {cursor, more} for what is above the first chunk
  let following = true;
  let byHand = false; // held by the reader, and not because of where they look
  let coming = 0; // lines since the list is held
  let missing = null; // the cursor of lines between the list and what is held, if there are any
  let skipped = 0;
  let lost = []; // what was gone before the tail had read it
  let loading = false;
  let online = false;

  const options = { traces: true, filter: (term) => app.addTerm(term) };
  const rowsOf = (entries) => entries.map((entry) => entryRow(entry, options));
  const size = () => chunks.reduce((n, chunk) => n + chunk.rows.length, 0);

  // append shows a message's lines below all others.
  const append = (message) => {
    const rows = rowsOf(message.entries);
    if (message.skipped) rows.unshift(gapRow(message));
    chunks.push({ cursor: message.cursor, rows });
    list.append(...rows);
  };
  // gapRow stands for lines that came too fast to be shown.
  const gapRow = (message) => h("li", { class: "gap" },
    h("button", { type: "button", class: "line", tabindex: "-1", onclick: () => showFrom(message.cursor) }, `${count(message.skipped, "line")} passed by: show them`));
  const trim = () => {
    let n = size();
    while (chunks.length > 1 && n - chunks[0].rows.length >= maxRows) {
      const gone = chunks.shift();
      n -= gone.rows.length;
      for (const row of gone.rows) row.remove();
      before = { cursor: gone.cursor, more: true };
    }
  };
  let end = 0; // where the list was scrolled to, to be at its end
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
    end = scroller.scrollTop;
  };

  const stop = (reader) => {
    following = false;
    byHand = byHand || reader;
    show();
  };
  const clear = (cursor) => {
    chunks = [];
    list.replaceChildren();
    before = { cursor, more: true };
  };
  // follow shows what was held, and goes on with what comes. If not all of it was held, the list begins
  // anew: what is between is found above.
  const follow = () => {
    if (missing !== null) clear(missing);
    for (const message of held) append(message);
    held = [];
    coming = 0;
    missing = null;
    byHand = false;
    following = true;
    trim();
    toEnd();
    show();
    if (size() < 50) loadOlder();
  };
  // showFrom shows what was at a cursor, and before it.
  const showFrom = async (cursor) => {
    stop(true);
    held = [];
    missing = latest;
    clear(cursor);
    await loadOlder();
    toEnd();
    show();
  };

  const take = (message) => {
    latest = message.cursor;
    skipped += message.skipped;
    lost = [...new Set([...lost, ...(message.gone ?? [])])].slice(-3);
    if (following) {
      append(message);
      trim();
      showEdge();
      toEnd();
    } else {
      coming += message.entries.length + message.skipped;
      held.push(message);
      let n = held.reduce((sum, m) => sum + m.entries.length, 0);
      while (n > maxHeld && held.length > 1) {
        const gone = held.shift();
        n -= gone.entries.length;
        missing = gone.cursor;
      }
    }
    show();
  };

  // loadOlder shows what is before the first line, until there is enough or no more. The lines that are
  // there stay where they are.
  const loadOlder = async () => {
    if (loading || !before?.more || size() >= maxOlder) return showEdge();
    loading = true;
    try {
      for (let found = 0; before.more && found < 100 && page.isConnected;) {
        const from = before;
        showEdge(from);
        const got = await ask(`/api/search?${new URLSearchParams({ q: query, cursor: from.cursor, now })}`);
        if (before !== from) continue; // the list has begun anew meanwhile
        const rows = rowsOf(got.entries.reverse());
        const height = scroller.scrollHeight, top = scroller.scrollTop;
        chunks.unshift({ cursor: from.cursor, rows });
        list.prepend(...rows);
        scroller.scrollTop = top + scroller.scrollHeight - height;
        before = { cursor: got.next, more: got.more, searched: got.searched, total: got.total, gone: got.gone };
        found += rows.length;
      }
    } catch (error) {
      app.fail(error);
    } finally {
      loading = false;
      if (following) toEnd();
      showEdge();
      show();
    }
  };
  const showEdge = () => {
    const gone = (before?.gone ?? []).join("; ");
    if (loading && before?.total) older.textContent = `searched ${bytes(before.searched)} of ${bytes(before.total)} …`;
    else if (loading) older.textContent = "searching …";
    else if (size() >= maxOlder && before?.more) older.textContent = "Too much for one page: search for less.";
    else if (before && !before.more) older.textContent = size() ? `This is the beginning${query ? " of what is found" : ""}.` : query ? "Nothing is found." : "The log is empty.";
    else older.textContent = "";
    if (gone) older.textContent += ` ${gone}`;
  };

  const show = () => {
    hold.textContent = following ? "Hold" : "Follow";
    hold.title = following ? "Hold the list (Space)" : "Go on with the newest lines (Space)";
    state.textContent = !online ? "not connected" : following ? "live" : byHand ? "held" : "held while you read";
    state.dataset.state = !online ? "off" : following ? "live" : "held";
    news.hidden = following || (coming === 0 && missing === null);
    news.textContent = coming ? `${coming.toLocaleString("en-US")} new ↓` : "the newest ↓";
    losses.textContent = [skipped ? `${count(skipped, "line")} passed by` : "", ...lost].filter(Boolean).join("; ");
    settle();
  };

  scroller.addEventListener("scroll", () => {
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    // It goes up by the reader, or because the list has got higher, and then it is at its end.
    if (following && scroller.scrollTop < end && left > 1) stop(false);
    else if (following) toEnd();
    else if (left <= nearEnd && !byHand && !list.querySelector(".details")) follow();
    if (scroller.scrollTop < 600) loadOlder();
  });
  new ResizeObserver(() => following && toEnd()).observe(scroller);
  // Whoever opens a line, marks text in it, or goes through lines by keys, reads.
  list.addEventListener("pointerdown", () => following && stop(true));
  list.addEventListener("focusin", () => following && stop(true));

  // takePage begins the list; or, if the connection was lost for a while, goes on with it: some of the
  // page, its fresh entries, came since then.
  const takePage = (got) => {
    online = true;
    now ||= got.now;
    app.fail(null);
    const goesOn = Boolean(latest) && got.goesOn;
    const entries = (goesOn ? got.entries.slice(0, got.fresh) : got.entries).reverse();
    const message = { cursor: got.cursor, entries, skipped: 0 };
    if (goesOn) return take(message);
    latest = got.cursor;
    if (!following) { // somebody reads: nothing moves
      held = [message];
      missing = got.next;
      coming += entries.length;
      return show();
    }
    clear(got.next);
    [skipped, lost] = [0, []]; // of a list that is no more
    append(message);
    before = { cursor: got.next, more: got.more, searched: got.searched, total: got.total, gone: got.gone };
    toEnd();
    show();
    if (size() < 50) loadOlder();
    else showEdge();
  };

  const takeStatus = (status) => {
    app.showStatus(status);
    for (const [band, chip] of chips) {
      chip.hidden = !status.levels[band];
      chip.textContent = `${band} ${status.levels[band].toLocaleString("en-US")}`;
    }
  };

  let source = null;
  const connect = () => {
    source = new EventSource(`/api/tail?${new URLSearchParams({ q: query, since: latest, ...(now && { now }) })}`);
    source.addEventListener("page", (event) => takePage(JSON.parse(event.data)));
    source.addEventListener("lines", (event) => take(JSON.parse(event.data)));
    source.addEventListener("status", (event) => takeStatus(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      online = false;
      show();
      app.checkQuery(query);
    });
  };
  // A browser has few connections to one server: those of tabs that nobody sees would be missing elsewhere.
  const look = () => {
    if (document.hidden) source?.close();
    else if (!source || source.readyState === EventSource.CLOSED) connect();
  };
  document.addEventListener("visibilitychange", look);
  look();

  const keys = (event) => {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === " " && !event.target.matches("button:not(.line), a, summary")) following ? stop(true) : follow();
    else if (event.key === "g") { stop(true); scroller.scrollTop = 0; }
    else if (event.key === "G") follow();
    else if (event.key === "t") event.target.closest?.(".entry")?.querySelector(".to-trace")?.click();
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", keys);
  show();
  const close = () => {
    source?.close();
    document.removeEventListener("keydown", keys);
    document.removeEventListener("visibilitychange", look);
  };
  return { element: page, close };
}
