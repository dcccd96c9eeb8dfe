/* A button that says what it does while a box is not ticked or no file is chosen. */
(() => {
  for (const button of document.querySelectorAll("button[data-names]")) {
    const field = document.getElementById(button.dataset.names);
    if (!field) continue;
    const given = button.textContent;
    const isGiven = () => field.type === "file" ? field.files.length > 0 : field.checked;
    const say = () => { button.textContent = isGiven() ? given : button.dataset.unticked; };
    field.addEventListener("change", say);
    say();
  }
})();
