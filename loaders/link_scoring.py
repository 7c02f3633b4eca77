"""How well an item of Wikidata fits an individual: a score of 100, the sum of parts that everybody can check.

Only what both sides say counts: it earns points where it agrees and costs some where it does not. A name
alone earns 50, so that a namesake is never more than possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from graph.label_text import fold, words_of
from loaders.link_candidates import ENGLISH, JAPANESE, Candidate
from loaders.link_things import Thing, without_remark
from loaders.link_types import Verdict

BEST: Final = 100
# From this on there is little doubt; below that, none of the names is alike.
STRONG: Final = 75
SHOWN: Final = 30
# A namesake must be so far behind before anybody but a person decides.
LEAD: Final = 15
NAME: Final = {ENGLISH: 50, JAPANESE: 20}
# The points for what agrees, and those that it costs where it does not.
TYPE: Final = (20, -30)
COUNTRY: Final = (10, -25)
ISO: Final = (25, -50)
DAY: Final = (10, -15)
# Of the points for a name: the label of the item, another name of either, one that is written nearly so.
_SAME, _OTHER, _NEARLY = 1.0, 0.9, 0.7
ALIKE: Final = 0.82
_ARTICLES: Final = ("the ",)


@dataclass(frozen=True)
class Part:
    """One part of a score: what was compared, the points, how many there could be, and what was found."""

    what: str
    points: int
    most: int
    found: str


@dataclass(frozen=True)
class Scored:
    """A candidate with its score, and the parts that it is the sum of."""

    candidate: Candidate
    parts: tuple[Part, ...]

    @property
    def score(self) -> int:
        """The points in all, 0 to 100."""
        return max(0, min(BEST, sum(part.points for part in self.parts)))

    @property
    def reasons(self) -> str:
        """The parts in words."""
        return "; ".join(f"{part.what} {part.points:+d}: {part.found}" for part in self.parts)


def scored(thing: Thing, candidate: Candidate, verdict: Verdict) -> Scored:
    """The score of a candidate for a thing; `verdict` says whether the item's classes go with its kind."""
    parts = [_name(thing, candidate, language) for language in NAME]
    parts.append(_type(thing, verdict))
    parts.append(_shared("country", COUNTRY, sorted(thing.countries), candidate.countries))
    parts.append(_shared("ISO code", ISO, [thing.iso_code] if thing.iso_code else [], candidate.iso_codes))
    parts.append(_days(thing.days, candidate.days))
    return Scored(candidate, tuple(part for part in parts if part is not None))


def ranked(found: Iterable[Scored]) -> list[Scored]:
    """The candidates, the best first; among equals the item with the lower number, which is the older one."""
    return sorted(found, key=lambda each: (-each.score, int(each.candidate.item[1:])))


def leads(best: Sequence[Scored]) -> bool:
    """Whether the first of ranked candidates is well ahead of the second."""
    return bool(best) and (len(best) == 1 or best[0].score - best[1].score >= LEAD)


def plain(name: str) -> str:
    """A name as it is compared: folded, without an article at its beginning and marks between words."""
    folded = fold(name)
    for article in _ARTICLES:
        folded = folded.removeprefix(article)
    return " ".join(words_of(folded))


def likeness(one: str, other: str) -> float:
    """How alike two plain names are, 0 to 1, whatever the order of their words."""
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100


def _name(thing: Thing, candidate: Candidate, language: str) -> Part | None:
    ours, theirs = thing.names.get(language, ()), candidate.names.get(language, ())
    what = {ENGLISH: "English name", JAPANESE: "Japanese name"}[language]
    if not ours or not theirs:
        return None
    best = max(_pairs(ours, theirs), default=(0.0, "", ""))
    share, our, their = best
    if share == 0:
        return Part(what, 0, NAME[language], f"“{theirs[0]}” is not like it")
    says = {_SAME: "the same", _OTHER: "another name"}.get(share, "nearly the same")
    found = f"“{our}”, {says}" if share == _SAME else f"“{our}” / “{their}”, {says}"
    return Part(what, round(share * NAME[language]), NAME[language], found)


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> Iterable[tuple[float, str, str]]:
    """The share of the points that each two names earn."""
    for place, our in enumerate(ours):
        for their_place, their in enumerate(theirs):
            for spelling in dict.fromkeys((our, without_remark(our))):
                share = _share(plain(spelling), plain(their), is_first=place == their_place == 0)
                if share:
                    yield share, our, their


def _share(one: str, other: str, is_first: bool) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return _SAME if is_first else _OTHER
    alike = likeness(one, other)
    return round(_NEARLY * (alike - ALIKE) / (1 - ALIKE), 3) if alike > ALIKE else 0.0


def _type(thing: Thing, verdict: Verdict) -> Part | None:
    if verdict.agrees is None:
        return None
    points = TYPE[0] if verdict.agrees else TYPE[1]
    return Part("type", points, TYPE[0], verdict.by if verdict.agrees else f"{verdict.by}, no {_kind(thing)}")


def _kind(thing: Thing) -> str:
    return thing.kind.replace("_", " ")


def _shared(what: str, points: tuple[int, int], ours: Sequence[str], theirs: Sequence[str]) -> Part | None:
    if not ours or not theirs:
        return None
    if both := [each for each in ours if each in theirs]:
        return Part(what, points[0], points[0], ", ".join(both))
    return Part(what, points[1], points[0], f"{', '.join(theirs[:3])}, not {', '.join(ours[:3])}")


def _days(ours: Sequence[str], theirs: Sequence[str]) -> Part | None:
    if not ours or not theirs:
        return None
    for our in ours:
        for their in theirs:
            if _is_same_day(our, their):
                return Part("date", DAY[0], DAY[0], min(our, their, key=len))
    return Part("date", DAY[1], DAY[0], f"{theirs[0]}, not {ours[0]}")


def _is_same_day(one: str, other: str) -> bool:
    """Whether two partial days agree as far as both say."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]
