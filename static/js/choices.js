/* "None of these" clears the others and the others clear it; one button ticks every clinic card. */
(() => {
  for (const group of document.querySelectorAll("[data-exclusive-group]")) {
    group.addEventListener("change", (event) => {
      const changed = event.target;
      if (!changed.checked) return;
      for (const box of group.querySelectorAll("input[type=checkbox]")) {
        const clears = changed.hasAttribute("data-exclusive") || box.hasAttribute("data-exclusive");
        if (box !== changed && clears) box.checked = false;
      }
    });
  }
  for (const group of document.querySelectorAll("[data-select-all]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn ghost";
    button.textContent = group.dataset.selectAll;
    button.addEventListener("click", () => {
      for (const box of group.querySelectorAll("input[type=checkbox]")) box.checked = true;
      group.dispatchEvent(new Event("change", { bubbles: true }));
    });
    group.querySelector(".opts").before(button);
  }
})();
