// Filters the rows while one types; without scripts the form posts.
const field = document.querySelector("#busca");
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

// Again after news: new rows are filtered too.
export function filter() {
  if (!field) return 0;
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of document.querySelectorAll(".agenda tbody tr")) {
    const parts = row.querySelectorAll(".person, .digits");
    const text = plain([...parts].map((part) => part.textContent).join(" "));
    row.hidden = !words.every((word) => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  return shown;
}

if (field) {
  const status = document.querySelector("#novedades");
  document.querySelector("[data-search]").hidden = true;
  field.addEventListener("input", () => {
    const shown = filter();
    if (!status) return;
    const { oneFound, found } = status.dataset;
    status.textContent = !field.value ? "" : shown === 1 ? oneFound : found.replaceAll("{number}", shown);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.querySelector(".agenda tbody tr:not([hidden])")?.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = "";
    filter();
    field.blur();
  });
}
