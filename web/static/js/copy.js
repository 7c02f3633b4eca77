// Buttons that copy: each names what in its attribute data-copy, and is hidden where there is no script.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied"; // the browser did not permit it
    }
    setTimeout(() => { button.textContent = text; }, 2000);
  });
}
