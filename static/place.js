// Step 6: when province or trámite change, ask the server for the same page and take what depends on them.
const form = document.querySelector("form[data-place]");

if (form) {
  const parts = (page) => [...page.querySelectorAll("[data-term], [data-agencies]")];
  const error = `${form.dataset.error} `;
  let newest = 0;

  // What was wrong before belongs to another choice.
  const forgetErrors = () => {
    if (document.title.startsWith(error)) document.title = document.title.slice(error.length);
    document.querySelector(".error-summary")?.remove();
    for (const box of form.querySelectorAll(".field-error")) box.classList.remove("field-error");
    for (const message of form.querySelectorAll(".error")) message.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  };

  const refresh = async () => {
    const mine = ++newest;
    const answers = new FormData(form);
    answers.delete("agencia");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(answers) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = parts(page);
      if (!fresh.length) throw new Error("another page");
      if (mine !== newest) return;
      parts(form).forEach((part, at) => {
        // What reads the same stays, as it was opened and filled in.
        if (part.textContent !== fresh[at].textContent) part.replaceChildren(...fresh[at].childNodes);
      });
      forgetErrors();
    } catch {
      // Whatever it was, the page of the whole form says it better.
      if (mine === newest) form.submit();
    }
  };
  const selects = [...form.querySelectorAll("select")];
  const ask = () => {
    if (selects.every((select) => select.value)) refresh(); // half a choice has no answer yet
  };
  for (const select of selects) select.addEventListener("change", ask);
}
