// One key per action, arrows between rows, "/" to search. Off with a button, remembered in this browser.
const list = document.querySelector("#teclas");

if (list) {
  const KEPT = "turnero-teclas";
  const toggle = list.querySelector("[data-keys]");
  const live = document.querySelector("#vivo");
  let on = localStorage.getItem(KEPT) !== "no";

  const rows = () => [...live.querySelectorAll(".agenda tbody tr:not([hidden])")];
  const current = () => document.activeElement?.closest?.(".agenda tbody tr");
  const tell = () => {
    toggle.textContent = on ? toggle.dataset.on : toggle.dataset.off;
    list.classList.toggle("off", !on);
  };

  const move = (steps) => {
    const all = rows();
    const here = all.indexOf(current());
    all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + steps))]?.focus();
  };
  // Of the chosen row; with none chosen, of whoever is at this window. All their buttons are in the panel above.
  const press = (key) => {
    const row = current();
    const mine = live.querySelector(".mine");
    const panel = !row || mine?.dataset.id === `mio${row.id.slice(1)}` ? mine : null;
    const button = (place) => place?.querySelector(`button[data-key="${key}"]`);
    (button(row) ?? button(panel))?.click();
  };
  const enter = (event) => {
    if (!event.target.matches(".agenda tbody tr")) return false;
    (event.target.querySelector("button[data-key]") ?? event.target.querySelector("a"))?.click();
    return true;
  };
  const search = () => {
    const field = document.querySelector("#busca");
    field.focus();
    field.select();
  };
  const DOES = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    j: () => move(1),
    k: () => move(-1),
    "/": search,
    s: () => live.querySelector("[data-next]")?.click(),
    Enter: enter,
  };
  for (const key of "palnroz") DOES[key] = () => press(key);

  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.repeat && !key.startsWith("Arrow")) return;
    if (event.target.matches("input, textarea, select") || !(key in DOES)) return;
    if (DOES[key](event) !== false) event.preventDefault();
  });

  toggle.addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEPT, on ? "yes" : "no");
    tell();
  });
  list.hidden = false;
  tell();
  // Back from an action: its row is chosen again.
  if (/^#t\d+$/.test(location.hash)) document.querySelector(location.hash)?.focus();
}
