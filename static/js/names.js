/* A button that says what it does while a box is not ticked. */
(() => {
  for (const button of document.querySelectorAll("button[data-names]")) {
    const box = document.getElementById(button.dataset.names);
    if (!box) continue;
    const ticked = button.textContent;
    const say = () => { button.textContent = box.checked ? ticked : button.dataset.unticked; };
    box.addEventListener("change", say);
    say();
  }
})();
