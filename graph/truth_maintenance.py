"""What follows from a change of facts, without looking at the rest: delete, rederive, and infer forward.

Delete and rederive: all that followed from what was taken away goes, then what still follows comes back.
Spec: Gupta, Mumick, Subrahmanian, Maintaining Views Incrementally (SIGMOD 1993), algorithm DRed
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import DefaultGraph, Triple

from graph.bundle import in_graph
from graph.grounding import Grounding, Key, Step, key_of
from graph.joins import solutions
from graph.rules import instantiate, unify
from graph.store import ReadableStore, WritableStore

# A triple, and the name of a rule by which it follows.
Firing = tuple[str, Triple]


@dataclass
class Consequences:
    """What came into the default graph by rule, what went, and how many more triples follow by each rule."""

    added: set[Triple] = field(default_factory=set)
    removed: set[Triple] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


class TruthMaintenance:
    """Keeps the default graph closed under the steps of a grounding.

    `asserted` tells what stays there whether it follows or not.
    """

    def __init__(self, store: WritableStore, grounding: Grounding, asserted: Container[Triple]) -> None:
        self._store = store
        self._asserted = asserted
        self._by_body: dict[Key, list[tuple[Step, int]]] = defaultdict(list)
        self._by_head: dict[Key, list[Step]] = defaultdict(list)
        for step in grounding.steps:
            self._by_head[key_of(step.head)].append(step)
            for place, pattern in enumerate(step.body):
                self._by_body[key_of(pattern)].append((step, place))

    def revise(self, added: Collection[Triple], removed: Collection[Triple]) -> Consequences:
        """Bring the graph up to date after triples were added and others removed.

        A removed triple that still follows comes back, and is among those that came by rule.
        """
        followed, lost = self._retract(added, removed)
        gone = {*removed, *followed}
        back = {triple for triple in gone if self._follows(triple)}
        self._insert(back)
        new, gained = self._forward([*added, *back])
        return Consequences(
            added=(new | back) - followed,
            removed=followed - back - new,
            counts=self._count(lost, gained, {*added, *(new - gone)}),
        )

    def _retract(
        self, added: Collection[Triple], removed: Collection[Triple]
    ) -> tuple[set[Triple], set[Firing]]:
        """Take away all that followed from what was removed; what that was, and by which rule."""
        if not removed:
            return set(), set()
        # What was lost is seen in the graph as it was.
        self._delete(added)
        self._insert(removed)
        followed, lost = self._overdelete(removed)
        self._delete([*removed, *followed])
        self._insert(added)
        return followed, lost

    def _overdelete(self, removed: Iterable[Triple]) -> tuple[set[Triple], set[Firing]]:
        """All that followed from what is removed, less what is asserted; and by which rule."""
        followed: set[Triple] = set()
        lost: set[Firing] = set()
        known, waiting = set(removed), list(removed)
        while waiting:
            fired = set(self._firings(waiting.pop())) - lost
            lost |= fired
            for triple in {triple for _, triple in fired} - known:
                # In a dataset that was made before there were rules, not all that follows is there.
                if triple not in self._asserted and _has(self._store, triple):
                    known.add(triple)
                    followed.add(triple)
                    waiting.append(triple)
        return followed, lost

    def _forward(self, added: Iterable[Triple]) -> tuple[set[Triple], set[Firing]]:
        """Add all that follows from what is added; what was new, and by which rule."""
        new: set[Triple] = set()
        gained: set[Firing] = set()
        wave = set(added)
        while wave:
            fired = {firing for triple in wave for firing in self._firings(triple)} - gained
            gained |= fired
            wave = {triple for _, triple in fired if not _has(self._store, triple)}
            self._insert(wave)
            new |= wave
        return new, gained

    def _firings(self, triple: Triple) -> Iterator[Firing]:
        """What follows from a triple together with what is there."""
        for step, place in self._by_body.get(key_of(triple), ()):
            bindings = unify(step.body[place], triple)
            if bindings is None:
                continue
            rest = step.body[:place] + step.body[place + 1 :]
            for found in solutions(self._store, rest, bindings):
                conclusion = instantiate(step.head, found)
                if conclusion is not None:
                    yield step.rule, conclusion

    def _follows(
        self, triple: Triple, rule: str | None = None, without: Collection[Triple] = frozenset()
    ) -> bool:
        """Whether a triple follows at once from what is there, by one rule or by any."""
        for step in self._by_head.get(key_of(triple), ()):
            bindings = unify(step.head, triple) if rule in (None, step.rule) else None
            if bindings is None:
                continue
            if next(solutions(self._store, step.body, bindings, without), None) is not None:
                return True
        return False

    def _count(self, lost: set[Firing], gained: set[Firing], new: Collection[Triple]) -> Counter[str]:
        """How many more triples follow by each rule than before."""
        counts: Counter[str] = Counter()
        for rule, triple in lost:
            counts[rule] -= not self._follows(triple, rule)
        for rule, triple in gained - lost:
            counts[rule] += not self._follows(triple, rule, new)
        return counts

    def _insert(self, triples: Iterable[Triple]) -> None:
        self._store.insert(in_graph(triples, DefaultGraph()))

    def _delete(self, triples: Iterable[Triple]) -> None:
        self._store.delete(in_graph(triples, DefaultGraph()))


def _has(store: ReadableStore, triple: Triple) -> bool:
    found = store.quads(triple.subject, triple.predicate, triple.object, DefaultGraph())
    return next(found, None) is not None
