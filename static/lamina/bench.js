// Counts what is chosen on the bench, chooses a page, and lets a scanner choose. Without it all works by hand.
(() => {
  const boxes = () => [...document.querySelectorAll(".pick-box")];
  const place = document.querySelector("[data-chosen]");

  function count() {
    const chosen = boxes().filter((box) => box.checked).length;
    for (const head of document.querySelectorAll("[data-choose-all]")) {
      head.checked = chosen > 0 && chosen === boxes().length;
      head.indeterminate = chosen > 0 && !head.checked;
    }
    if (!place) return;
    place.hidden = !chosen;
    place.textContent = chosen === 1 ? place.dataset.one : place.dataset.many.replace("#", chosen);
    place.closest("form").classList.toggle("bulk-on", chosen > 0);
  }

  // A scanner types a label's code and Enter; what is not on this page is searched for as usual.
  function scan(event) {
    const typed = event.target.value.trim().toUpperCase();
    const box = boxes().find((one) => one.dataset.code.toUpperCase() === typed);
    if (event.key !== "Enter" || !box) return;
    event.preventDefault();
    box.checked = true;
    box.closest("tr").scrollIntoView({ block: "nearest" });
    event.target.value = "";
    const status = document.querySelector("[data-scanned]");
    status.textContent = status.dataset.found.replace("#", box.dataset.code);
    count();
  }

  document.querySelectorAll("[data-choose-all], [data-scripted]").forEach((part) => (part.hidden = false));
  document.getElementById("id_q")?.addEventListener("keydown", scan);
  document.querySelector(".steps [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-choose-all]")) boxes().forEach((box) => (box.checked = target.checked));
    if (target.matches("[data-choose-all], .pick-box")) count();
  });
  // What came back by the browser's "back" has its boxes as they were.
  addEventListener("pageshow", count);
})();
