// News of the day as they happen: a stream says that something changed, or one asks every five seconds.
import { filter } from "./agenda-search.js";
import { patch } from "./patch.js";

const live = document.querySelector("#vivo");
const TICK = 5000;
const [ASK_WITH_STREAM, STREAM_AGAIN] = [2, 3]; // in ticks

if (live) {
  const { address } = live.dataset;
  const banner = document.querySelector("#sin-conexion");
  const news = document.querySelector("#novedades");
  const words = news.dataset;
  let mark = "";
  let stream;
  let ticks = 0;
  let asking = false;
  let again = false;

  const streaming = () => stream?.readyState === EventSource.OPEN;

  const lamp = (lost) => {
    const said = live.querySelector(".live");
    banner.hidden = !lost;
    if (lost && !banner.textContent) {
      banner.textContent = banner.dataset.lost.replaceAll("{at}", said.dataset.at);
    }
    if (!lost) banner.textContent = "";
    said.classList.toggle("lost", lost);
    said.textContent = (lost ? said.dataset.lost : said.dataset.live).replaceAll("{at}", said.dataset.at);
  };

  const states = () =>
    new Map(
      [...live.querySelectorAll(".agenda tbody tr, [data-news]")].map((row) => [
        row.id || row.dataset.id,
        row.dataset.news ?? [".ticket-code", ".time", ".tag"].map((part) => row.querySelector(part).textContent),
      ]),
    );

  const change = (ticket, time, tag) => {
    const state = tag.toLowerCase();
    return ticket ? `${ticket}: ${state}` : words.changed.replaceAll("{time}", time).replaceAll("{state}", state);
  };

  // What changed, in few words.
  const difference = (before, after) => {
    const told = [];
    for (const [id, now] of after) {
      const then = before.get(id);
      if (typeof now === "string") then ?? told.push(now);
      else if (!then) told.push(words.new.replaceAll("{time}", now[1]));
      else if (then[2] !== now[2]) told.push(change(...now));
    }
    return told.length > 3 ? words.many.replaceAll("{number}", told.length) : told.join(". ");
  };

  // What the eye rests on stays where it is on the screen: the focused row, else the first one in view.
  const anchor = () => {
    const focused = document.activeElement;
    if (focused && live.contains(focused)) return focused.closest("tr") ?? focused;
    return [...live.querySelectorAll(".agenda tbody tr:not([hidden])")].find((row) => row.getBoundingClientRect().top >= 0);
  };

  // A page too short to scroll that far gets room at its end.
  const settle = (kept, top) => {
    window.scrollBy(0, kept.getBoundingClientRect().top - top);
    const missing = kept.getBoundingClientRect().top - top;
    if (missing < 1) return;
    const page = live.parentElement;
    page.style.minHeight = `${page.offsetHeight + missing}px`;
    window.scrollBy(0, missing);
  };

  const show = (fresh) => {
    const before = states();
    const kept = window.scrollY > 0 || live.contains(document.activeElement) ? anchor() : null;
    const top = kept?.getBoundingClientRect().top;
    const focused = document.activeElement;
    patch(live, fresh);
    filter();
    if (kept?.isConnected) {
      // Its button is gone with its state; the row is still the one.
      if (!focused.isConnected) kept.focus({ preventScroll: true });
      settle(kept, top);
    }
    const told = difference(before, states());
    if (told) news.textContent = told;
  };

  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(`${address}?parte=filas`, {
        headers: mark ? { "If-None-Match": mark } : {},
        signal: AbortSignal.timeout(8000),
      });
      if (answer.redirected || [401, 403, 404].includes(answer.status)) {
        location.assign(address); // signed out, or no longer of this agency: the whole page says it
        return;
      }
      if (answer.status !== 304 && !answer.ok) throw new Error(`answer ${answer.status}`);
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        show(page.querySelector("#vivo"));
        mark = answer.headers.get("ETag");
      }
      lamp(false);
    } catch {
      lamp(true);
    }
    asking = false;
    if (again) {
      again = false;
      await ask();
    }
  };

  const listen = () => {
    stream?.close();
    stream = new EventSource(`${address}/cambios`);
    stream.addEventListener("message", ask);
  };

  setInterval(() => {
    ticks += 1;
    if (document.hidden) return;
    if (!streaming() || ticks % ASK_WITH_STREAM === 0) ask();
    // No thread was free, or the server was away: the browser does not try again by itself.
    if (stream.readyState === EventSource.CLOSED && ticks % STREAM_AGAIN === 0) listen();
  }, TICK);
  window.addEventListener("offline", ask);
  window.addEventListener("online", ask);
  // A page that nobody sees holds no stream.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      stream.close();
      return;
    }
    ask();
    listen();
  });
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => event.persisted && listen());
  ask();
  listen();
}
