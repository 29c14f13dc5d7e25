// Ten minutes without the server: today's references only, tickets of the kiosk's own series, told afterwards.
const MINUTE = 60000;
const TRUSTED = 10 * MINUTE;
const PATIENCE = 8000;
const QUEUE = "turnero-por-enviar";
const COUNTER = "turnero-serie";
const words = document.querySelector(".offline")?.dataset; // what the page lets the kiosk say by itself
let list = null;
let listed = -TRUSTED; // by a clock that nobody sets
let ahead = 0; // the server's time less this machine's

export function keepList() {
  refresh();
  tellLater();
  setInterval(() => {
    refresh();
    tellLater();
  }, MINUTE);
}

async function refresh() {
  try {
    const answer = await fetch("/kiosco/hoy.json", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(String(answer.status));
    list = await answer.json();
    listed = performance.now();
    ahead = list.ahora - Date.now();
    silent(false);
  } catch {
    silent(true);
  }
}

// Whether the page says that it works without the server.
export function silent(yes) {
  document.querySelector(".offline").hidden = !yes;
}

// What the kiosk says by itself; HTML for its page. Only our words and what it wrote itself go into it.
export async function readAlone(typed, series) {
  const reference = typed.toUpperCase().replace(/[\s.'-]/g, "");
  const fresh = list && series && performance.now() - listed < TRUSTED;
  const minute = fresh && reference ? list.turnos[await digest(list.sal + reference)] : undefined;
  if (minute === undefined) {
    return page("no-reconocido", words.unreadTitle, words.unreadLead, words.unreadNote);
  }
  const now = Math.floor((Date.now() + ahead - list.medianoche) / MINUTE);
  const waiting = waitingTicket(reference);
  if (!waiting && now < minute - list.antes) {
    const lead = words.earlyLead.replaceAll("{time}", hour(minute)).replaceAll("{since}", hour(minute - list.antes));
    return page("temprano", words.earlyTitle, lead, words.earlyNote);
  }
  const ticket = waiting ?? newTicket(reference, series);
  const late = now > minute + list.tolerancia;
  const title = late ? words.lateTitle : words.arrivedTitle;
  const note = late ? words.lateNote : words.arrivedNote.replaceAll("{time}", hour(minute));
  return page(late ? "tarde" : "confirmado", title, words.numberIs, note, ticket)
    + `<section class="slip" aria-hidden="true"><p><b>Turnero</b></p><hr><p>${words.number}</p><p class="big">${ticket}</p><p>${hour(minute)}</p><hr><p>${words.watch}</p></section>`;
}

function page(result, title, lead, note, ticket = "") {
  const again = ticket && ` <button class="button secondary" type="button" data-print>${words.again}</button>`;
  return `<div class="hero die-cut" data-resultado="${result}"><div role="status"><h1>${title}</h1><p>${lead}</p>${ticket && `<p class="big">${ticket}</p>`}</div></div>
<div class="kiosk-body"><p class="note"><span>${note}</span></p><div class="actions"><a class="button" href="/kiosco" data-end>${words.finish}</a>${again}</div>
<p class="soft">${words.wiped}</p></div>`;
}

function hour(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

// The same reference has the same ticket, shown again.
function waitingTicket(reference) {
  return load(QUEUE, []).find((each) => each.referencia === reference)?.ticket;
}

// The number survives a reload; the day begins at one.
function newTicket(reference, series) {
  const counter = load(COUNTER, {});
  const number = (counter.dia === list.dia ? counter.ultimo : 0) + 1;
  localStorage.setItem(COUNTER, JSON.stringify({ dia: list.dia, ultimo: number }));
  const ticket = `${series}-${String(number).padStart(3, "0")}`;
  const queue = load(QUEUE, []);
  queue.push({ referencia: reference, ticket, momento: Date.now() + ahead });
  localStorage.setItem(QUEUE, JSON.stringify(queue));
  return ticket;
}

export async function tellLater() {
  const queue = load(QUEUE, []);
  if (!queue.length) return;
  try {
    const token = document.querySelector("[name=csrf_token]").value;
    const answer = await fetch("/kiosco/sincronizar", {
      method: "POST", body: JSON.stringify(queue), signal: AbortSignal.timeout(PATIENCE),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    });
    if (!answer.ok) return;
    const told = await answer.json();
    localStorage.setItem(QUEUE, JSON.stringify(load(QUEUE, []).filter((each) => !(each.ticket in told))));
  } catch {
    // Later, then.
  }
}

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function load(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
