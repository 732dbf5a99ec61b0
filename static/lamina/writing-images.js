// Micrographs on the writing page: dropped, pasted or chosen, watched while they are prepared, described, ordered.
(() => {
  const POLL_MS = 700;
  const place = document.querySelector("[data-images]");
  const form = document.querySelector("[data-upload]");
  const chooser = form.querySelector("input[type=file]");
  const status = document.querySelector("[data-images-status]");
  const confirmation = document.querySelector("[data-confirm]");
  const savers = new WeakMap();
  let timer;

  const list = () => place.querySelector("[data-micrographs]");
  const cards = () => [...list().children].filter((card) => card.dataset.image);
  const changed = () => document.dispatchEvent(new CustomEvent("imageschanged"));

  function tend(card) {
    const saver = new Saving.Saver(card.querySelector("form"), { onSaved: changed });
    savers.set(card, saver);
    card.querySelector("[data-drag]").hidden = false;
    card.addEventListener("input", () => saver.touch());
  }

  // What the server shows, without touching what is being typed
  async function refresh() {
    clearTimeout(timer);
    let html;
    try {
      const answer = await fetch(place.dataset.stateUrl, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (!answer.ok) throw new Error(answer.status);
      html = await answer.text();
    } catch {
      timer = setTimeout(refresh, 4 * POLL_MS);
      return;
    }
    merge(new DOMParser().parseFromString(html, "text/html"));
    watch();
  }

  function merge(fragment) {
    const fresh = [...fragment.querySelectorAll("[data-image]")];
    const ids = fresh.map((card) => card.dataset.image);
    cards().filter((card) => !ids.includes(card.dataset.image)).forEach(drop);
    for (const card of fresh) {
      const there = cards().find((each) => each.dataset.image === card.dataset.image);
      if (!there) adopt(document.importNode(card, true));
      else if (there.dataset.state !== card.dataset.state) redraw(there, card);
    }
    arrange(ids);
  }

  function adopt(card) {
    list().append(card);
    tend(card);
  }

  function redraw(card, fresh) {
    card.dataset.state = fresh.dataset.state;
    card.querySelector("[data-picture]").replaceChildren(...document.importNode(fresh.querySelector("[data-picture]"), true).childNodes);
    changed();
  }

  function drop(card) {
    savers.get(card)?.forget();
    card.remove();
  }

  function arrange(ids) {
    const order = new Map(cards().map((card) => [card.dataset.image, card]));
    ids.forEach((id, index) => {
      if (list().children[index] !== order.get(id)) list().insertBefore(order.get(id), list().children[index]);
    });
    number();
  }

  function number() {
    cards().forEach((card, index) => {
      card.querySelector(".micrograph-number").textContent = index + 1;
      for (const button of card.querySelectorAll("[data-move], [data-remove]")) {
        button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, index + 1));
      }
    });
  }

  function watch() {
    clearTimeout(timer);
    if (cards().some((card) => card.dataset.state === "preparing")) timer = setTimeout(refresh, POLL_MS);
  }

  // Uploading: one request for each, so that one that is refused refuses no other
  async function upload(files) {
    const waiting = [...files].map((file) => [file, placeholder(file)]);
    for (const [file, card] of waiting) await send(file, card);
    await refresh();
    changed();
  }

  function placeholder(file) {
    const card = document.createElement("li");
    card.className = "micrograph is-uploading";
    const name = document.createElement("p");
    name.textContent = file.name;
    const text = document.createElement("p");
    text.setAttribute("role", "status");
    text.textContent = form.dataset.sayUploading;
    card.append(name, text);
    list().append(card);
    return card;
  }

  async function send(file, card) {
    if (file.size > Number(form.dataset.bytesMax)) return fail(card, form.dataset.sayTooLarge);
    const body = new FormData();
    body.append("images", file, file.name);
    try {
      const answer = await Saving.post(form.action, body);
      if (answer.ok) return card.remove();
      const json = await answer.json();
      fail(card, [...new Set([json.error, ...Object.values(json.fields)])].at(-1));
    } catch {
      fail(card, form.dataset.sayLost);
    }
  }

  function fail(card, sentence) {
    card.classList.add("is-refused");
    card.lastElementChild.textContent = sentence;
    // The server's sentence begins with it.
    card.firstElementChild.hidden = sentence.startsWith(card.firstElementChild.textContent);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon-button";
    close.textContent = "×";
    close.setAttribute("aria-label", form.dataset.sayDismiss);
    close.addEventListener("click", () => card.remove());
    card.append(close);
  }

  // Order
  async function keepOrder() {
    number();
    const body = new URLSearchParams(cards().map((card) => ["ids", card.dataset.image]));
    const answer = await Saving.post(place.dataset.orderUrl, body).catch(() => null);
    if (answer?.ok) changed();
    else await refresh();
  }

  function move(card, step, button) {
    const all = cards();
    const index = all.indexOf(card) + step;
    if (index < 0 || index >= all.length) return;
    if (step < 0) all[index].before(card);
    else all[index].after(card);
    button.focus();
    status.textContent = status.dataset.sayPlace.replace("{n}", index + 1).replace("{count}", all.length);
    keepOrder();
  }

  let dragged = null;
  place.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-image]");
    if (card) card.draggable = Boolean(event.target.closest("[data-drag]"));
  });
  place.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-image]");
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  place.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-image]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const all = cards();
    if (all.indexOf(over) > all.indexOf(dragged)) over.after(dragged);
    else over.before(dragged);
  });
  place.addEventListener("dragend", () => {
    dragged.classList.remove("is-dragged");
    dragged.draggable = false;
    dragged = null;
    keepOrder();
  });

  async function remove(card, url) {
    confirmation.returnValue = "no";
    confirmation.showModal();
    await new Promise((done) => confirmation.addEventListener("close", done, { once: true }));
    if (confirmation.returnValue !== "yes") return;
    const next = card.nextElementSibling ?? card.previousElementSibling;
    const answer = await Saving.post(url).catch(() => null);
    if (answer?.ok) drop(card);
    (next?.querySelector("[data-remove]") ?? chooser).focus();
    await refresh();
    changed();
  }

  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    const card = event.target.closest("[data-image]");
    if (button && "move" in button.dataset) move(card, Number(button.dataset.move), button);
    else if (button && "remove" in button.dataset) remove(card, button.formAction);
    else if (button && "retry" in button.dataset) Saving.post(button.formAction).catch(() => null).then(refresh);
    else savers.get(card).flush();
  });
  chooser.addEventListener("change", () => { upload(chooser.files); chooser.value = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());

  const withFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("is-over"); });
  addEventListener("drop", (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    form.classList.remove("is-over");
    upload(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    upload(pictures);
  });

  form.querySelector("[data-drop-hint]").hidden = false;
  cards().forEach(tend);
  watch();
})();
