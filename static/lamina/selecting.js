// Counts what is chosen on a list and chooses a whole page. Without it the boxes and buttons work all the same.
(() => {
  const boxes = () => [...document.querySelectorAll("input[name=ids][form=selection]")];
  const isBox = (target) => target.matches("input[name=ids], [data-pick-all], #choose-matching");

  // Its own table; or on a phone, where tables have no heads, all of them.
  const scope = (head) => head.closest("table") ?? document;

  function count() {
    const form = document.getElementById("selection");
    if (!form) return;
    const every = boxes();
    const chosen = every.filter((box) => box.checked).length;
    const matching = form.elements.namedItem("all").checked;
    document.querySelectorAll("[data-scripted]").forEach((part) => (part.hidden = false));
    showCount(form.querySelector("[data-count]"), chosen, matching);
    every.forEach((box) => (box.disabled = matching));
    form.querySelectorAll("button").forEach((button) => (button.disabled = !chosen && !matching));
    form.classList.toggle("bulk-on", chosen > 0 || matching);
    for (const head of document.querySelectorAll("[data-pick-all]")) {
      head.disabled = matching;
      const below = every.filter((box) => scope(head).contains(box));
      const ticked = below.filter((box) => box.checked).length;
      head.checked = ticked === below.length;
      head.indeterminate = ticked > 0 && ticked < below.length;
    }
  }

  function showCount(place, chosen, matching) {
    place.hidden = !chosen && !matching;
    const text = chosen === 1 ? place.dataset.one : place.dataset.many.replace("#", chosen);
    place.textContent = matching ? place.dataset.all : text;
  }

  document.addEventListener("change", ({ target }) => {
    if (!isBox(target)) return;
    if (target.matches("[data-pick-all]")) {
      scope(target).querySelectorAll("input[name=ids]").forEach((box) => (box.checked = target.checked));
    }
    count();
  });
  // A list that was searched anew, or came back by the browser's "back" with its boxes as they were.
  document.addEventListener("htmx:afterSettle", count);
  addEventListener("pageshow", count);
})();
