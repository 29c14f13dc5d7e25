// The kiosk: its own keys, an answer without leaving the page, and nothing left behind after a minute.
import { keepList, readAlone, silent, tellLater } from "./kiosk-offline.js";

const IDLE = 45000;
const WIPE = 60000;
const PATIENCE = 8000;
const MODES = ["low", "contrast", "audio"];
const main = document.querySelector(".kiosk #main");
let start = ""; // the first page, for whoever comes next, with server or without
let idle = null;
let wipe = null;

if (main) begin();

async function begin() {
  document.documentElement.classList.add("js");
  document.addEventListener("click", press);
  document.addEventListener("submit", send);
  document.addEventListener("keydown", strayKey);
  for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, awake);
  addEventListener("pageshow", (event) => event.persisted && location.reload()); // never from the browser's memory
  document.querySelector('meta[http-equiv="refresh"]')?.remove(); // this script wipes
  if (main.querySelector("[data-start]")) start = main.innerHTML;
  if (location.pathname !== "/kiosco" || location.search) history.replaceState(null, "", "/kiosco");
  keepList();
  settled();
  if (!start) start = (await ask("/kiosco").catch(() => null))?.getElementById("main").innerHTML ?? "";
}

function press(event) {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) type(key);
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) switchMode(toggle);
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-stay]")) focus();
  const link = event.target.closest("main a");
  if (link) {
    event.preventDefault();
    if (link.matches("[data-end]")) reset();
    else go(link.href);
  }
  awake();
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

// A scanner types wherever the focus is, also while the last person's ticket is still there.
function strayKey(event) {
  if (!/^[\p{L}\p{N}]$/u.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (start && !main.querySelector("input.input")) put(start);
  const field = main.querySelector("input.input");
  if (document.activeElement !== field) field?.focus();
}

function switchMode(button) {
  const mode = button.dataset.toggle;
  button.setAttribute("aria-pressed", document.body.classList.toggle(mode));
  if (mode === "audio") read();
}

async function go(address) {
  const page = await ask(address).catch(() => null);
  if (page) show(page);
  else alone("");
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const data = new FormData(form);
  const typed = String(data.get("lectura") ?? "");
  if (form.matches("[data-read]") && !typed.trim()) return focus();
  const field = form.closest("main") && form.querySelector("input.input");
  if (field) field.value = "";
  try {
    show(await ask(form.action, { method: "POST", body: new URLSearchParams(data) }));
    tellLater();
  } catch {
    alone(typed);
  }
}

// A page of this kiosk. Throws where the server is silent or broken; leaves where this device is one no more.
async function ask(address, options = {}) {
  const answer = await fetch(address, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status >= 500) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector(".kiosk #main")) {
    location.reload();
    return new Promise(() => {});
  }
  silent(false);
  return page;
}

function show(page) {
  document.title = page.title;
  put(page.getElementById("main").innerHTML);
}

async function alone(typed) {
  silent(true);
  put(await readAlone(typed, main.dataset.serie));
}

function put(html) {
  main.innerHTML = html;
  settled();
}

function settled() {
  const field = main.querySelector("input.input");
  if (field) field.inputMode = "none"; // our keys, not the system's
  awake();
  focus();
  read();
  if (main.querySelector(".slip")) window.print();
}

function focus() {
  (main.querySelector("input.input") ?? main.querySelector("input:checked") ?? main.querySelector("[data-end]"))?.focus();
}

// A minute without a touch: a question, then the start again. On an untouched start nobody is asked.
function awake() {
  clearTimeout(idle);
  clearTimeout(wipe);
  document.querySelector(".idle").hidden = true;
  if (untouched()) return;
  idle = setTimeout(() => (document.querySelector(".idle").hidden = false), IDLE);
  wipe = setTimeout(reset, WIPE);
}

function untouched() {
  const changed = MODES.some((mode) => document.body.classList.contains(mode));
  return !changed && main.querySelector("[data-start]") && !main.querySelector("input.input").value;
}

// Nothing of the last person stays: neither what was shown, nor typed, nor how they liked it.
function reset() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
  document.body.classList.remove(...MODES);
  for (const button of document.querySelectorAll("[data-toggle]")) button.setAttribute("aria-pressed", "false");
  document.title = main.dataset.title;
  if (start) put(start);
  else location.replace("/kiosco");
}

function read() {
  speak(main.querySelector(".hero > div")?.innerText ?? "");
}

function speak(words) {
  if (!words || !document.body.classList.contains("audio") || !("speechSynthesis" in window)) return;
  const spoken = new SpeechSynthesisUtterance(words);
  spoken.lang = document.documentElement.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}
