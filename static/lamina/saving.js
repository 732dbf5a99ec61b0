// Saves a form while it is typed in: after a pause, one request at a time, again and again until it is kept.
// What it needs to say stands in the page; this file holds no sentence.
const Saving = (() => {
  const PAUSE_MS = 900;
  const LONGEST_MS = 6_000;
  const RETRIES_MS = [1_000, 2_000, 4_000, 8_000];
  // A browser sends no more than this after its page is gone.
  const KEEPALIVE_BYTES_MAX = 60_000;
  // Once in one of these a save can only fail again, until its writer decides something.
  const ENDED = ["stale", "closed"];
  // In these it is tried again by itself.
  const WAITING = ["offline", "login", "denied"];
  // For an answer without words of its own; the page has some.
  const NO_ANSWER = { error: "", fields: {} };
  const IGNORED = ["csrfmiddlewaretoken", "edit_version"];

  const savers = new Set();
  const changed = () => document.dispatchEvent(new CustomEvent("saving"));

  // The cookie is read each time: logging in again in another tab changes it.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

  function post(url, body, options = {}) {
    // The form's own would be looked at first, and it is as old as the page.
    body?.delete("csrfmiddlewaretoken");
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    return fetch(url, { method: "POST", headers, body, redirect: "manual", ...options });
  }

  // Whether somebody was faster than this script, or the browser has put back what was typed before a reload.
  function isTypedIn(field) {
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    if (field.options) {
      const shown = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(shown, 0);
    }
    return field.defaultValue !== undefined && field.value !== field.defaultValue;
  }

  class Saver {
    state = "saved";
    answer = null;
    note = "";
    #kept; #timer; #firstTyped; #running; #unsure; #failures = 0;

    constructor(form, { held = false, onSaved = () => {} } = {}) {
      this.form = form;
      this.#kept = held ? null : this.#typed();
      this.onSaved = onSaved;
      this.held = held;
      if (held) this.state = "stale";
      savers.add(this);
      if (held || ![...form.elements].some((field) => field.name && isTypedIn(field))) return;
      this.#kept = null;
      // Once whoever makes this one listens to what becomes of it.
      queueMicrotask(() => this.touch());
    }

    get dirty() { return Boolean(this.#running || this.#unsure) || this.#typed() !== this.#kept; }

    // Something was typed: save it after a pause, and at the latest while the typing goes on.
    touch() {
      if (ENDED.includes(this.state)) return;
      if (!this.dirty) return this.#become("saved");
      const now = performance.now();
      this.#firstTyped ??= now;
      if (!WAITING.includes(this.state)) this.#become(this.#running ? "saving" : "unsaved");
      this.#after(Math.min(PAUSE_MS, Math.max(0, this.#firstTyped + LONGEST_MS - now)));
    }

    // Save at once whatever is not saved; gives whether all of it is kept now. What another window saved is
    // replaced only where the writer has `decided` so, by a button of the page that shows both.
    async flush({ decided = false } = {}) {
      clearTimeout(this.#timer);
      while (this.#running) await this.#running;
      if (ENDED.includes(this.state) && !(this.held && decided)) return false;
      this.held = false;
      if (!this.dirty) return true;
      this.#running = this.#save().finally(() => { this.#running = undefined; });
      const kept = await this.#running;
      if (kept && this.dirty) this.touch();
      changed();
      return kept && !this.dirty;
    }

    forget() {
      clearTimeout(this.#timer);
      savers.delete(this);
      changed();
    }

    #typed() {
      const pairs = [...new FormData(this.form)].filter(([name]) => !IGNORED.includes(name));
      return new URLSearchParams(pairs).toString();
    }

    #after(delayMs) {
      clearTimeout(this.#timer);
      if (savers.has(this)) this.#timer = setTimeout(() => this.flush(), delayMs);
    }

    #become(state) {
      this.state = state;
      changed();
    }

    // What was sent without an answer may have been saved. It is sent once more before anything newer, since only
    // its answer tells its version; newer text with the old one would look like somebody else's.
    async #save() {
      if (this.#unsure && !(await this.#send(this.#unsure))) {
        if (this.#unsure || ENDED.includes(this.state)) return false;
      }
      const body = new URLSearchParams(new FormData(this.form));
      return this.#typed() === this.#kept || this.#send({ typed: this.#typed(), body });
    }

    async #send(sent) {
      const keepalive = document.hidden && sent.body.toString().length < KEEPALIVE_BYTES_MAX;
      this.#firstTyped = undefined;
      if (!WAITING.includes(this.state)) this.#become("saving");
      const answer = await post(this.form.action, sent.body, { keepalive }).catch(() => null);
      const json = await answer?.json().catch(() => null);
      this.answer = json ?? NO_ANSWER;
      if (answer?.ok && json) return this.#keep(sent.typed);
      return this.#refuse(answer, sent);
    }

    #refuse(answer, sent) {
      // A page that leads elsewhere is one for another account.
      const denied = answer?.type === "opaqueredirect" || [403, 404].includes(answer?.status);
      if (denied) return this.#again("denied");
      if (answer?.status === 401) return this.#again("login");
      if (answer?.status === 429) return this.#again("offline");
      if (!answer || answer.ok || answer.status >= 500) {
        this.#unsure = sent;
        return this.#again("offline");
      }
      this.#unsure = undefined;
      this.#become(ENDED.includes(this.answer.kind) ? this.answer.kind : "refused");
      return false;
    }

    #keep(typed) {
      this.#kept = typed;
      this.#unsure = undefined;
      this.#failures = 0;
      const version = this.form.elements.edit_version;
      if (version && this.answer.edit_version) version.value = this.answer.edit_version;
      this.#showNotes(this.answer.notes ?? {});
      this.#become("saved");
      this.onSaved(this.answer);
      return true;
    }

    // What the papers cannot print, beside each field that has some of it.
    #showNotes(notes) {
      this.note = [...new Set(Object.values(notes))].join(" ");
      this.form.querySelectorAll("[data-unprintable]").forEach((note) => note.remove());
      for (const [name, sentence] of Object.entries(notes)) {
        const note = document.createElement("p");
        note.className = "field-warning";
        note.dataset.unprintable = "";
        note.textContent = sentence;
        this.form.querySelector(`[data-field="${CSS.escape(name)}"]`)?.append(note);
      }
    }

    #again(state) {
      this.#become(state);
      this.#after(RETRIES_MS[Math.min(this.#failures++, RETRIES_MS.length - 1)]);
      return false;
    }
  }

  const flush = async (options) => (await Promise.all([...savers].map((saver) => saver.flush(options)))).every(Boolean);

  addEventListener("online", () => flush());
  // A tab that is left may never come back; one that is returned to may have been logged in elsewhere.
  document.addEventListener("visibilitychange", () => flush());
  addEventListener("beforeunload", (event) => {
    if ([...savers].some((saver) => saver.dirty)) event.preventDefault();
  });

  return { Saver, savers, flush, post };
})();
