// Enhancements only: every page works without this file.
const $ = (s, r = document) => r.querySelector(s);
document.documentElement.classList.add("js");

$(".error-summary")?.focus();

// The question page becomes a dialog: Esc means no, focus returns to the button.
const ask = $("form[data-ask]");
if (ask && window.HTMLDialogElement) {
  const box = document.getElementById(ask.dataset.ask);
  ask.addEventListener("submit", (e) => {
    const hour = new FormData(ask).get("hora");
    if (!hour) return;
    e.preventDefault();
    $("[name=hora]", box).value = hour;
    $("[data-hora]", box).textContent = hour.slice(11);
    box.showModal();
  });
}

// The hold: seen every second, spoken only at two minutes and at thirty seconds.
const left = $("[data-left]");
if (left) {
  const end = Date.now() + left.dataset.left * 1000;
  const words = (s) => (s >= 60 ? `${Math.floor(s / 60)} min ` : "") + `${s % 60} s`;
  const tick = setInterval(() => {
    const s = Math.max(0, Math.round((end - Date.now()) / 1000));
    left.textContent = s ? `Quedan ${words(s)}` : "El tiempo terminó";
    $(".hold progress").value = s;
    if (s === 120 || s === 30) $("[data-say]").textContent = `Quedan ${words(s)} para confirmar.`;
    if (!s) clearInterval(tick);
  }, 1000);
}

