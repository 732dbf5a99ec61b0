// The writing page: shows how saving stands and what is wrong where, moves rows, and leads to the signature.
(() => {
  const WORST_FIRST = ["stale", "closed", "refused", "denied", "login", "offline", "saving", "unsaved"];
  const desk = document.querySelector("[data-desk]");
  const draft = document.querySelector("[data-draft]");
  const find = (selector, within = desk) => within.querySelector(selector);
  const problems = find("template[data-problems]").content;
  let finished = false;

  const saver = new Saving.Saver(draft, { held: "conflict" in desk.dataset, onSaved: saved });

  function saved() {
    clearErrors();
    document.dispatchEvent(new CustomEvent("draftsaved"));
  }

  // How saving stands
  function show() {
    showNotes();
    const states = [...Saving.savers].map((each) => each.state);
    const state = WORST_FIRST.find((each) => states.includes(each)) ?? "saved";
    const line = find("[data-saving]");
    const before = line.dataset.state;
    if (state === before) return;
    line.dataset.state = state;
    line.dataset.seen = state === "saved" ? "" : "1";
    const time = { hour: "2-digit", minute: "2-digit", timeZone: desk.dataset.timeZone };
    const now = new Date().toLocaleTimeString(document.documentElement.lang, time);
    const sentence = line.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`];
    find("[data-saving-text]", line).textContent = state === "saved" ? `${sentence} ${now}` : sentence;
    showState(state);
  }

  // What the paper cannot print, read aloud; it stands beside its fields
  function showNotes() {
    const notes = new Set([...Saving.savers].map((each) => each.note).filter(Boolean));
    find("[data-note]").textContent = [...notes].join(" ");
  }

  function showState(state) {
    const problem = find("[data-problem]");
    const culprit = [...Saving.savers].find((each) => each.state === state);
    if (state === "refused") showErrors(culprit.answer.fields, culprit.form);
    const sentence = find(`[data-when="${state}"]`, problems)?.textContent;
    const message = { refused: culprit?.answer?.error, closed: culprit?.answer?.error }[state] || sentence;
    problem.hidden = !message;
    if (!message) return;
    find("[data-problem-text]").textContent = message;
    const action = find(`[data-when-action="${state}"]`, problems)?.cloneNode(true);
    find("[data-problem-action]").replaceChildren(...[action].filter(Boolean));
    if (state === "stale") action.addEventListener("click", compare);
  }

  // The plain form's own answer shows both texts beside each other.
  function compare() {
    finished = true;
    for (const each of [...Saving.savers]) each.forget();
    draft.submit();
  }

  // What is wrong where
  function clearErrors() {
    desk.querySelectorAll("[data-error]").forEach((error) => error.remove());
    desk.querySelectorAll(".is-missing").forEach((field) => field.classList.remove("is-missing"));
    desk.querySelectorAll("[aria-invalid]").forEach((control) => {
      control.removeAttribute("aria-invalid");
      control.classList.remove("is-invalid");
    });
  }

  function showErrors(fields, within = desk) {
    clearErrors();
    const shown = Object.entries(fields).map(([name, sentence]) => showError(name, sentence, within));
    const known = shown.filter(Boolean);
    known.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    return known[0];
  }

  function showError(name, sentence, within) {
    const place = find(`[data-field="${CSS.escape(name)}"]`, within);
    if (!place) return null;
    place.closest("details")?.setAttribute("open", "");
    place.classList.add("is-missing");
    const error = document.createElement("p");
    error.className = "field-error";
    error.dataset.error = "";
    error.id = `error-${name}`;
    error.textContent = sentence;
    place.append(error);
    const control = find(`[name="${CSS.escape(name)}"]`, place) ?? find("textarea, input, button", place);
    if (control?.name === name) {
      control.setAttribute("aria-invalid", "true");
      control.classList.add("is-invalid");
      control.setAttribute("aria-describedby", error.id);
    }
    return control ?? place;
  }

  // The last look before the signature
  const review = find("[data-review]");

  async function openReview() {
    if (!(await Saving.flush({ decided: true }))) return;
    let html;
    try {
      const answer = await fetch(review.dataset.url, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      html = await answer.text();
    } catch {
      return location.assign(review.dataset.url);
    }
    const body = new DOMParser().parseFromString(html, "text/html").querySelector("[data-review-content]");
    const missing = [...body.querySelectorAll("[data-missing]")];
    const fields = Object.fromEntries(missing.map((item) => [item.dataset.missing, item.textContent.trim()]));
    if (missing.length) return showMissing(fields);
    find("[data-review-body]").replaceChildren(document.importNode(body, true));
    review.showModal();
  }

  function showMissing(fields, sentence) {
    review.close();
    const first = showErrors(fields);
    const elsewhere = Object.keys(fields).filter((name) => !find(`[data-field="${CSS.escape(name)}"]`));
    const message = [sentence, ...elsewhere.map((name) => fields[name])].filter(Boolean);
    const problem = find("[data-problem]");
    problem.hidden = !message.length;
    find("[data-problem-text]").textContent = message.join(" ");
    find("[data-problem-action]").replaceChildren();
    first?.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  }

  async function sign(form) {
    if (finished) return;
    finished = true;
    let answer;
    let json = {};
    try {
      answer = await Saving.post(form.action, new FormData(form));
      json = await answer.json();
    } catch {
      // Whether it arrived nobody knows here; the report's own page does.
    }
    if (answer?.status === 409) {
      finished = false;
      return showMissing(json.fields, Object.keys(json.fields).length ? "" : json.error);
    }
    location.assign(form.dataset.then);
  }

  // Rows of a synoptic table
  const blankRow = find("template[data-synoptic-row]");
  const usual = [...document.querySelectorAll("#synoptic-elements option")].map((option) => option.value);

  function addRow(table, element = "") {
    const row = document.importNode(blankRow.content.firstElementChild, true);
    const inputs = row.querySelectorAll("input");
    inputs[0].name = `${table.dataset.synoptic}-element`;
    inputs[1].name = `${table.dataset.synoptic}-answer`;
    inputs[0].value = element;
    find("tbody", table).append(row);
    find("table", table).hidden = false;
    return inputs[element ? 1 : 0];
  }

  function addUsual(table) {
    const there = [...table.querySelectorAll("[name$='-element']")].map((input) => input.value);
    const added = usual.filter((element) => !there.includes(element)).map((element) => addRow(table, element));
    added[0]?.focus();
  }

  function removeRow(button) {
    const table = button.closest("[data-synoptic]");
    const row = button.closest("tr");
    const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input");
    row.remove();
    find("table", table).hidden = !find("tbody tr", table);
    (next ?? find("[data-add-row]", table)).focus();
  }

  // What has something in it
  function outline() {
    for (const link of desk.querySelectorAll("[data-outline] a")) {
      const section = find(link.hash);
      const texts = [...(section?.querySelectorAll("textarea, [data-image]") ?? [])];
      link.classList.toggle("is-written", texts.some((text) => text.dataset.image || text.value?.trim()));
    }
  }

  draft.addEventListener("input", () => { saver.touch(); outline(); });
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const table = button?.closest("[data-synoptic]");
    if (table && "addRow" in button.dataset) addRow(table).focus();
    else if (table && "addUsual" in button.dataset) addUsual(table);
    else if (table && "removeRow" in button.dataset) removeRow(button);
    else if (button && "close" in button.dataset) return button.closest("dialog").close();
    else return;
    saver.touch();
  });
  draft.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter && "reviewOpen" in event.submitter.dataset) return openReview();
    Saving.flush({ decided: true }).then((kept) => kept && document.dispatchEvent(new CustomEvent("savedbyhand")));
  });
  review.addEventListener("submit", (event) => { event.preventDefault(); sign(event.target); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    draft.requestSubmit(find("[data-save]"));
  });
  document.addEventListener("saving", show);
  document.addEventListener("imageschanged", outline);

  // A phone begins with the text, not with the case.
  if (matchMedia("(max-width: 61.98rem)").matches) find("[data-case]").open = false;
  desk.querySelectorAll("[data-synoptic-actions]").forEach((actions) => { actions.hidden = false; });
  document.documentElement.classList.add("has-script");
  find("[aria-invalid]")?.focus();
  if (!CSS.supports("field-sizing", "content")) growing();
  outline();

  function growing() {
    const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
    desk.querySelectorAll("textarea").forEach(grow);
    desk.addEventListener("input", (event) => event.target.matches("textarea") && grow(event.target));
  }
})();
