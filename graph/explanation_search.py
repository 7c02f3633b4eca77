"""Finds the explanation of a triple in a store: its decisions, descriptions and proofs, or its gaps."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pyoxigraph import DefaultGraph, Triple

from graph.explanation import Explanation, Given, Inference, Way
from graph.explanation_gaps import Gaps
from graph.explanation_grounds import Grounds, spo
from graph.explanation_proofs import Proofs
from graph.rules import Rule, read_rules
from graph.store import ReadableStore
from ontology.vocabulary import Vocabulary, ontology_files, read_vocabulary


class Explainer:
    """Explains the triples of one store, which nobody changes meanwhile; remembers what it has found."""

    def __init__(self, store: ReadableStore, rules: Sequence[Rule] | None = None) -> None:
        # That a thing is of a class tells more of why it is of a broader one than the properties that it has.
        rules = sorted(read_rules() if rules is None else rules, key=lambda rule: rule.name != "cax-sco")
        self._store = store
        self._grounds = Grounds(store, axioms())
        self._proofs = Proofs(store, rules, self._grounds.ends_proof)
        self._gaps = Gaps(store, rules, self._grounds, vocabulary())
        self._explanations: dict[Triple, Explanation] = {}

    def explain(self, triple: Triple) -> Explanation:
        """How the default graph comes to hold a triple, or what it lacks to do so."""
        if triple not in self._explanations:
            self._explanations[triple] = self._explain(triple)
        return self._explanations[triple]

    def _explain(self, triple: Triple) -> Explanation:
        quads = self._store.quads(*spo(triple), DefaultGraph())
        if next(quads, None) is None:
            return Explanation(triple, (), self._gaps.gaps(triple))
        return Explanation(triple, self._grounds.ways(triple) or self._inferred(triple) or (Given(),))

    def _inferred(self, triple: Triple) -> tuple[Way, ...]:
        step = self._proofs.step(triple)
        if step is None:
            return ()
        return (Inference(step.rule, tuple(self.explain(premise) for premise in step.premises)),)


def explain(store: ReadableStore, triple: Triple) -> Explanation:
    """How the default graph of a store comes to hold a triple, or what it lacks to do so."""
    return Explainer(store).explain(triple)


@functools.lru_cache(maxsize=1)
def axioms() -> Mapping[Triple, str]:
    """The ontology's own triples, each with the file that has it."""
    return MappingProxyType({triple: name for name, triple in ontology_files()})


@functools.lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The ontology's declarations, read once in a process."""
    return read_vocabulary()
