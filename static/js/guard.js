/* A form marked data-guard asks before its unsaved changes are left behind. */
(() => {
  for (const form of document.querySelectorAll("form[data-guard]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => {
      if (changed) event.preventDefault();
    });
  }
})();
