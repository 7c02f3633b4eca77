// The key "/" leads to the search: to the box that is there to be seen, else to the page.
const TYPED_IN = "input, textarea, select, [contenteditable]:not([contenteditable='false']), [role='application']";

function focusSearch(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.defaultPrevented || event.target.closest?.(TYPED_IN)) return;
  const boxes = [...document.querySelectorAll("input[type='search'][name='q']")];
  const box = boxes.find((each) => each.getClientRects().length > 0);
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  const link = document.querySelector("nav a[href^='/search']");
  if (link) {
    event.preventDefault();
    link.click();
  }
}

document.addEventListener("keydown", focusSearch);
