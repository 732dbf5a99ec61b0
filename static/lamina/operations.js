// Watches an operation until it has ended. Every sentence comes from the server's fragment.
(() => {
  const LOST_MS = 2_000;
  const page = document.querySelector("[data-status-url]");
  const board = page.querySelector("[data-state]");
  const bar = board.querySelector("progress");

  const askIn = (ms) => setTimeout(ask, ms);

  async function ask() {
    let answer;
    try {
      answer = await fetch(page.dataset.statusUrl, { headers: { Accept: "text/html" }, redirect: "manual" });
    } catch {
      answer = null;
    }
    if (!answer || answer.status >= 500) return askIn(LOST_MS);
    // Logged out, or gone: the page's own address says which.
    if (!answer.ok) return location.reload();
    show(await answer.text());
  }

  function show(html) {
    const fragment = new DOMParser().parseFromString(html, "text/html").querySelector("[data-state]");
    // The whole page tells more of what has ended, and its header that somebody was told.
    if (fragment.dataset.state !== "running") return location.reload();
    fragment.querySelectorAll("[data-part]").forEach(renew);
    advance(fragment);
    askIn(Number(fragment.dataset.retryAfterMs));
  }

  function renew(part) {
    const shown = board.querySelector(`[data-part="${part.dataset.part}"]`);
    // Whoever is at a link or button in it keeps it.
    const isInUse = shown.contains(document.activeElement);
    // A form's token is another in each answer.
    if (isInUse || part.textContent === shown.textContent) return;
    shown.replaceWith(document.importNode(part, true));
  }

  function advance(fragment) {
    const value = fragment.querySelector("progress").value;
    // It goes back only where a new round begins.
    const isNewRound = fragment.dataset.round !== board.dataset.round;
    bar.value = isNewRound ? value : Math.max(bar.value, value);
    board.dataset.round = fragment.dataset.round;
  }

  if (board.dataset.state === "running") askIn(Number(board.dataset.retryAfterMs));
})();
