// A button that opens the browser's own printing, where scripts run; without them the browser's menu does it.
const button = document.querySelector("[data-print]");

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
