// Step 7: the question "¿Desea este turno?" as a dialog. Esc and No close it, and the focus returns.
const form = document.querySelector("form[data-ask]");
const dialog = form && document.getElementById(form.dataset.ask);

if (dialog?.showModal) {
  form.addEventListener("submit", (event) => {
    const hour = new FormData(form).get("hora");
    if (!hour) return; // the server says what is missing
    event.preventDefault();
    dialog.querySelector("[name=hora]").value = hour;
    dialog.querySelector("[data-hora]").textContent = hour.slice(11);
    dialog.showModal();
  });
}
