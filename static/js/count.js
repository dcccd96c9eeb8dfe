/* How many characters are left, said politely once typing rests. */
(() => {
  for (const area of document.querySelectorAll("textarea[data-count]")) {
    const words = document.getElementById(`${area.id}-count`);
    if (!words) continue;
    words.setAttribute("aria-live", "polite");
    let rest;
    const say = () => {
      const left = Number(area.dataset.count) - area.value.length;
      const text = left < 0 ? words.dataset.overText : words.dataset.countText;
      words.textContent = text.replace("{n}", Math.abs(left));
      words.classList.toggle("over", left < 0);
    };
    area.addEventListener("input", () => {
      clearTimeout(rest);
      rest = setTimeout(say, 400);
    });
    if (area.value) say();
  }
})();
