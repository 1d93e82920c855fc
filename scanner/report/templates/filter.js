(() => {
  "use strict";
  const form = document.getElementById("filters");
  const rows = Array.from(document.querySelectorAll("#list tbody tr"));
  const fields = Array.from(form.querySelectorAll("[data-facet]"));
  const shown = document.getElementById("shown");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    let count = 0;
    rows.forEach((row, n) => {
      const fits = fields.every((field) => {
        const wanted = field.value.trim().toLowerCase();
        if (!wanted) return true;
        return field.dataset.facet === "text" ? texts[n].includes(wanted) : row.dataset[field.dataset.facet] === wanted;
      });
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.value = String(count);
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
