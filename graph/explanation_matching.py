"""Patterns of rules, partly filled in."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import BlankNode, NamedNode, Triple, Variable

from graph.rules import Bindings, Pattern


def filled(pattern: Pattern, bindings: Bindings) -> Pattern:
    """The pattern with the terms that its variables are bound to."""
    subject, predicate, value = (
        bindings.get(term, term) if isinstance(term, Variable) else term for term in pattern
    )
    return subject, predicate, value  # type: ignore[return-value]


def variables(pattern: Pattern) -> list[Variable]:
    """The variables of a pattern, each once, in the order of the pattern."""
    return list(dict.fromkeys(term for term in pattern if isinstance(term, Variable)))


def as_triple(pattern: Pattern) -> Triple | None:
    """The triple that a pattern without variables is; None for one that holds some, or is no triple."""
    subject, predicate, value = pattern
    if isinstance(value, Variable) or not isinstance(subject, NamedNode | BlankNode):
        return None
    return Triple(subject, predicate, value) if isinstance(predicate, NamedNode) else None


def most_exact(patterns: Sequence[Pattern], bindings: Bindings) -> Pattern:
    """The pattern that fewest triples are likely to match, the first of equals."""
    return max(patterns, key=lambda pattern: _exactness(filled(pattern, bindings)))


def _exactness(pattern: Pattern) -> int:
    """A subject says more than an object, and that more than a predicate."""
    weights = zip(pattern, (4, 1, 2), strict=True)
    return sum(weight for term, weight in weights if not isinstance(term, Variable))
