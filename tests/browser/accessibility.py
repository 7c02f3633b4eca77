"""axe in a page: what keeps people out, told by the rule and the first element that breaks it."""

from __future__ import annotations

from typing import Any, Final

# WCAG 2.2 AA and what else axe thinks best.
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# What passed is not told in full: that takes as long as the rules.
RUN_OTHERS: Final = """tags => axe.run(document, {
  runOnly: { type: 'tag', values: tags }, rules: { 'color-contrast': { enabled: false } },
  resultTypes: ['violations'],
})"""
# Contrast depends on the colours, the size and the weight of a text and on what is painted behind it. The
# rule takes most of the time of all, so it looks at one text of each combination. (Of a text that something
# else lies over, axe says nothing either way.)
RUN_COLOURS: Final = """async () => {
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at);
      const isClear = backgroundColor === 'transparent' || backgroundColor.endsWith(', 0)');
      if (!isClear || backgroundImage !== 'none') return [backgroundColor, backgroundImage, opacity];
    }
    return [];
  };
  const different = new Map();
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { color, fill, fontSize, fontWeight } = getComputedStyle(element);
    const key = [color, fill, fontSize, fontWeight, ...behind(element)].join();
    if (!different.has(key)) different.set(key, element);
  }
  const colours = { type: 'rule', values: ['color-contrast'] };
  return axe.run({ include: [...different.values()] }, { runOnly: colours, resultTypes: ['violations'] });
}"""


class Axe:
    """Looks at pages; `source` is that of axe-core."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __call__(self, page: Any) -> list[str]:
        """All rules on all of a page."""
        self._take_in(page)
        return _told(page.evaluate(RUN_OTHERS, RULES)) + self.colours(page)

    def colours(self, page: Any) -> list[str]:
        """The contrast of every combination of colours on a page; the other rules do not ask for colours."""
        self._take_in(page)
        return _told(page.evaluate(RUN_COLOURS))

    def _take_in(self, page: Any) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(self._source)


def _told(found: Any) -> list[str]:
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]
