// The page on which a vet writes a protocol: it saves itself, adds rows, and fills in a patient of before.
(() => {
  const desk = document.querySelector("[data-desk]");
  const draft = document.querySelector("[data-draft]");
  const find = (selector, within = desk) => within.querySelector(selector);
  const problems = find("template[data-problems]").content;
  const rows = find("[data-specimens]");
  const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

  const saver = new Saving.Saver(draft, { held: "conflict" in desk.dataset, onSaved: clearErrors });

  // How saving stands
  function show() {
    find("[data-note]").textContent = saver.note;
    const line = find("[data-saving]");
    if (line.dataset.state === saver.state) return;
    line.dataset.state = saver.state;
    const time = { hour: "2-digit", minute: "2-digit", timeZone: desk.dataset.timeZone };
    const now = new Date().toLocaleTimeString(document.documentElement.lang, time);
    const sentence = line.dataset[`say${saver.state[0].toUpperCase()}${saver.state.slice(1)}`];
    find("[data-saving-text]", line).textContent = saver.state === "saved" ? `${sentence} ${now}` : sentence;
    showState(saver.state);
  }

  function showState(state) {
    if (state === "refused") showErrors(saver.answer.fields);
    const problem = find("[data-problem]");
    const own = { refused: saver.answer?.error, closed: saver.answer?.error }[state];
    const message = own || find(`[data-when="${state}"]`, problems)?.textContent;
    problem.hidden = !message;
    if (!message) return;
    find("[data-problem-text]").textContent = message;
    const action = find(`[data-when-action="${state}"]`, problems)?.cloneNode(true);
    find("[data-problem-action]").replaceChildren(...[action].filter(Boolean));
    if (state === "stale") action.addEventListener("click", compare);
  }

  // The plain form's own answer shows both beside each other.
  function compare() {
    saver.forget();
    draft.submit();
  }

  // What is wrong where
  function clearErrors() {
    desk.querySelectorAll("[data-error], .field > .field-error").forEach((error) => error.remove());
    desk.querySelectorAll(".is-missing").forEach((field) => field.classList.remove("is-missing"));
    desk.querySelectorAll("[aria-invalid], .is-invalid").forEach((control) => {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
      control.classList.remove("is-invalid");
    });
  }

  function showErrors(fields) {
    clearErrors();
    for (const [name, sentence] of Object.entries(fields)) showError(name, sentence);
  }

  function showError(name, sentence) {
    const place = find(`[data-field="${CSS.escape(name)}"]`);
    if (!place) return;
    const error = document.createElement("p");
    error.className = "field-error";
    error.dataset.error = "";
    error.id = `error-${name}`;
    error.textContent = sentence;
    place.classList.add("is-missing");
    place.append(error);
    const control = find("input, select, textarea", place);
    if (control?.name !== name) return;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", error.id);
    control.classList.add("is-invalid");
  }

  // Rows of specimens
  const all = () => [...rows.querySelectorAll("[data-specimen]")];
  const numberOf = (row) => Number(find("input", row).name.match(/-(\d+)-/)[1]);

  function addRow() {
    const number = Math.max(-1, ...all().map(numberOf)) + 1;
    const blank = find("template[data-specimen-row]").innerHTML.replaceAll("__row__", number);
    rows.insertAdjacentHTML("beforeend", blank);
    const row = all().at(-1);
    const taken = [...rows.querySelectorAll("[name$='-label']")].map((input) => input.value.trim());
    find("[name$='-label']", row).value = LETTERS.find((letter) => !taken.includes(letter)) ?? "";
    offerRemoval();
    find("[name$='-site']", row).focus();
  }

  function removeRow(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    offerRemoval();
    find("[name$='-site']", next).focus();
  }

  function offerRemoval() {
    const few = all().length < 2;
    rows.querySelectorAll("[data-remove-specimen]").forEach((button) => { button.hidden = few; });
  }

  // A patient of before
  function fillIn({ dataset }) {
    const names = ["animal", "species", "breed", "sex", "neutered", "chip", "owner_first_names", "owner_last_names"];
    for (const name of names) draft.elements[name].value = dataset[name];
    find("#patients").replaceChildren();
    draft.elements.age.focus();
  }

  draft.addEventListener("input", () => saver.touch());
  draft.addEventListener("change", () => saver.touch());
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("addSpecimen" in button.dataset) addRow();
    else if ("removeSpecimen" in button.dataset) removeRow(button.closest("[data-specimen]"));
    else if ("patient" in button.dataset) fillIn(button);
    else return;
    saver.touch();
  });
  draft.addEventListener("submit", async (event) => {
    event.preventDefault();
    const goesOn = event.submitter?.name === "review";
    const kept = await Saving.flush({ decided: true });
    if (kept && goesOn) location.assign(draft.action.replace(/edit\/$/, ""));
    if (!kept) find("[aria-invalid]")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    draft.requestSubmit(find("[data-save]"));
  });
  document.addEventListener("saving", show);

  find("[data-add-specimen]").hidden = false;
  offerRemoval();
  find("[aria-invalid]")?.focus();
})();
