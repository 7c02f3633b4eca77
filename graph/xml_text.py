"""Texts that XML can hold, and XML documents."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# Spec: https://www.w3.org/TR/xml/#charsets
IMPOSSIBLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT: Final = "\ufffd"


class Sounder:
    """Replaces the characters that XML cannot hold, and counts them."""

    def __init__(self) -> None:
        self.replaced = 0

    def __call__(self, text: str) -> str:
        """The text with others in their place."""
        sound, count = IMPOSSIBLE.subn(REPLACEMENT, text)
        self.replaced += count
        return sound

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was done, as a sentence; nothing where nothing was."""
        if not self.replaced:
            return ()
        return (f"{self.replaced} characters that XML cannot hold were replaced by U+FFFD.",)


def document(root: Element) -> bytes:
    """The document of a root element, indented, in UTF-8."""
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
