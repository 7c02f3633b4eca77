"""Names as they are compared: without case, accents and width; and the words and runs that they are found by.

Scripts that put no spaces between words are indexed by single characters and by pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

# Letters that no decomposition takes apart.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'", "–": "-"}
)
# Accents of Latin, Greek and Cyrillic letters; the voice marks of kana make other letters of them.
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_SPACES: Final = re.compile(r"\s+")
# Thai and Lao, Burmese, Khmer, kana, ideographs, and Hangul, whose words carry particles.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30fa\u30fc-\u30ff"
    "\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(rf"[{_UNSPACED}]")


def fold(text: str) -> str:
    """The text without case, accents, width and needless spaces.

    >>> fold("Ｆｉｊｉ  São Tomé"), fold("ｶﾞｰﾅ")
    ('fiji sao tome', 'ガーナ')
    """
    return _SPACES.sub(" ", fold_letters(text)).strip()


def fold_letters(text: str) -> str:
    """The text without case, accents and width; spaces stay as they are."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", plain)))


def words_of(folded: str) -> list[str]:
    """The words of a folded text; a run of a script without spaces is one.

    >>> words_of("osa: フィジー, fy2025")
    ['osa', 'フィジー', 'fy2025']
    """
    return _WORD.findall(folded)


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that puts no spaces between words."""
    return _IS_UNSPACED.match(word) is not None


def indexed_tokens(folded: str) -> list[str]:
    """What a name is found by, each once.

    >>> indexed_tokens("osa 日本国")
    ['osa', '日', '本', '国', '日本', '本国']
    """
    found: list[str] = []
    for word in words_of(folded):
        if is_unspaced(word):
            found += word
            found += _pairs(word)
        else:
            found.append(word)
    return list(dict.fromkeys(found))


def wanted_tokens(word: str) -> Sequence[str]:
    """The tokens that a name has which holds a word.

    >>> wanted_tokens("日本国"), wanted_tokens("日"), wanted_tokens("japan")
    (['日本', '本国'], ['日'], ['japan'])
    """
    return _pairs(word) if is_unspaced(word) and len(word) > 1 else [word]


def _pairs(word: str) -> list[str]:
    return [word[start : start + 2] for start in range(len(word) - 1)]
