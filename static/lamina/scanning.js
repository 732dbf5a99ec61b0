// Scan after scan without waiting for the page: codes queue up, a line announces each and a quiet tone.
// Without it each scan is a page of its own, and everything works all the same.
(() => {
  const form = document.querySelector("form[data-scan]");
  const field = form.elements.code;
  const line = document.getElementById("scan-message");
  const sound = document.querySelector("[data-sound]");
  const RETRY_MS = 2_000;
  // Hertz; what was added sounds short and high, whatever needs a look low and twice.
  const TONES = { success: [880], warning: [440, 440], error: [220, 220] };
  const VOLUME = 0.06, TONE_S = 0.09;
  const waiting = [];
  let busy = false, audio;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = field.value.trim();
    field.value = "";
    if (!code) return;
    waiting.push(code);
    if (!busy) send();
  });

  async function send() {
    busy = true;
    while (waiting.length) {
      const outcome = await post(waiting[0]);
      if (outcome === "away") await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      else waiting.shift();
    }
    busy = false;
  }

  async function post(code) {
    const body = new URLSearchParams({ code, part: "1" });
    let why = line.dataset.away;
    try {
      const answer = await Saving.post(form.action, body);
      if (answer.ok) return show(await answer.text());
      if (answer.status === 401) why = line.dataset.login;
    } catch { /* The laboratory is away: what was scanned waits. */ }
    const text = `${why} ${line.dataset.left} ${waiting.join(", ")}`;
    // Once, not at each try.
    if (line.textContent !== text) announce("error", text);
    return "away";
  }

  function show(html) {
    const board = new DOMParser().parseFromString(html, "text/html").getElementById("board");
    if (!board) return "away";
    document.getElementById("board").replaceWith(board);
    announce(board.dataset.tone, board.dataset.message);
    return "shown";
  }

  function announce(tone, text) {
    line.dataset.tone = tone;
    // Taken out and put in again, so that the same words are read aloud once more.
    line.textContent = "";
    line.textContent = text;
    if (sound.getAttribute("aria-pressed") === "true") play(TONES[tone] ?? []);
  }

  function play(tones) {
    audio ??= new AudioContext();
    tones.forEach((hertz, place) => {
      const start = audio.currentTime + place * TONE_S * 1.5;
      const tone = new OscillatorNode(audio, { frequency: hertz });
      tone.connect(new GainNode(audio, { gain: VOLUME })).connect(audio.destination);
      tone.start(start);
      tone.stop(start + TONE_S);
    });
  }

  sound.hidden = false;
  sound.setAttribute("aria-pressed", localStorage.getItem("scan-sound") !== "off");
  sound.addEventListener("click", () => {
    const on = sound.getAttribute("aria-pressed") !== "true";
    sound.setAttribute("aria-pressed", on);
    localStorage.setItem("scan-sound", on ? "on" : "off");
    field.focus();
  });
  // A scanner types wherever the cursor is; where it is nowhere, the code goes into its field.
  document.addEventListener("keydown", (event) => {
    if (event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
  });
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
})();
