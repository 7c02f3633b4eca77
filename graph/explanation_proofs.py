"""Proofs of inferred triples: the rule and the premises, found again in the finished graph.

The search is depth first with a growing limit, so that the shortest proof is found first. No proof rests on
its own conclusion: each is made of proofs that were complete before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from pyoxigraph import Triple

from graph.joins import solutions
from graph.projection import SHORT_CUTS
from graph.rules import Rule, instantiate, unify
from graph.store import ReadableStore

# A chain of inferences is seldom longer than four; a path of a thousand parts needs eleven.
DEEPEST: Final = 24
# So many ways to apply a rule are tried for one triple.
MOST_TRIALS: Final = 100_000


class Step(NamedTuple):
    """The last step of a proof; `depth` is the number of steps one upon another."""

    rule: Rule
    premises: tuple[Triple, ...]
    depth: int


class Proofs:
    """Proves triples of one store; what was proved, or failed within a depth, is remembered."""

    def __init__(
        self, store: ReadableStore, rules: Sequence[Rule], ends_proof: Callable[[Triple], bool]
    ) -> None:
        self._store = store
        self._rules = rules
        self._ends_proof = ends_proof
        self._asserted: dict[Triple, bool] = {}
        self._steps: dict[Triple, Step] = {}
        self._failed: dict[Triple, int] = {}
        self._trials = 0
        self._was_cut = False

    def step(self, triple: Triple) -> Step | None:
        """The last step of the shortest proof of an inferred triple; None where the rules give no proof."""
        self._trials = 0
        for depth in range(1, DEEPEST + 1):
            # It may have failed before, as a premise at the end of a longer proof.
            self._was_cut = self._failed.get(triple, 0) >= depth
            if self._prove(triple, depth):
                return self._steps[triple]
            if not self._was_cut or self._trials > MOST_TRIALS:
                return None
        return None

    def _prove(self, triple: Triple, depth: int) -> bool:
        """Whether the triple has a proof of at most this depth."""
        for limit in range(self._failed.get(triple, 0) + 1, depth + 1):
            if triple in self._steps:
                break
            self._try(triple, limit)
        return triple in self._steps and self._steps[triple].depth <= depth

    def _try(self, triple: Triple, depth: int) -> None:
        for rule, premises in self._applications(triple):
            self._trials += 1
            if self._trials > MOST_TRIALS:
                return
            if triple not in premises and all(self._serves(premise, depth - 1) for premise in premises):
                reached = 1 + max((self._depth(premise) for premise in premises), default=0)
                self._steps[triple] = Step(rule, premises, reached)
                return
        self._failed[triple] = depth

    def _serves(self, triple: Triple, depth: int) -> bool:
        """Whether a triple that is there may be a premise: claims are none, and no rule looks at them."""
        if triple.predicate in SHORT_CUTS:
            return False
        if triple not in self._asserted:
            self._asserted[triple] = self._ends_proof(triple)
        if self._asserted[triple] or self._prove(triple, depth):
            return True
        self._was_cut = True
        return False

    def _depth(self, triple: Triple) -> int:
        return 0 if self._asserted[triple] else self._steps[triple].depth

    def _applications(self, triple: Triple) -> Iterator[tuple[Rule, tuple[Triple, ...]]]:
        """Every rule that gives the triple, with premises that are there, whatever those rest upon."""
        for rule in self._rules:
            bindings = unify(rule.head, triple)
            if bindings is None:
                continue
            for solution in solutions(self._store, rule.body, bindings):
                premises = [instantiate(pattern, solution) for pattern in rule.body]
                yield rule, tuple(premise for premise in premises if premise is not None)
