// Shows the paper beside the text. Where the page is too narrow for both, the link opens a tab of its own.
(() => {
  const WIDE = matchMedia("(min-width: 62rem)");
  const FOLLOW_MS = 1_500;
  const OPEN_KEY = "lamina.preview";
  const panel = document.querySelector("[data-preview]");
  const frames = panel.querySelector("[data-preview-frames]");
  const opener = document.querySelector("[data-preview-open]");
  const follow = panel.querySelector("[data-preview-follow]");
  let drawn = 0;
  let timer;

  const isOpen = () => !panel.hidden;

  // Remembered where the browser allows it.
  function remember(open) {
    try { localStorage.setItem(OPEN_KEY, open ? "1" : ""); } catch { /* then not */ }
  }

  function remembered() {
    try { return localStorage.getItem(OPEN_KEY) === "1"; } catch { return false; }
  }

  function toggle(open) {
    panel.hidden = !open;
    document.querySelector("[data-desk]").classList.toggle("has-preview", open);
    opener.setAttribute("aria-expanded", String(open));
    remember(open);
    if (open) draw();
    else frames.replaceChildren();
  }

  // The new paper is drawn behind the old one and then takes its place, so that nothing flashes.
  function draw() {
    clearTimeout(timer);
    if (!isOpen()) return;
    const next = document.createElement("iframe");
    next.title = frames.dataset.title;
    next.className = "is-coming";
    next.addEventListener("load", () => {
      if (!next.isConnected) return;
      next.classList.remove("is-coming");
      while (frames.firstElementChild !== next) frames.firstElementChild.remove();
      panel.dataset.drawn = next.dataset.drawn;
    });
    next.dataset.drawn = String(++drawn);
    next.src = `${panel.dataset.url}?drawn=${drawn}#toolbar=0&navpanes=0&view=FitH`;
    frames.append(next);
  }

  async function refresh() {
    if (!WIDE.matches) return open(opener.href, "_blank", "noopener");
    await Saving.flush();
    if (isOpen()) draw();
    else toggle(true);
  }

  opener.addEventListener("click", async (event) => {
    if (!WIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (isOpen()) return toggle(false);
    await Saving.flush();
    toggle(true);
  });
  panel.querySelector("[data-preview-refresh]").addEventListener("click", refresh);
  panel.querySelector("[data-preview-close]").addEventListener("click", () => { toggle(false); opener.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    refresh();
  });
  document.addEventListener("savedbyhand", draw);
  for (const name of ["draftsaved", "imageschanged"]) {
    document.addEventListener(name, () => {
      clearTimeout(timer);
      if (follow.checked) timer = setTimeout(draw, FOLLOW_MS);
    });
  }
  opener.setAttribute("aria-expanded", "false");
  if (remembered() && WIDE.matches) toggle(true);
})();
