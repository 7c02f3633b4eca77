"""Near-identical texts: quotes that were hardly written twice by accident."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rapidfuzz import fuzz

# Shorter quotes are figures and stock phrases, which anybody may write.
LEAST_WORDS: Final = 5
LEAST_CHARACTERS: Final = 12
LEAST_LIKENESS: Final = 90

_WORD = re.compile(r"\w+")
# Scripts without blanks between words: kana, ideographs.
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿]")


def comparable_text(quote: str) -> str:
    """The quote without case, width and marks; empty where it is too short to prove much.

    >>> comparable_text("Abandons  NON-military cooperation, harms trust")
    'abandons non military cooperation harms trust'
    >>> comparable_text("8.1 billion yen")
    ''
    """
    text = unicodedata.normalize("NFKC", quote).casefold()
    words = _WORD.findall(text)
    if len(_UNSPACED.findall(text)) >= LEAST_CHARACTERS:
        return " ".join(words)
    spelled = [word for word in words if not word.isdigit()]
    return " ".join(words) if len(spelled) >= LEAST_WORDS else ""


def is_same_text(one: str, other: str) -> bool:
    """Whether two comparable texts are nearly the same.

    >>> is_same_text("abandons non military cooperation", "abandons nonmilitary cooperation")
    True
    """
    return fuzz.ratio(one, other) >= LEAST_LIKENESS
