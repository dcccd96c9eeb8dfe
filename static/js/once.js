/* The second click of a double click sends nothing. A form may be sent again a second later: its answer can be a file. */
(() => {
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const before = sent.get(event.target);
    if (event.timeStamp - before < 1000) event.preventDefault();
    else sent.set(event.target, event.timeStamp);
  });
})();
