// Watches a report until it is issued or has failed. Every sentence comes from the server's fragment.
(() => {
  const LOST_MS = 2_000;
  const board = document.querySelector("[data-progress-url]");
  let state = board.querySelector("[data-state]").dataset.state;

  const askIn = (ms) => setTimeout(ask, ms);

  async function ask() {
    let answer;
    try {
      answer = await fetch(board.dataset.progressUrl, { headers: { Accept: "text/html" }, redirect: "manual" });
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
    if (fragment.outerHTML !== board.firstElementChild.outerHTML) {
      board.replaceChildren(document.importNode(fragment, true));
    }
    state = fragment.dataset.state;
    if (state === "finalized") return askIn(Number(fragment.dataset.retryAfterMs));
    if (state === "failed") return;
    // The whole page tells more of an issued report: its messages, its verification, its timeline.
    if (board.dataset.thenUrl) location.replace(board.dataset.thenUrl);
    else location.reload();
  }

  if (state === "finalized") askIn(Number(board.dataset.retryAfterMs));
})();
