/* Ctrl+Enter sends the form one is in; only where a form asks for it with data-shortcut. */
(() => {
  for (const form of document.querySelectorAll("form[data-shortcut]")) {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }
})();
