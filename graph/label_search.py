"""The ways from what is searched for to names in a file of the label index; each looks at so many at most."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rapidfuzz import distance, process

from graph.label_entries import LabelName, NameKind
from graph.label_text import is_unspaced, wanted_tokens

MOST_NAMES: Final = 1000
# So many names with the same beginning are looked at, the shortest first.
MOST_BEGINNINGS: Final = 5000
# Tokens that more names have are not looked for by themselves where there are rarer ones.
COMMON: Final = 3000
MOST_WORDS: Final = 12
MOST_CORRECTED: Final = 4
MOST_ALTERNATIVES: Final = 3
# From so many letters on two of them may be wrong, before that one.
LONG_WORD: Final = 6
MOST_SLIPS: Final = 2
NO_ROWS: Final = "0"
KINDS: Final = tuple(NameKind)

COLUMNS: Final = "n.text, n.language, n.kind, n.folded, e.iri, e.classes"
JOINED: Final = "JOIN entry AS e ON e.id = n.entry"
BY_IRI: Final = f"SELECT {COLUMNS} FROM entry AS e JOIN name AS n ON n.entry = e.id WHERE e.iri = :iri"
BY_FOLDED: Final = f"SELECT {COLUMNS} FROM name AS n {JOINED} WHERE n.folded = :folded"
BY_BEGINNING: Final = f"""SELECT {COLUMNS}
FROM (
    SELECT id FROM name WHERE folded >= :first AND folded < :last
    ORDER BY length(folded) LIMIT {MOST_BEGINNINGS}
) AS near CROSS JOIN name AS n ON n.id = near.id {JOINED} WHERE TRUE"""
BY_TOKENS: Final = f"""SELECT {COLUMNS}
FROM token CROSS JOIN name AS n ON n.id = token.rowid {JOINED} WHERE token MATCH :tokens"""
HIGHEST: Final = "\U0010ffff"


class Candidate(NamedTuple):
    """A name that was found, folded, with its thing and the classes of that by their numbers."""

    name: LabelName
    folded: str
    iri: str
    classes: str


class Lookup:
    """Looks up names in the rows of one snapshot, of things of any of some classes if there are any."""

    def __init__(self, connection: sqlite3.Connection, number: int, classes: Sequence[str] = ()) -> None:
        self._connection = connection
        self._number = number
        self._condition = "e.added <= :number AND (e.removed IS NULL OR e.removed > :number)"
        self._classes = {iri: id for id, iri in connection.execute("SELECT id, iri FROM class")}
        self._names = {id: iri for iri, id in self._classes.items()}
        # Thousands of things are of the same few classes.
        self._named: dict[str, tuple[str, ...]] = {}
        if classes:
            known = [self._classes[iri] for iri in classes if iri in self._classes]
            is_any = " OR ".join(f"instr(e.classes, ' {id} ')" for id in known)
            self._condition += f" AND ({is_any or NO_ROWS})"

    def class_names(self, numbers: str) -> tuple[str, ...]:
        """The IRIs of classes that are given by their numbers."""
        found = self._named.get(numbers)
        if found is None:
            found = self._named[numbers] = tuple(self._names[int(id)] for id in numbers.split())
        return found

    def by_iri(self, iri: str) -> list[Candidate]:
        """All names of a thing, the best kind first."""
        return sorted(self._ask(BY_IRI, iri=iri), key=lambda found: (found.name.kind, found.name))

    def by_folded(self, folded: str) -> list[Candidate]:
        """The names that are the same but for case, accents, width and spaces."""
        return self._ask(BY_FOLDED, folded=folded)

    def by_beginning(self, folded: str) -> list[Candidate]:
        """The names that begin like that."""
        return self._ask(BY_BEGINNING, first=folded, last=folded + HIGHEST)

    def by_words(self, words: Iterable[Sequence[str]]) -> list[Candidate]:
        """The names with one of each group of words; of longer words the beginning suffices."""
        groups = [" OR ".join(_whole(word) for word in group) for group in words]
        return self._ask(BY_TOKENS, tokens=" AND ".join(f"({group})" for group in groups[:MOST_WORDS]))

    def by_any(self, words: Iterable[str]) -> list[Candidate]:
        """Names with some of the words, or parts of them: those with the rarest first."""
        tokens = {token for word in words for token in wanted_tokens(word)}
        counted = sorted((number, token) for token in tokens if (number := self._count(token)))
        chosen: list[str] = []
        total = 0
        for number, token in counted[:MOST_WORDS]:
            if chosen and total + number > COMMON:
                break
            chosen.append(token)
            total += number
        return self._ask(BY_TOKENS, tokens=" OR ".join(map(_quoted, chosen))) if chosen else []

    def near_words(self, words: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
        """For the words that no name has: those that are spelled nearly so, each with the number of slips.

        Nothing where too many words are unknown.
        """
        unknown = [word for word in words[:MOST_WORDS] if not self._is_known(word)]
        return {word: self._near(word) for word in unknown} if len(unknown) <= MOST_CORRECTED else {}

    def _near(self, word: str) -> list[tuple[int, str]]:
        slips = 1 if len(word) < LONG_WORD else MOST_SLIPS
        rows = self._connection.execute(
            "SELECT word FROM word WHERE length BETWEEN ? AND ?", (len(word) - slips, len(word) + slips)
        )
        known = [row[0] for row in rows]
        near = process.extract(
            word, known, scorer=distance.OSA.distance, score_cutoff=slips, limit=MOST_NAMES
        )
        ranked = sorted((away, text[0] != word[0], text) for text, away, _ in near)
        return [(int(away), text) for away, _, text in ranked[:MOST_ALTERNATIVES]]

    def _is_known(self, word: str) -> bool:
        return is_unspaced(word) or bool(
            self._connection.execute(
                "SELECT 1 FROM token WHERE token MATCH ? LIMIT 1", (_whole(word),)
            ).fetchone()
        )

    def _count(self, token: str) -> int:
        row = self._connection.execute("SELECT doc FROM token_count WHERE term = ?", (token,)).fetchone()
        return int(row[0]) if row else 0

    def _ask(self, query: str, **values: str) -> list[Candidate]:
        text = f"{query} AND {self._condition} LIMIT {MOST_NAMES}"
        return [
            Candidate(LabelName(name, language, KINDS[kind]), folded, iri, classes)
            for name, language, kind, folded, iri, classes in self._connection.execute(
                text, {**values, "number": self._number}
            )
        ]


def _whole(word: str) -> str:
    """A word as the full-text index is asked for it."""
    if is_unspaced(word):
        return " AND ".join(map(_quoted, wanted_tokens(word))) if len(word) > 1 else _quoted(word)
    return _quoted(word) + ("*" if len(word) > 1 else "")


def _quoted(token: str) -> str:
    """A token as a string of the full-text index's language; it has letters and digits only."""
    return f'"{token}"'
