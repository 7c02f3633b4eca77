"""Inference over all facts: every step of the rules, to the fixpoint, over the default graph.

Steps with one conclusion in common run as one query, once all that it looks at is there; only what goes round
in a circle runs again, while it grows. Facts only: claims, assessments, load records and user graphs lie in
other graphs, which no step reads. What follows from a change alone is found in `graph/truth_maintenance.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, QueryTriples, Variable

from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.grounding import Grounding, Key, Step, key_of
from graph.rules import Pattern
from graph.store import ReadableStore, WritableStore

# Triples written at a time: the engine holds them in memory until all are there.
BATCH_TRIPLES: Final = 50_000
LIMIT_TRIPLES: Final = 1_000_000


@dataclass(frozen=True)
class _Conclusion:
    """One head of one rule, and all the bodies from which it follows."""

    rule: str
    head: Pattern
    bodies: tuple[tuple[Pattern, ...], ...]

    @property
    def needs(self) -> set[Key]:
        return {key_of(pattern) for body in self.bodies for pattern in body}

    def is_ready(self, grown: Mapping[Key, int]) -> bool:
        """Whether there is something of all that one of the bodies looks at."""
        return any(all(grown.get(key_of(pattern)) for pattern in body) for body in self.bodies)

    @property
    def query(self) -> str:
        """The triples that follow and are not there yet."""
        # NOT EXISTS would look each triple up on disk, one by one.
        return (
            f"CONSTRUCT {{ {_text([self.head])} }} WHERE {{ {self._where} MINUS {{ {_text([self.head])} }} }}"
        )

    @property
    def count_query(self) -> str:
        """How many triples follow, whether they are there or not."""
        return f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT {self._names} WHERE {{ {self._where} }} }}"

    @property
    def _where(self) -> str:
        union = " UNION ".join(f"{{ {_text(body)} }}" for body in self.bodies)
        return f"{union} FILTER(!isLiteral({self.head[0]}))"

    @property
    def _names(self) -> str:
        return " ".join(dict.fromkeys(str(term) for term in self.head if isinstance(term, Variable)))


def infer_on_disk(store: WritableStore, grounding: Grounding, limit: int = LIMIT_TRIPLES) -> Counter[str]:
    """As `infer_all`, for a store on disk: what the rules look at is copied into memory, if it fits.

    There joins take a fifth of the time. A million triples, with as many that follow, need about a gigabyte.
    """
    copy = EmbeddedStore()
    keys = {key_of(pattern): None for step in grounding.steps for pattern in (step.head, *step.body)}
    count = 0
    for key in keys:
        quads = _quads(store, key)
        while batch := list(islice(quads, BATCH_TRIPLES)):
            count += len(batch)
            if count > limit:
                return infer_all(store, grounding)
            copy.insert(batch)
    return infer_all(copy, grounding, store)


def infer_all(store: WritableStore, grounding: Grounding, *others: WritableStore) -> Counter[str]:
    """Add to the default graph all that follows from it; how many triples follow by each rule.

    A triple that follows by two rules, or that is asserted as well, counts for each of them. `others` are
    stores to which all is added as well.
    """
    stores = (store, *others)
    for each_store in stores:
        each_store.insert(in_graph(grounding.axioms, DefaultGraph()))
    conclusions = _in_order(_conclusions(grounding.steps))
    # How often each kind of triple has grown; 0 where there is none.
    grown = {key: int(_has(store, key)) for each in conclusions for key in (*each.needs, key_of(each.head))}
    seen: dict[_Conclusion, list[int]] = {}
    while (each := next((each for each in conclusions if _is_stale(each, seen, grown)), None)) is not None:
        seen[each] = [grown[key] for key in each.needs]
        grown[key_of(each.head)] += _conclude(stores, each)
    return _counts(store, seen)


def _is_stale(each: _Conclusion, seen: Mapping[_Conclusion, list[int]], grown: Mapping[Key, int]) -> bool:
    return each.is_ready(grown) and seen.get(each) != [grown[key] for key in each.needs]


def _has(store: ReadableStore, key: Key) -> bool:
    return next(_quads(store, key), None) is not None


def _quads(store: ReadableStore, key: Key) -> Iterator[Quad]:
    predicate, value = key
    assert isinstance(predicate, NamedNode) and not isinstance(value, Variable)
    return store.quads(None, predicate, value, DefaultGraph())


def _conclusions(steps: Iterable[Step]) -> list[_Conclusion]:
    bodies: dict[tuple[str, Pattern], list[tuple[Pattern, ...]]] = {}
    for step in steps:
        bodies.setdefault((step.rule, step.head), []).append(step.body)
    return [_Conclusion(rule, head, tuple(each)) for (rule, head), each in bodies.items()]


def _in_order(conclusions: list[_Conclusion]) -> list[_Conclusion]:
    """Each behind all that lead to it: those have less before them, or as much where they form a circle."""
    before: dict[_Conclusion, set[Key]] = {each: each.needs for each in conclusions}
    while True:
        longer = {
            each: keys.union(*(before[other] for other in conclusions if key_of(other.head) in keys))
            for each, keys in before.items()
        }
        if longer == before:
            return sorted(conclusions, key=lambda each: len(before[each]))
        before = longer


def _conclude(stores: Sequence[WritableStore], conclusion: _Conclusion) -> bool:
    """Add what is not there yet; whether that was anything."""
    triples = stores[0].query(conclusion.query)
    assert isinstance(triples, QueryTriples)
    has_grown = False
    while batch := list(islice(triples, BATCH_TRIPLES)):
        has_grown = True
        for store in stores:
            store.insert(in_graph(batch, DefaultGraph()))
    return has_grown


def _counts(store: ReadableStore, conclusions: Iterable[_Conclusion]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in conclusions:
        solutions = store.query(each.count_query)
        assert isinstance(solutions, QuerySolutions)
        counts[each.rule] += int(next(solutions)["n"].value)
    return counts


def _text(patterns: Iterable[Pattern]) -> str:
    return " . ".join(" ".join(str(term) for term in pattern) for pattern in patterns)
