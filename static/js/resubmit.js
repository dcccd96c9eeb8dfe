/* After a refused form, Back and Reload ask for its page instead of offering to send it again. */
(() => {
  const form = document.querySelector("main form[method=post]:not([action])");
  if (form && document.querySelector(".errors")) history.replaceState(null, "", location.href);
})();
