"""Contradictions and corroborations as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from graph.topics import Topic


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a contradiction: its values in N-Triples syntax, its claims, its independent voices.

    `without` is what would be accepted if its claims were not there. `key` tells apart sides of equal
    values: stage, currency, counting rule and period.
    """

    values: tuple[str, ...]
    claims: tuple[str, ...]
    voices: int
    without: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values that do not go together, or may not; `subject` and `period` are those of side A."""

    topic: Topic
    kind: NamedNode
    subject: str
    predicate: str
    period: str
    a: Side
    b: Side
    reason: str


@dataclass(frozen=True, slots=True)
class Corroboration:
    """One value that two or more independent voices assert; `key` is as in Side."""

    topic: Topic
    kind: NamedNode
    subject: str
    predicate: str
    period: str
    value: str
    claims: tuple[str, ...]
    voices: int
    reason: str
    key: str = ""


Assessment = Contradiction | Corroboration
