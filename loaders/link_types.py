"""What kind of thing an item of Wikidata is, as far as its classes tell, by a small table of classes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from loaders.link_candidates import Candidate

CLASSES: Final = Path(__file__).parent / "data" / "wikidata_classes.csv"
# Classes of what is never one of our individuals: disambiguation pages, flags, films.
NONE: Final = "none"
# So many steps from a class to the classes above it.
MOST_STEPS: Final = 4
_PLACES: Final = ("country", "region")
# The kinds whose classes speak against a kind. A treaty may have bodies, and a concept be nearly anything.
_AGAINST: Final[Mapping[str, Sequence[str]]] = {
    "country": ("person", "organisation", "event", "instrument", "equipment_class"),
    "organisation": ("person", *_PLACES, "equipment_class", "event"),
    "person": ("organisation", *_PLACES, "equipment_class", "event", "instrument", "concept"),
    "actor": ("region", "equipment_class", "event", "instrument", "concept"),
    "instrument": ("person", *_PLACES, "equipment_class"),
    "equipment_class": ("person", "organisation", *_PLACES, "event", "instrument"),
    "region": ("person", "organisation", "equipment_class", "event"),
    "event": ("person", "organisation", *_PLACES, "equipment_class"),
    "concept": ("person",),
}
_FOR: Final[Mapping[str, Sequence[str]]] = {"actor": ("organisation", "person", "country")}

# The classes that some classes are subclasses of, as far as somebody knows.
Above = Callable[[Collection[str]], Mapping[str, Collection[str]]]


@dataclass(frozen=True)
class Verdict:
    """Whether the classes of an item go with a kind (None: nobody can tell), and by which class."""

    agrees: bool | None
    by: str = ""


@dataclass(frozen=True)
class KnownClasses:
    """The reviewed classes: for each its kind and its name."""

    kinds: Mapping[str, str]
    labels: Mapping[str, str]

    def verdict(self, kind: str, found: Iterable[str]) -> Verdict:
        """What the classes of an item, and those above them, say of a thing of a kind."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for number in found:
            if number in self.kinds:
                by_kind[self.kinds[number]].append(number)
        for number in by_kind.get(NONE, ()):
            return Verdict(False, self._named(number))
        for good in _FOR.get(kind, (kind,)):
            for number in by_kind.get(good, ()):
                return Verdict(True, self._named(number))
        for bad in _AGAINST.get(kind, ()):
            for number in by_kind.get(bad, ()):
                return Verdict(False, self._named(number))
        return Verdict(None)

    def _named(self, number: str) -> str:
        return f"{self.labels[number]} ({number})"

    def closure(self, candidate: Candidate, above: Above) -> list[str]:
        """The classes of an item and those above them, the nearest first, so far up as one is reviewed."""
        found = dict.fromkeys((*candidate.types, *candidate.parents))
        # What an item is a class of says what it is where it is itself a class (of equipment, say).
        frontier = [number for number in found if number not in self.kinds]
        for _ in range(MOST_STEPS):
            if not frontier:
                break
            parents = above(frontier)
            reached = [each for number in frontier for each in parents.get(number, ()) if each not in found]
            found.update(dict.fromkeys(reached))
            frontier = [number for number in dict.fromkeys(reached) if number not in self.kinds]
        return list(found)


@lru_cache(maxsize=1)
def known_classes() -> KnownClasses:
    """The classes of the shipped table."""
    with CLASSES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return KnownClasses({row["qid"]: row["kind"] for row in rows}, {row["qid"]: row["label"] for row in rows})
