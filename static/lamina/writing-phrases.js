// Inserts a reusable text where the cursor is: a list that is searched and chosen from by keys alone.
(() => {
  const SHOWN_MAX = 50;
  const dialog = document.querySelector("[data-phrases]");
  const search = dialog.querySelector("[data-phrases-search]");
  const list = dialog.querySelector("[data-phrases-found]");
  const none = dialog.querySelector("[data-phrases-none]");
  const lost = dialog.querySelector("[data-phrases-lost]");
  let phrases = [];
  let found = [];
  let chosen = 0;
  let area = null;
  // Where the cursor was: a browser that gives the focus back may put it at the beginning.
  let cursor = null;

  const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

  async function open(target) {
    area = target;
    cursor = [area.selectionStart, area.selectionEnd];
    search.value = "";
    dialog.showModal();
    search.focus();
    await load();
    show();
  }

  // Read at each opening: it may just have been added in another tab.
  async function load() {
    try {
      const answer = await fetch(dialog.dataset.url, { headers: { Accept: "application/json" } });
      phrases = (await answer.json()).results.map((phrase) => ({ ...phrase, words: plain(`${phrase.title} ${phrase.text}`) }));
      lost.hidden = true;
    } catch {
      lost.hidden = phrases.length > 0;
    }
  }

  function show() {
    const words = plain(search.value).split(/\s+/);
    found = phrases.filter((phrase) => words.every((word) => phrase.words.includes(word))).slice(0, SHOWN_MAX);
    list.replaceChildren(...found.map(option));
    none.hidden = found.length > 0 || !lost.hidden;
    choose(0);
  }

  function option(phrase, place) {
    const item = document.createElement("li");
    const title = document.createElement("strong");
    const text = document.createElement("span");
    title.textContent = phrase.title;
    text.textContent = phrase.text;
    item.append(title, text);
    item.id = `phrase-${place}`;
    item.setAttribute("role", "option");
    item.addEventListener("click", () => insert(phrase));
    return item;
  }

  function choose(place) {
    chosen = Math.min(Math.max(place, 0), found.length - 1);
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
    if (chosen < 0) return search.removeAttribute("aria-activedescendant");
    search.setAttribute("aria-activedescendant", `phrase-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function goBack() {
    area.focus();
    if (cursor) area.setSelectionRange(...cursor);
  }

  function insert(phrase) {
    dialog.close();
    goBack();
    cursor = null;
    // The browser's own typing can be undone by its own keys; where it is missing, the text is set.
    if (document.execCommand("insertText", false, phrase.text)) return;
    area.setRangeText(phrase.text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if (event.key === "Enter") { if (found[chosen]) insert(found[chosen]); } else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", goBack);
  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => open(document.getElementById(button.dataset.insert)));
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    const target = document.activeElement?.closest("[data-draft] textarea");
    if (!target) return;
    event.preventDefault();
    open(target);
  });
})();
