/* The button says the amount it sends: form[data-total] with sessions, price_per_session, discount, total, currency. */
(() => {
  const number = (text) => {
    const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(/[.,](?=\d{3}(\D|$))/g, "").replace(",", ".");
    return plain === "" || Number.isNaN(Number(plain)) ? null : Number(plain);
  };
  const amount = (value, currency) => {
    try {
      return new Intl.NumberFormat(document.documentElement.lang, {
        style: "currency", currency, minimumFractionDigits: Number.isInteger(value) ? 0 : 2,
      }).format(value);
    } catch {
      return `${currency} ${value}`;
    }
  };
  for (const form of document.querySelectorAll("form[data-total]")) {
    const part = (name) => form.elements.namedItem(name);
    const button = form.querySelector("[data-total-label]");
    const read = (name) => (part(name) ? number(part(name).value) : null);
    const sum = () => {
      const sessions = read("sessions");
      const each = read("price_per_session");
      if (sessions === null || each === null) return;
      part("total").value = String(Math.round((sessions * each - (read("discount") || 0)) * 100) / 100);
    };
    const say = () => {
      const total = read("total");
      if (button && total !== null) {
        button.textContent = button.dataset.totalLabel.replace("{amount}", amount(total, part("currency").value));
      }
    };
    form.addEventListener("input", (event) => {
      if (["sessions", "price_per_session", "discount"].includes(event.target.name)) sum();
      say();
    });
    say();
  }
})();
