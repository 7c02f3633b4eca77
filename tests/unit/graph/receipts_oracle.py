"""A small SPARQL of its own: queries as trees, their text, and their solutions with the triples behind.

Written from the algebra of the recommendation, join by join, without a thought for speed; receipts are held
against it. Terms are IRIs only, so that equality is plain.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlAlgebra
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Quad = tuple[str, str, str, str]
Bindings = Mapping[str, str]


class Solution(NamedTuple):
    """What is bound, and the quads that it rests upon."""

    bound: dict[str, str]
    behind: frozenset[Quad]


@dataclass(frozen=True)
class Triples:
    """A triple pattern; `path` are steps in a row, each a choice of predicates, `^` for inverse."""

    subject: str
    path: tuple[tuple[str, ...], ...]
    value: str

    def text(self) -> str:
        steps = ["|".join(step) if len(step) == 1 else f"({'|'.join(step)})" for step in self.path]
        return f"{self.subject} {'/'.join(steps)} {self.value} ."


@dataclass(frozen=True)
class Filter:
    """`left` and `right` are terms, the test `=`, `!=`, or bound and unbound with a left term only."""

    test: str
    left: str
    right: str = ""

    def text(self) -> str:
        if self.test == "bound":
            return f"FILTER(BOUND({self.left}))"
        if self.test == "unbound":
            return f"FILTER(!BOUND({self.left}))"
        return f"FILTER({self.left} {self.test} {self.right})"

    def holds(self, bound: Bindings) -> bool:
        left = bound.get(self.left, "") if self.left.startswith("?") else self.left
        right = bound.get(self.right, "") if self.right.startswith("?") else self.right
        if self.test in ("bound", "unbound"):
            return bool(left) == (self.test == "bound")
        if not left or not right:
            return False
        return (left == right) == (self.test == "=")


@dataclass(frozen=True)
class Values:
    """A VALUES block of one variable."""

    name: str
    terms: tuple[str, ...]

    def text(self) -> str:
        return f"VALUES {self.name} {{ {' '.join(self.terms)} }}"


@dataclass(frozen=True)
class Optional:
    """An OPTIONAL group."""

    group: Group

    def text(self) -> str:
        return f"OPTIONAL {self.group.text()}"


@dataclass(frozen=True)
class Union:
    """Groups of which any will do; a single one is a group inside of a group."""

    branches: tuple[Group, ...]

    def text(self) -> str:
        return " UNION ".join(branch.text() for branch in self.branches)


@dataclass(frozen=True)
class InGraph:
    """A group inside of GRAPH."""

    name: str
    group: Group

    def text(self) -> str:
        return f"GRAPH {self.name} {self.group.text()}"


@dataclass(frozen=True)
class Minus:
    """A group that takes solutions away."""

    group: Group

    def text(self) -> str:
        return f"MINUS {self.group.text()}"


@dataclass(frozen=True)
class Inner:
    """A sub-query; what its solutions rest upon, those of the same values rest upon as well."""

    columns: tuple[str, ...]
    group: Group
    distinct: str

    def text(self) -> str:
        return f"{{ SELECT {self.distinct} {' '.join(self.columns)} WHERE {self.group.text()} }}"

    def project(self, solutions: list[Solution]) -> Iterator[Solution]:
        behind: dict[tuple[tuple[str, str], ...], set[Quad]] = {}
        keys = []
        for each in solutions:
            key = tuple((name, each.bound[name]) for name in self.columns if name in each.bound)
            if key not in behind or not self.distinct:
                keys.append(key)
            behind.setdefault(key, set()).update(each.behind)
        for key in keys:
            yield Solution(dict(key), frozenset(behind[key]))


Part = Triples | Filter | Values | Optional | Union | InGraph | Minus | Inner


@dataclass(frozen=True)
class Group:
    """Parts in braces."""

    parts: tuple[Part, ...]

    def text(self) -> str:
        return f"{{ {' '.join(part.text() for part in self.parts)} }}"

    @property
    def filters(self) -> list[Filter]:
        return [part for part in self.parts if isinstance(part, Filter)]


class Oracle:
    """Solutions over some quads; the default graph has the name ""."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._quads = frozenset(quads)
        self._names = sorted({quad[3] for quad in self._quads} - {""})

    def solutions(self, group: Group) -> list[Solution]:
        """The solutions of a WHERE clause, each as often as it counts."""
        return self._group(group, "")

    def _group(self, group: Group, graph: str) -> list[Solution]:
        found = self._unfiltered(group, graph)
        return [each for each in found if all(test.holds(each.bound) for test in group.filters)]

    def _unfiltered(self, group: Group, graph: str) -> list[Solution]:
        found = [Solution({}, frozenset())]
        for part in group.parts:
            match part:
                case Optional():
                    found = list(self._left_join(found, part.group, graph))
                case Minus():
                    taken = [each.bound for each in self._group(part.group, graph)]
                    found = [each for each in found if not any(_removes(one, each.bound) for one in taken)]
                case Filter():
                    continue
                case _:
                    found = list(_join(found, list(self._part(part, graph))))
        return found

    def _part(self, part: Part, graph: str) -> Iterator[Solution]:
        match part:
            case Triples():
                yield from self._path(part.subject, part.path, part.value, graph, 0)
            case Values():
                yield from (Solution({part.name: term}, frozenset()) for term in part.terms)
            case Inner():
                yield from part.project(self._group(part.group, graph))
            case Union():
                for branch in part.branches:
                    yield from self._group(branch, graph)
            case InGraph():
                is_open = part.name.startswith("?")
                for name in [name for name in self._names if is_open or name == part.name]:
                    named = {part.name: name} if is_open else {}
                    yield from _join([Solution(named, frozenset())], self._group(part.group, name))

    def _left_join(self, left: list[Solution], group: Group, graph: str) -> Iterator[Solution]:
        right = self._unfiltered(group, graph)
        for each in left:
            joined = [
                one for one in _join([each], right) if all(test.holds(one.bound) for test in group.filters)
            ]
            yield from joined or [each]

    def _path(
        self, subject: str, path: tuple[tuple[str, ...], ...], value: str, graph: str, depth: int
    ) -> Iterator[Solution]:
        if len(path) == 1:
            yield from self._step(subject, path[0], value, graph)
            return
        between = f"?between{depth}"
        first = list(self._step(subject, path[0], between, graph))
        rest = list(self._path(between, path[1:], value, graph, depth + 1))
        for each in _join(first, rest):
            yield Solution({key: term for key, term in each.bound.items() if key != between}, each.behind)

    def _step(self, subject: str, choices: tuple[str, ...], value: str, graph: str) -> Iterator[Solution]:
        """A solution for each choice that matches; behind it are all choices that do."""
        found: list[dict[str, str]] = []
        behind: dict[tuple[tuple[str, str], ...], set[Quad]] = {}
        for choice in choices:
            predicate = choice.removeprefix("^")
            start, end = (value, subject) if choice.startswith("^") else (subject, value)
            matched = set()
            for quad in self._quads:
                bound = _matched((start, predicate, end), quad) if quad[3] == graph else None
                if bound is not None:
                    matched.add(tuple(sorted(bound.items())))
                    behind.setdefault(tuple(sorted(bound.items())), set()).add(quad)
            found += [dict(key) for key in matched]
        for bound in found:
            yield Solution(bound, frozenset(behind[tuple(sorted(bound.items()))]))


def _matched(pattern: tuple[str, str, str], quad: Quad) -> dict[str, str] | None:
    bound: dict[str, str] = {}
    for wanted, term in zip(pattern, quad, strict=False):
        if wanted.startswith("?"):
            if bound.setdefault(wanted, term) != term:
                return None
        elif wanted != term:
            return None
    return bound


def _join(left: Iterable[Solution], right: list[Solution]) -> Iterator[Solution]:
    for one in left:
        for other in right:
            if all(one.bound.get(name, term) == term for name, term in other.bound.items()):
                yield Solution({**one.bound, **other.bound}, one.behind | other.behind)


def _removes(one: Bindings, other: Bindings) -> bool:
    shared = one.keys() & other.keys()
    return bool(shared) and all(one[name] == other[name] for name in shared)
