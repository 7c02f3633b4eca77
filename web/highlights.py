"""Where the words that were searched for stand in a name, so that a page can mark them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from graph.label_text import fold_letters, is_unspaced, wanted_tokens


class Piece(NamedTuple):
    """A piece of a text, and whether it is one that was searched for."""

    text: str
    is_marked: bool


def highlighted(text: str, words: Iterable[str]) -> list[Piece]:
    """The text in pieces; marked is what folds to one of the words, at the beginning of a word.

    >>> [piece.text for piece in highlighted("Fiji Navy", ["nav"]) if piece.is_marked]
    ['Nav']
    """
    letters, places = _folded(text)
    wanted = {place for word in words for span in _spans(letters, word) for place in places[slice(*span)]}
    pieces = groupby(range(len(text)), key=wanted.__contains__)
    return [Piece("".join(text[each] for each in group), is_marked) for is_marked, group in pieces]


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its letters the place of the letter that it comes from."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for folded in fold_letters(letter):
            letters.append(folded)
            places.append(place)
    return "".join(letters), places


def _spans(letters: str, word: str) -> Iterator[tuple[int, int]]:
    if is_unspaced(word):
        wanted = [word] if word in letters else wanted_tokens(word)
        yield from (span for each in wanted for span in _occurrences(letters, each))
        return
    for first, last in _occurrences(letters, word):
        if first == 0 or not letters[first - 1].isalnum():
            yield first, last


def _occurrences(letters: str, word: str) -> Iterator[tuple[int, int]]:
    first = letters.find(word)
    while first >= 0:
        yield first, first + len(word)
        first = letters.find(word, first + len(word))
