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
    #kept; #timer; #firstTyped; #running; #failures = 0;

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

    get dirty() { return this.#running !== undefined || this.#typed() !== this.#kept; }

    // Something was typed: save it after a pause, and at the latest while the typing goes on.
    touch() {
      if (this.held || ENDED.includes(this.state)) return;
      if (!this.dirty) return this.#become("saved");
      const now = performance.now();
      this.#firstTyped ??= now;
      if (!["offline", "login"].includes(this.state)) this.#become(this.#running ? "saving" : "unsaved");
      this.#after(Math.min(PAUSE_MS, Math.max(0, this.#firstTyped + LONGEST_MS - now)));
    }

    // Save at once whatever is not saved; gives whether all of it is kept now.
    async flush() {
      clearTimeout(this.#timer);
      if (this.#running) await this.#running;
      if (ENDED.includes(this.state) && !this.held) return false;
      this.held = false;
      if (!this.dirty) return true;
      this.#running = this.#send();
      const kept = await this.#running;
      this.#running = undefined;
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
      this.#timer = setTimeout(() => this.flush(), delayMs);
    }

    #become(state) {
      this.state = state;
      changed();
    }

    async #send() {
      const typed = this.#typed();
      const body = new URLSearchParams(new FormData(this.form));
      const keepalive = document.hidden && body.toString().length < KEEPALIVE_BYTES_MAX;
      this.#firstTyped = undefined;
      if (!["offline", "login"].includes(this.state)) this.#become("saving");
      let answer;
      try {
        answer = await post(this.form.action, body, { keepalive });
        this.answer = await answer.json();
      } catch {
        return this.#again("offline");
      }
      if (answer.ok) return this.#keep(typed);
      if (answer.status === 401) return this.#again("login");
      if (answer.status >= 500 || answer.status === 429) return this.#again("offline");
      this.#become(answer.status === 409 ? this.answer.kind ?? "refused" : "closed");
      if (this.state === "incomplete") this.#become("refused");
      return false;
    }

    #keep(typed) {
      this.#kept = typed;
      this.#failures = 0;
      this.note = this.answer.note ?? "";
      const version = this.form.elements.edit_version;
      if (version && this.answer.edit_version) version.value = this.answer.edit_version;
      this.#become("saved");
      this.onSaved(this.answer);
      return true;
    }

    #again(state) {
      this.#become(state);
      this.#after(RETRIES_MS[Math.min(this.#failures++, RETRIES_MS.length - 1)]);
      return false;
    }
  }

  const flush = async () => (await Promise.all([...savers].map((saver) => saver.flush()))).every(Boolean);

  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => {
    // A tab that is left may never come back; one that is returned to may have been logged in elsewhere.
    for (const saver of savers) if (saver.dirty && !saver.held) saver.flush();
  });
  addEventListener("beforeunload", (event) => {
    if ([...savers].some((saver) => saver.dirty)) event.preventDefault();
  });

  return { Saver, savers, flush, post };
})();
