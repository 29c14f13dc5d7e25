// Ten minutes without the server: today's references only, tickets of the kiosk's own series, told afterwards.
const MINUTE = 60000;
const TRUSTED = 10 * MINUTE;
const QUEUE = "turnero-por-enviar";
const COUNTER = "turnero-serie";
let list = null;
let listed = 0;

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
    const answer = await fetch("/kiosco/hoy.json", { cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(String(answer.status));
    list = await answer.json();
    listed = Date.now();
    online(true);
  } catch {
    online(false);
  }
}

function online(yes) {
  const note = document.querySelector(".offline");
  if (note) note.hidden = yes;
}

// What the kiosk says by itself; HTML for its page. Only what it wrote itself goes into it.
export async function readAlone(typed, series) {
  online(false);
  const reference = typed.toUpperCase().replace(/[\s.'-]/g, "");
  const minute = Date.now() - listed < TRUSTED && list ? list.turnos[await digest(list.sal + reference)] : undefined;
  if (minute === undefined || !series) {
    return page("no-reconocido", "Ahora no podemos leerlo", "No hay conexión con el sistema.", '<p class="note"><span>Acérquese a la ventanilla de información con su cédula.</span></p>');
  }
  const ticket = ticketOf(reference, series);
  const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const late = new Date().getHours() * 60 + new Date().getMinutes() > minute + 10;
  return page(late ? "tarde" : "confirmado", "Su llegada está registrada", "Su número es", `<p class="note good"><span>Tome su ticket y mire la pantalla de la sala. Su turno es a las ${time}.</span></p>`, ticket)
    + `<section class="slip" aria-hidden="true"><p><b>Turnero</b></p><hr><p>Su número</p><p class="big">${ticket}</p><p>${time}</p></section>`;
}

function page(result, title, lead, note, ticket = "") {
  return `<div class="hero die-cut" data-resultado="${result}"><div role="status"><h1>${title}</h1><p>${lead}</p>${ticket && `<p class="big">${ticket}</p>`}</div></div>
<div class="kiosk-body">${note}<div class="actions"><a class="button" href="/kiosco" data-end>Terminar</a></div></div>`;
}

// The same reference gets the same ticket; the number survives a reload, the day begins at one.
function ticketOf(reference, series) {
  const queue = load(QUEUE, []);
  const before = queue.find((each) => each.referencia === reference);
  if (before) return before.ticket;
  const counter = load(COUNTER, {});
  const last = counter.dia === list.dia ? counter.ultimo : 0;
  localStorage.setItem(COUNTER, JSON.stringify({ dia: list.dia, ultimo: last + 1 }));
  const ticket = `${series}-${String(last + 1).padStart(3, "0")}`;
  queue.push({ referencia: reference, ticket, momento: Date.now() });
  localStorage.setItem(QUEUE, JSON.stringify(queue));
  return ticket;
}

export async function tellLater() {
  const queue = load(QUEUE, []);
  if (!queue.length) return;
  try {
    const token = document.querySelector("[name=csrf_token]").value;
    const answer = await fetch("/kiosco/sincronizar", {
      method: "POST", body: JSON.stringify(queue), signal: AbortSignal.timeout(8000),
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
