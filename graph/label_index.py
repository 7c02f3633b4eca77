"""Finds things by what they are called, in a snapshot: exactly, by the beginning, by words, or nearly.

Nothing that is searched for is ever syntax: words are quoted, values bound. A search looks at a bounded
number of names and ends after a time limit.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from graph.errors import LabelsPendingError, SearchTimeoutError
from graph.label_entries import LabelName, NameKind
from graph.label_file import covered_until, label_file, opened
from graph.label_search import MOST_NAMES, MOST_SLIPS, Candidate, Lookup
from graph.label_text import fold, is_unspaced, words_of
from graph.query_parameters import iri_term

LONGEST: Final = 200
SECONDS: Final = 2.0
# The engine asks whether to go on after so many of its steps.
STEPS: Final = 20_000
# Names of scripts without spaces that share less than this are not near.
LEAST_LIKENESS: Final = 50
WIKIDATA: Final = re.compile(r"(?:wd:|https?://www\.wikidata\.org/(?:entity|wiki)/)(?P<code>Q[0-9]+)")
IRI: Final = re.compile(r"<[^>]+>|https?://\S+|[A-Za-z][\w-]*:[^\s:]+")


class Why(StrEnum):
    """Why something was found, the best first."""

    IRI = "iri"
    EXACT = "exact"
    FOLDED = "folded"
    BEGINNING = "beginning"
    WORDS = "words"
    NEAR = "near"
    PART = "part"


# Where the scores of each begin, and how much the likeness of the names can add.
SCORES: Final[Mapping[Why, tuple[float, float]]] = {
    Why.BEGINNING: (70, 15),
    Why.WORDS: (45, 24),
    Why.NEAR: (20, 24),
    Why.PART: (0, 19),
}
EXACT_SCORES: Final[Mapping[NameKind, float]] = {
    NameKind.LABEL: 100,
    NameKind.CODE: 100,
    NameKind.ALIAS: 95,
    NameKind.LOCAL_NAME: 89,
}
FOLDED_SCORES: Final[Mapping[NameKind, float]] = {
    NameKind.LABEL: 90,
    NameKind.CODE: 90,
    NameKind.ALIAS: 88,
    NameKind.LOCAL_NAME: 86,
}


@dataclass(frozen=True)
class Hit:
    """A thing that was found: how well its best name fits (100 is exact), and why it does."""

    iri: str
    score: float
    why: Why
    name: LabelName
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What was found, the best first; `is_cut` where there may be more.

    `corrected` are the words that nothing is called, with those that were searched for instead.
    """

    hits: Sequence[Hit] = ()
    is_cut: bool = False
    corrected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelIndex:
    """The label index in a folder, which is opened for each search and never written."""

    folder: Path
    seconds: float = SECONDS

    def find(self, text: str, number: int, classes: Sequence[str] = ()) -> Found:
        """What is called so, or nearly so, in a snapshot; things of any of the classes if there are any.

        Exact names have a score of 100 (95 as another name of the thing), 90 if case, accents or width
        differ, and less the less they are alike. Raises LabelsPendingError where the snapshot has no index
        yet, SearchTimeoutError where it takes too long, and ValueError for a text that is too long.
        """
        if len(text) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        text = text.encode("utf-8", "replace").decode("utf-8").strip()
        if not text:
            return Found()
        with self._lookup(number, classes) as lookup:
            return _Search(lookup, text).run()

    @contextlib.contextmanager
    def _lookup(self, number: int, classes: Sequence[str]) -> Iterator[Lookup]:
        path = label_file(self.folder, number)
        if path is None:
            raise LabelsPendingError(PENDING)
        until = time.monotonic() + self.seconds
        try:
            with contextlib.closing(opened(path, read_only=True)) as connection:
                if covered_until(connection) < number:
                    raise LabelsPendingError(PENDING)
                connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
                yield Lookup(connection, number, classes)
        except sqlite3.Error as error:
            if time.monotonic() > until:
                raise SearchTimeoutError("This search takes too long. Try fewer words, or a name.") from error
            raise LabelsPendingError(PENDING) from error


PENDING: Final = "The index of names is being made. Search again in a moment."


