// The kiosk: its own keys, an answer without leaving the page, and nothing left behind after a minute.
import { keepList, readAlone, tellLater } from "./kiosk-offline.js";

const IDLE = 45000;
const WIPE = 60000;
const main = document.querySelector(".kiosk #main");
const start = main?.innerHTML;
let idle = null;
let wipe = null;

if (main) begin();

function begin() {
  document.addEventListener("click", press);
  document.addEventListener("submit", send);
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, awake);
  addEventListener("pageshow", (event) => event.persisted && location.reload()); // never from the browser's memory
  document.querySelector('meta[http-equiv="refresh"]')?.remove(); // this script wipes
  if (location.pathname !== "/kiosco" || location.search) history.replaceState(null, "", "/kiosco");
  keepList();
  awake();
  focus();
  printed();
}

function press(event) {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) type(key);
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) switchMode(toggle);
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-stay]")) awake();
  if (event.target.closest("[data-end]") && !event.target.closest("form:not([data-send])")) {
    event.preventDefault();
    reset();
  }
}

function type(key) {
  const field = main.querySelector("input.input");
  if (!field) return;
  if (key === "letras") for (const pad of main.querySelectorAll(".keypad")) pad.hidden = !pad.hidden;
  else if (key === "borrar") field.value = field.value.slice(0, -1);
  else field.value += key;
  speak(key.length === 1 ? key : "");
  if (key !== "letras") field.focus();
}

function switchMode(button) {
  const mode = button.dataset.toggle;
  button.setAttribute("aria-pressed", document.body.classList.toggle(mode));
  if (mode === "audio") read();
}

async function send(event) {
  const form = event.target;
  if (!form.matches("[data-read], [data-send]")) return;
  event.preventDefault();
  const data = new FormData(form);
  const typed = String(data.get("lectura") ?? "");
  form.querySelector("input.input").value = "";
  if (form.matches("[data-read]") && !typed.trim()) return focus();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (answer.status >= 500) throw new Error(String(answer.status));
    show(await answer.text());
    tellLater();
  } catch {
    main.innerHTML = await readAlone(typed, main.dataset.serie);
    settled();
  }
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const next = page.getElementById("main");
  if (!next) return location.reload(); // signed off, or another page altogether
  main.innerHTML = next.innerHTML;
  settled();
}

function settled() {
  awake();
  focus();
  read();
  printed();
}

function printed() {
  if (main.querySelector(".slip")) window.print();
}

function focus() {
  (main.querySelector("input.input") ?? main.querySelector("[data-end]"))?.focus();
}

// A minute without a touch: a question, then the start again.
function awake() {
  clearTimeout(idle);
  clearTimeout(wipe);
  document.querySelector(".idle").hidden = true;
  if (main.dataset.clean === "si" && !main.querySelector("input.input")?.value) return;
  idle = setTimeout(() => (document.querySelector(".idle").hidden = false), IDLE);
  wipe = setTimeout(reset, WIPE);
}

// A new page: nothing of the last person stays in it, nor behind it. Without the server, the start as it was.
async function reset() {
  speechSynthesis?.cancel();
  document.body.classList.remove("low", "contrast", "audio");
  for (const toggle of document.querySelectorAll("[data-toggle]")) toggle.setAttribute("aria-pressed", "false");
  main.innerHTML = start;
  settled();
  try {
    await fetch("/kiosco", { cache: "no-store", signal: AbortSignal.timeout(3000) });
    location.replace("/kiosco");
  } catch {
    // The start is there already.
  }
}

function read() {
  speak(main.querySelector("h1, [role=status]")?.closest("div")?.innerText ?? "");
}

function speak(words) {
  if (!words || !document.body.classList.contains("audio") || !("speechSynthesis" in window)) return;
  const spoken = new SpeechSynthesisUtterance(words);
  spoken.lang = "es-EC";
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}
