"""The shortest paths between two things: a search from both ends at once, a bounded look at each step.

A path is a list of things, each linked to the next by a statement in either direction. It takes no detours:
things of a path that are not neighbours in it are not linked either, its two ends excepted.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Path = tuple[str, ...]


class Link(NamedTuple):
    """A statement whose subject and value are both things, by their IRIs."""

    subject: str
    predicate: str
    object: str

    def other(self, thing: str) -> str:
        """The end of it that the thing is not."""
        return self.object if self.subject == thing else self.subject


@dataclass(frozen=True)
class Around:
    """The links of one thing; `is_cut` says that it has more of them."""

    links: Sequence[Link]
    is_cut: bool = False


# The links of each of some things, at most so many of each.
Expand = Callable[[Sequence[str], int], Mapping[str, Around]]


@dataclass(frozen=True)
class Limits:
    """How far a search goes: `fan` links of a thing, of an end `fan_of_ends`; `frontier` things at a step;
    `paths` of one length; `tries` at putting links together; `seconds` in all."""

    wanted: int = 5
    fan: int = 120
    fan_of_ends: int = 500
    frontier: int = 60
    paths: int = 300
    tries: int = 20_000
    seconds: float = 1.5


DEFAULT: Final = Limits()


@dataclass(frozen=True)
class Found:
    """What a search found: `paths` from the shortest on, and what it did not look at.

    `hops`: paths of so many hops were searched for. `crowded` have more links than were followed;
    `left_out` things were reached and not looked at; `is_exhausted`: there was nothing more to look at.
    """

    paths: Sequence[Path]
    links: Mapping[tuple[str, str], Sequence[Link]]
    hops: int
    crowded: Sequence[str] = ()
    left_out: int = 0
    is_late: bool = False
    is_crossed: bool = False
    is_exhausted: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all that there is up to `hops` hops was looked at."""
        return not (self.crowded or self.left_out or self.is_late or self.is_crossed)


@dataclass
class _Side:
    """How far one end has come: the things that were reached last, and all that were."""

    start: str
    frontier: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


class _Search:
    def __init__(
        self, ends: tuple[str, str], expand: Expand, may_pass: Callable[[str], bool], limits: Limits
    ) -> None:
        self._ends = ends
        self._expand = expand
        self._may_pass = may_pass
        self._limits = limits
        self._sides = [_Side(end, [end], {end}) for end in ends]
        self._opened: set[str] = set()
        self.links: dict[tuple[str, str], set[Link]] = defaultdict(set)
        self._near: dict[str, set[str]] = defaultdict(set)
        self.crowded: list[str] = []
        self.left_out = 0
        self.is_crossed = False

    @property
    def is_exhausted(self) -> bool:
        """Whether one of the ends leads nowhere else."""
        return any(not self._waiting(side) for side in self._sides)

    def _waiting(self, side: _Side) -> list[str]:
        """What can be looked at next: the end itself, and what paths may pass through."""
        other = set(self._ends) - {side.start}
        return [
            each
            for each in side.frontier
            if each == side.start or (self._may_pass(each) and each not in other)
        ]

    def advance(self) -> None:
        """One step more: from both ends first, then from the one that has fewer things to look at."""
        side = min(self._sides, key=lambda each: (each.start in self._opened, len(self._waiting(each))))
        waiting = self._waiting(side)
        kept = waiting[: self._limits.frontier]
        self.left_out += len(waiting) - len(kept)
        is_end = kept == [side.start]
        new = [each for each in kept if each not in self._opened]
        if new:
            self._learn(self._expand(new, self._limits.fan_of_ends if is_end else self._limits.fan))
        side.frontier = self._reached(kept, side.seen)
        side.seen.update(side.frontier)

    def _learn(self, around: Mapping[str, Around]) -> None:
        for thing, found in around.items():
            self._opened.add(thing)
            if found.is_cut:
                self.crowded.append(thing)
            for link in found.links:
                pair = (link.subject, link.object)
                self.links[pair].add(link)
                self._near[link.subject].add(link.object)
                self._near[link.object].add(link.subject)

    def _reached(self, things: Sequence[str], seen: set[str]) -> list[str]:
        """What these lead to and was not seen before, of each property in turn: all kinds are looked at."""
        places: dict[str, tuple[int, str]] = {}
        for thing in things:
            counts: dict[tuple[str, bool], int] = defaultdict(int)
            for other in sorted(self._near[thing] - seen):
                kind = min((link.predicate, link.subject == thing) for link in self._between(thing, other))
                places[other] = min(places.get(other, (counts[kind], other)), (counts[kind], other))
                counts[kind] += 1
        return sorted(places, key=places.__getitem__)

    def _between(self, one: str, other: str) -> set[Link]:
        return self.links.get((one, other), set()) | self.links.get((other, one), set())

    def paths(self, length: int) -> list[Path]:
        """The paths of exactly so many hops, as far as they are known by now."""
        start, end = self._ends
        distance = self._distances(end, length)
        found: list[Path] = []
        for tries, path in enumerate(self._extended([start], length, distance, end)):
            if path:
                found.append(path)
            if len(found) >= self._limits.paths or tries >= self._limits.tries:
                self.is_crossed = True
                break
        return found

    def _extended(
        self, path: list[str], length: int, distance: Mapping[str, int], end: str
    ) -> Iterator[Path | None]:
        """The paths that begin like this one; None for each that leads nowhere."""
        left = length - len(path) + 1
        if not left:
            yield tuple(path) if path[-1] == end else None
            return
        for other in sorted(self._near[path[-1]]):
            if distance.get(other, length) > left - 1 or (other == end) != (left == 1):
                continue
            # A thing that is linked to an earlier one makes the way to it a detour.
            near = self._near[other] - ({path[0]} if other == end else set())
            if other in path or not near.isdisjoint(path[:-1]):
                continue
            if other == end or self._may_pass(other):
                yield from self._extended([*path, other], length, distance, end)
        yield None

    def _distances(self, end: str, most: int) -> dict[str, int]:
        """How many hops things are from the end, where that is at most so many."""
        distance = {end: 0}
        reached = [end]
        for hops in range(1, most + 1):
            passed = [each for each in reached if each == end or self._may_pass(each)]
            reached = [other for each in passed for other in self._near[each] if other not in distance]
            distance.update(dict.fromkeys(reached, hops))
        return distance


def find_paths(
    start: str,
    end: str,
    most_hops: int,
    expand: Expand,
    may_pass: Callable[[str], bool],
    limits: Limits = DEFAULT,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """The paths of at most so many hops: all of one length before longer ones, until there are enough.

    `expand` raises what it likes; nothing is asked of it after `limits.seconds`.
    """
    search = _Search((start, end), expand, may_pass, limits)
    until = clock() + limits.seconds
    paths: list[Path] = []
    hops, is_late, is_exhausted = 0, False, False
    while hops < most_hops and len(paths) < limits.wanted:
        is_exhausted, is_late = search.is_exhausted, clock() > until
        if is_late:
            break
        if not is_exhausted:
            search.advance()
        hops += 1
        # Shorter ones again: where not every link of a thing was followed, its neighbours tell of more.
        paths = [path for length in range(1, hops + 1) for path in search.paths(length)]
    return Found(
        paths,
        {pair: sorted(links) for pair, links in search.links.items()},
        hops,
        search.crowded,
        search.left_out,
        is_late,
        search.is_crossed,
        is_exhausted,
    )
