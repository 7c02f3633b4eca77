"""Paths in words: which of those that were found are worth telling, and as which sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pyoxigraph import NamedNode

from web.entity import why
from web.graph_reading import Judged
from web.labels import Labels
from web.path_search import Found, Link, Path
from web.phrases import phrase, telling

NAMED: Final = 3
# As many links as are counted, see links-counted.rq.
CROWD: Final = 300


@dataclass(frozen=True)
class Hop:
    """One step of a path: the statement that says most, and further ones between the same two things."""

    start: str
    end: str
    link: Link
    further: Sequence[Link]
    judged: Judged

    @property
    def is_forward(self) -> bool:
        """Whether it leads from the statement's subject to its value."""
        return self.link.subject == self.start

    @property
    def reason(self) -> str:
        """Where the statement is explained."""
        return why(self.link.subject, self.link.predicate, NamedNode(self.link.object)) or ""

    def verb(self, labels: Labels) -> str:
        """What stands between the names of the two things."""
        return phrase(self.link.predicate, self.is_forward, labels.text(self.link.predicate))


@dataclass(frozen=True)
class Way:
    """A path with its steps."""

    things: Path
    hops: Sequence[Hop]


def chosen(found: Found, degrees: Mapping[str, int], wanted: int) -> list[Path]:
    """The paths to tell: shorter ones first, of one length those through things with few links.

    Of paths that read the same, property by property, the second comes after the first of all others.
    """
    weights = {
        path: sum(math.log(1 + degrees.get(each, CROWD)) for each in path[1:-1]) for path in found.paths
    }
    ordered = sorted(found.paths, key=lambda path: (len(path), weights[path], path))
    seen: Counter[tuple[tuple[str, bool], ...]] = Counter()
    places: dict[Path, int] = {}
    for path in ordered:
        read = reading(found, path)
        places[path] = seen[read]
        seen[read] += 1
    return sorted(ordered, key=lambda path: (len(path), places[path], weights[path], path))[:wanted]


def reading(found: Found, path: Path) -> tuple[tuple[str, bool], ...]:
    """How a path reads: the property of each step, and whether it leads on from the statement's subject."""
    firsts = [(one, between(found, one, other)[0]) for one, other in pairwise(path)]
    return tuple((link.predicate, link.subject == one) for one, link in firsts)


def between(found: Found, one: str, other: str) -> list[Link]:
    """The statements between two things, the one that says most first."""
    links = [*found.links.get((one, other), ()), *found.links.get((other, one), ())]
    return sorted(links, key=lambda link: (telling(link.predicate), link))


def told(found: Found, path: Path, known: Mapping[Link, Judged]) -> Way:
    """A path with what is known of its statements."""
    hops = []
    for one, other in pairwise(path):
        first, *further = between(found, one, other)
        hops.append(Hop(one, other, first, further, known.get(first, Judged())))
    return Way(path, hops)


def sentence(way: Way, labels: Labels, persons: frozenset[str]) -> str:
    """A path as one sentence, without marks of language."""
    parts = [labels.text(way.things[0])]
    for number, hop in enumerate(way.hops):
        joint = f", {'who' if hop.start in persons else 'which'}" if number else ""
        parts.append(f"{joint} {hop.verb(labels)} {labels.text(hop.end)}")
    return f"{''.join(parts)}."


def unlooked(found: Found, most_hops: int, labels: Labels) -> list[str]:
    """What the search did not look at, as sentences; nothing where that is nothing."""
    said = []
    if found.crowded:
        names = [labels.text(each) for each in found.crowded[:NAMED]]
        rest = len(found.crowded) - len(names)
        listed = ", ".join(names) + (f" and {rest} more" if rest else "")
        verb = "has" if len(found.crowded) == 1 else "have"
        said.append(f"Not every link was followed: {listed} {verb} more than are looked at.")
    if found.left_out:
        said.append(
            f"{found.left_out:,} things that were reached were not looked at: there are too many of them."
        )
    if found.is_crossed:
        said.append("There are more paths of this length than were put together.")
    if found.is_late:
        said.append(f"The search stopped after {found.hops} hops: it took too long.")
    elif found.paths and found.hops < most_hops:
        said.append("Longer paths were not searched for: these are enough.")
    return said


def verdict(found: Found, most_hops: int) -> str:
    """What it means that no path was found; nothing where one was."""
    if found.paths:
        return ""
    if found.is_exhausted and found.is_complete:
        reached = "all that these rules let one reach from one of them was looked at"
        return f"No path leads from the one to the other: {reached}."
    hops = f"{found.hops} {'hop' if found.hops == 1 else 'hops'}"
    partly = "" if found.is_complete else ", in the part that was looked at"
    return f"No path of up to {hops} was found{partly}; farther was not searched."
