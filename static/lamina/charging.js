// Reckons an order while it is typed. The service reckons it again: without this nothing is missing but a glance.
(() => {
  const form = document.querySelector("[data-charging]");
  const periods = JSON.parse(form.dataset.periods || "[]");
  const locale = document.documentElement.lang === "es" ? "es-AR" : "en";
  const amounts = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const group = locale === "en" ? "," : ".";

  // In cents, since sums of decimals drift; NaN for what is no amount.
  function cents(text) {
    const plain = text.replace(/[\s$]|ARS/g, "");
    if (!plain) return 0;
    if (/^[+-]?\d+[.,]\d{1,2}$/.test(plain)) return Math.round(Number(plain.replace(",", ".")) * 100);
    if (!/^[+-]?[\d.,]+$/.test(plain)) return NaN;
    return Math.round(Number(plain.replaceAll(group, "").replace(",", ".")) * 100);
  }

  const shown = (value) => (Number.isFinite(value) ? amounts.format(value / 100) : "–");

  function listed(service, day) {
    const holds = ([name, from, until]) => name === service && from <= day && (!until || day <= until);
    return periods.find(holds);
  }

  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

  function reckon(row) {
    const price = listed(field(row, "service").value, row.dataset.day);
    const typed = field(row, "unit_price");
    typed.placeholder = price ? amounts.format(Number(price[3])) : "";
    const each = typed.value.trim() ? cents(typed.value) : price ? cents(price[3]) : NaN;
    const subtotal = each * Number(field(row, "quantity").value) - cents(field(row, "discount").value);
    row.querySelector("[data-subtotal]").textContent = shown(subtotal);
    row.querySelector("[data-subtotal]").classList.toggle("is-over", subtotal < 0);
    return row.querySelector("[data-wanted]").checked ? subtotal : 0;
  }

  function showTotals() {
    const rows = [...form.querySelectorAll(".charge")];
    const charged = form.querySelector("[data-charged-before]").dataset;
    const elsewhere = cents(charged.chargedElsewhere);
    const total = rows.length
      ? rows.map(reckon).reduce((sum, each) => sum + each, elsewhere)
      : cents(charged.chargedBefore);
    const advance = cents(form.elements.advance.value);
    const values = { total, advance, balance: total - advance };
    for (const [name, value] of Object.entries(values)) {
      const place = form.querySelector(`[data-${name}]`);
      place.textContent = shown(value);
      place.classList.toggle("is-over", value < 0);
    }
  }

  form.querySelectorAll("[data-scripted]").forEach((part) => (part.hidden = false));
  form.addEventListener("input", showTotals);
  // A form that came back by the browser's "back" with its values as they were.
  addEventListener("pageshow", showTotals);
  showTotals();
})();