class _Search:
    """One search: each way is tried that is worth it, and a thing counts by its best name."""

    def __init__(self, lookup: Lookup, text: str) -> None:
        self._lookup = lookup
        self._text = text
        self._folded = fold(text)
        self._words = list(dict.fromkeys(words_of(self._folded)))
        self._best: dict[str, tuple[float, Why, Candidate]] = {}
        self._is_cut = False

    def run(self) -> Found:
        self._by_iri()
        self._by_name()
        corrected: Mapping[str, tuple[str, ...]] = {}
        if not self._best and self._words:
            corrected = self._by_spelling()
        if not self._best and self._words:
            self._by_parts()
        ranked = sorted(self._best.items(), key=_rank)
        hits = [
            Hit(iri, round(score, 1), why, found.name, self._lookup.class_names(found.classes))
            for iri, (score, why, found) in ranked
        ]
        return Found(hits, self._is_cut, corrected if hits else {})

    def _by_iri(self) -> None:
        code = WIKIDATA.fullmatch(self._text.strip("<>"))
        if code:
            self._take(self._lookup.by_folded(code["code"].lower()), lambda _: (100, Why.IRI))
        for iri in iris_of(self._text):
            self._take(self._lookup.by_iri(iri)[:1], lambda _: (100, Why.IRI))

    def _by_name(self) -> None:
        self._take(self._lookup.by_folded(self._folded), self._same)
        self._take(self._lookup.by_beginning(self._folded), self._scored(Why.BEGINNING, fuzz.ratio))
        if self._words:
            self._take(
                self._lookup.by_words([word] for word in self._words), self._scored(Why.WORDS, fuzz.ratio)
            )

    def _by_spelling(self) -> Mapping[str, tuple[str, ...]]:
        """Search with words that are spelled nearly so, the nearest first; those that were replaced."""
        near = self._near
        if not near or not all(near.values()):
            return {}
        least = {word: ranked[0][0] for word, ranked in near.items()}
        for most in (least, dict.fromkeys(near, MOST_SLIPS)):
            corrected = {
                word: tuple(text for slips, text in ranked if slips <= most[word])
                for word, ranked in near.items()
            }
            groups = [corrected.get(word, (word,)) for word in self._words]
            self._take(self._lookup.by_words(groups), self._scored(Why.NEAR, fuzz.ratio))
            if self._best:
                return corrected
        return {}

    def _by_parts(self) -> None:
        """Names with half of the words, or, without spaces, with half of the characters."""
        near = self._near
        words = [near[word][0][1] if near.get(word) else word for word in self._words]
        least = LEAST_LIKENESS if any(map(is_unspaced, words)) else 0
        found = [each for each in self._lookup.by_any(words) if _shares_half(each, words)]
        alike = [each for each in found if fuzz.ratio(self._folded, each.folded) >= least]
        self._take(alike, self._scored(Why.PART, fuzz.ratio))

    @functools.cached_property
    def _near(self) -> Mapping[str, list[tuple[int, str]]]:
        return self._lookup.near_words(self._words)

    def _same(self, found: Candidate) -> tuple[float, Why]:
        kind = found.name.kind
        if found.name.text == self._text:
            return EXACT_SCORES[kind], Why.EXACT
        return FOLDED_SCORES[kind], Why.FOLDED

    def _scored(
        self, why: Why, likeness: Callable[[str, str], float]
    ) -> Callable[[Candidate], tuple[float, Why]]:
        first, more = SCORES[why]

        def score(found: Candidate) -> tuple[float, Why]:
            # An IRI says less than a name with all the words.
            least = SCORES[Why.NEAR][0] if found.name.kind is NameKind.LOCAL_NAME else first
            return least + more * likeness(self._folded, found.folded) / 100, why

        return score

    def _take(self, found: Sequence[Candidate], score: Callable[[Candidate], tuple[float, Why]]) -> None:
        self._is_cut |= len(found) >= MOST_NAMES
        for each in found:
            value, why = score(each)
            known = self._best.get(each.iri)
            if known is None or _preference(value, each) < _preference(known[0], known[2]):
                self._best[each.iri] = (value, why, each)


def _preference(score: float, found: Candidate) -> tuple[float, NameKind, LabelName]:
    """Which of several names of one thing is told: the lowest."""
    return -score, found.name.kind, found.name


def _shares_half(found: Candidate, words: Sequence[str]) -> bool:
    named = tuple(words_of(found.folded))
    held = [word for word in words if is_unspaced(word) or any(each.startswith(word) for each in named)]
    return 2 * len(held) >= len(words)


def _rank(item: tuple[str, tuple[float, Why, Candidate]]) -> tuple[float, int, int, str, str]:
    iri, (score, _, found) = item
    return (-score, found.name.kind, len(found.name.text), found.folded, iri)


def iris_of(text: str) -> Iterable[str]:
    """The IRIs that a text may be: in full, in angle brackets, or with one of our prefixes."""
    if not IRI.fullmatch(text):
        return
    with contextlib.suppress(ValueError):
        yield iri_term(text.strip("<>")).value
