// Compares a file with what was issued: it is hashed here, in the browser, and goes nowhere.
(() => {
  const place = document.querySelector("[data-sha256]");
  // Browsers hash only on pages that came over a secure connection; elsewhere the way by hand is shown.
  if (!place || !window.crypto?.subtle) return;
  const drop = place.querySelector("[data-drop]");
  const chooser = drop.querySelector("input[type=file]");
  const outcomes = place.querySelectorAll("[data-outcome]");
  const digest = place.querySelector("[data-digest]");

  document.querySelector("[data-by-hand]").open = false;
  drop.hidden = false;

  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function showOutcome(outcome, name) {
    outcomes.forEach((board) => {
      board.hidden = board.dataset.outcome !== outcome;
      board.querySelectorAll("[data-name]").forEach((slot) => { slot.textContent = name; });
    });
  }

  async function compare(file) {
    if (!file) return;
    showOutcome("working", file.name);
    digest.textContent = "";
    try {
      const found = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      digest.textContent = found;
      showOutcome(found === place.dataset.sha256 ? "same" : "other", file.name);
    } catch {
      showOutcome("unreadable", file.name);
    }
  }

  chooser.addEventListener("change", () => compare(chooser.files[0]));
  // The whole page takes a file, so that one dropped beside the field is not opened instead.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    compare(event.dataTransfer.files[0]);
  });
})();
