// Sets the reader's own choice of light or dark before anything is drawn, and offers the choice.
// Not a module: a page must not flash in the other colours first.
"use strict";

(() => {
  const KEY = "osagraph-theme";
  const THEMES = ["system", "light", "dark"];

  function stored() {
    try {
      const theme = localStorage.getItem(KEY);
      return THEMES.includes(theme) ? theme : "system";
    } catch {
      return "system"; // storage is switched off
    }
  }

  function apply(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  function offer() {
    const button = document.getElementById("theme");
    if (!button) return;
    let theme = stored();
    const say = () => { button.textContent = `Theme: ${theme}`; };
    button.addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      try { localStorage.setItem(KEY, theme); } catch { /* it holds for this page */ }
      apply(theme);
      say();
    });
    say();
    button.hidden = false;
  }

  apply(stored());
  document.addEventListener("DOMContentLoaded", offer);
})();
