// The board asks for its calls every second, shows them in turn, and says so when the server is silent.
import { CallQueue } from "./board-queue.js";
import { announce, offerSound } from "./board-sound.js";

const SILENT = 5000; // from here on the calls are not shown as if they were new
const LONG = 60000; // what was called during a longer silence is not announced one by one
const PATIENCE = 2000;

const board = document.querySelector("[data-calls]");
if (board) start(board);

function start(board) {
  const find = (selector) => board.querySelector(selector);
  const [now, rows, clock, pill, delay] = [".now", ".earlier tbody", "time", ".lost", ".delay"].map(find);
  const queue = new CallQueue();
  const heard = { at: performance.now(), time: clock.textContent, day: null, etag: null, minute: performance.now() };
  let lost = false;
  offerSound(find(".sound"));

  async function ask() {
    try {
      const headers = heard.etag ? { "If-None-Match": heard.etag } : {};
      const options = { cache: "no-store", headers, signal: AbortSignal.timeout(PATIENCE) };
      const answer = await fetch(board.dataset.calls, options);
      if (answer.status === 403) location.reload();
      if (answer.status === 200) take(await answer.json(), answer.headers.get("ETag"));
      if (answer.status === 200 || answer.status === 304) heard.at = performance.now();
    } catch {
      // Silence; `look` tells it.
    }
    setTimeout(ask, 1000);
  }

  function take(said, etag) {
    const at = performance.now();
    const anew = said.day !== heard.day || at - heard.at > LONG;
    heard.etag = etag;
    heard.day = said.day;
    if (said.time !== heard.time) heard.minute = at;
    heard.time = said.time;
    const { minutes, none } = delay.dataset;
    delay.textContent = said.delay ? minutes.replaceAll("{minutes}", said.delay) : none;
    if (anew) {
      queue.reset(said.calls, at);
      draw();
    } else {
      queue.receive(said.calls);
    }
  }

  // Every part of a second: the next call, the clock, and whether the server still speaks.
  function look() {
    const at = performance.now();
    const silent = at - heard.at > SILENT;
    if (silent !== lost) {
      lost = silent;
      pill.hidden = !lost;
      delay.hidden = lost;
      pill.textContent = lost ? pill.dataset.since.replaceAll("{time}", timeAt(heard.at)) : "";
      draw();
    }
    const call = lost ? null : queue.advance(at);
    if (call) {
      draw(true);
      announce(call);
    }
    const time = timeAt(at);
    if (clock.textContent !== time) clock.textContent = clock.dateTime = time;
  }

  // The agency's clock as the server told it, carried on by ours.
  function timeAt(at) {
    const [hours, minutes] = heard.time.split(":").map(Number);
    const total = hours * 60 + minutes + Math.max(0, Math.floor((at - heard.minute) / 60000));
    return [Math.floor(total / 60) % 24, total % 60].map((part) => String(part).padStart(2, "0")).join(":");
  }

  function draw(pulse = false) {
    const [top, ...earlier] = lost ? [] : queue.shown;
    const words = now.dataset;
    now.classList.toggle("nobody", !top);
    now.classList.remove("pulse");
    if (top) {
      const [before, after] = words.window.split("{window}");
      const to = element("p", "to", before);
      to.append(element("b", "", top.window), after);
      now.replaceChildren(element("h1", "", words.now), element("p", "code", top.ticket), to);
    } else {
      const [title, text] = lost ? [words.lost, words.aloud] : [words.nobody, words.rest];
      now.replaceChildren(element("h1", "", title), element("p", "rest", text));
    }
    rows.replaceChildren(...earlier.map((call) => {
      const row = element("tr");
      row.append(element("td", "", call.ticket), element("td", "", call.window));
      return row;
    }));
    if (pulse) requestAnimationFrame(() => now.classList.add("pulse"));
  }

  ask();
  setInterval(look, 200);
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(text);
  return made;
}
