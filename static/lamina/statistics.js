// Draws a chart above each table that asks for one, from the very numbers in its cells.
(() => {
  const COLOURS = ["--accent-ink", "--warn", "--accent-soft", "--warn-soft"];
  const charts = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const numberIn = (cell) => (cell.dataset.value ? Number(cell.dataset.value) : null);

  const labelOf = (row) => (row.querySelector("[data-label]") || row.cells[0]).textContent.trim();

  function seriesOf(table) {
    const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-value]")]);
    return [...table.tHead.querySelectorAll("[data-series]")].map((head, position) => ({
      label: head.dataset.name || head.textContent.trim(),
      data: rows.map((cells) => numberIn(cells[position])),
      kind: head.dataset.series,
      position,
    }));
  }

  function lookOf(type, series) {
    const ink = colour(COLOURS[series.position]);
    if (type === "line") {
      return { borderColor: ink, backgroundColor: ink, borderDash: series.kind === "dashed" ? [6, 4] : [], spanGaps: true, pointRadius: 3 };
    }
    return { backgroundColor: ink, borderColor: colour(COLOURS[series.position % 2]), borderWidth: 1, borderRadius: 3, stack: series.kind, maxBarThickness: 22 };
  }

  function axes(type) {
    const amounts = { beginAtZero: true, stacked: type !== "line", ticks: { precision: 0 }, grid: { color: colour("--line") } };
    const names = { stacked: type !== "line", grid: { display: false }, ticks: { autoSkip: type !== "lying" } };
    return type === "lying" ? { x: amounts, y: names } : { x: names, y: amounts };
  }

  function configurationOf(table) {
    const type = table.dataset.chart;
    const labels = [...table.tBodies[0].rows].map(labelOf);
    const datasets = seriesOf(table).map((series) => ({ ...series, ...lookOf(type, series) }));
    return {
      type: type === "line" ? "line" : "bar",
      data: { labels, datasets },
      options: {
        indexAxis: type === "lying" ? "y" : "x",
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false, axis: type === "lying" ? "y" : "x" },
        scales: axes(type),
        plugins: { legend: { position: "bottom", labels: type === "line" ? { usePointStyle: true, pointStyle: "line", boxWidth: 28 } : { boxWidth: 14, boxHeight: 14 } } },
      },
    };
  }

  function frameOf(table) {
    const frame = document.createElement("div");
    const canvas = document.createElement("canvas");
    frame.className = "chart";
    // The table below says the same to whoever does not see it.
    canvas.setAttribute("aria-hidden", "true");
    frame.append(canvas);
    table.before(frame);
    return canvas;
  }

  function draw() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.color = colour("--muted");
    while (charts.length) charts.pop().destroy();
    document.querySelectorAll("table[data-chart]").forEach((table) => {
      const canvas = table.previousElementSibling.querySelector("canvas") || frameOf(table);
      charts.push(new Chart(canvas, configurationOf(table)));
    });
  }

  draw();
  // After theme.js has changed the colours.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(draw));
})();
