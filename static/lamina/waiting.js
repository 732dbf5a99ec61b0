// Waits for a document and opens it. Every sentence comes from the server's status fragment.
(() => {
  const LONG_MS = 10_000;
  // After this the document's own address is asked to make it at once, so that nobody waits for ever.
  const PATIENCE_MS = 20_000;
  const LOST_MS = 1_000;

  const page = document.querySelector("[data-status-url]");
  const board = page.querySelector("[data-board]");
  const long = page.querySelector("[data-long]");
  const lost = page.querySelector("[data-lost]");
  const bell = page.querySelector("[data-tell]");
  const started = performance.now();
  let state = "queued";
  let opening = false;

  const elapsed = () => performance.now() - started;
  const askIn = (ms) => setTimeout(ask, ms);
  const isNotifying = () => bell.getAttribute("aria-pressed") === "true";

  async function ask() {
    let answer;
    try {
      answer = await fetch(page.dataset.statusUrl, { headers: { Accept: "text/html" }, redirect: "manual" });
    } catch {
      answer = null;
    }
    lost.hidden = Boolean(answer) && answer.status < 500;
    if (!lost.hidden) return askIn(LOST_MS);
    // Logged out, or gone: the document's own address says which.
    if (!answer.ok) return location.replace(page.dataset.openUrl);
    show(await answer.text());
  }

  function show(html) {
    const fragment = new DOMParser().parseFromString(html, "text/html").querySelector("[data-state]");
    if (fragment.dataset.state !== state) {
      state = fragment.dataset.state;
      page.dataset.state = state;
      board.replaceChildren(document.importNode(fragment, true));
    }
    if (state === "ready") return open(fragment.dataset.pdfUrl);
    if (state === "failed") return fail(fragment);
    long.hidden = long.hidden && elapsed() < LONG_MS;
    if (elapsed() > PATIENCE_MS) return open(page.dataset.lastRoundUrl);
    askIn(Number(fragment.dataset.retryAfterMs));
  }

  function open(url) {
    if (opening) return;
    opening = true;
    document.title = page.dataset.readyTitle;
    // Replaced, so that "back" leads from the document to where the reader came from.
    if (!isNotifying() || !document.hidden) return location.replace(url);
    notify(page.dataset.readyTitle);
    document.addEventListener("visibilitychange", () => location.replace(url), { once: true });
  }

  function fail(fragment) {
    document.title = fragment.dataset.title;
    if (isNotifying() && document.hidden) notify(fragment.dataset.title);
  }

  function notify(title) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      new Notification(title).onclick = () => window.focus();
    } catch {
      // Phones allow notifications only from a service worker; the title says it there.
    }
  }

  bell.hidden = false;
  bell.addEventListener("click", () => {
    bell.setAttribute("aria-pressed", String(!isNotifying()));
    if (isNotifying() && "Notification" in window && Notification.permission === "default") {
      Notification.requestPermission();
    }
  });
  askIn(Number(page.dataset.retryAfterMs));
})();
