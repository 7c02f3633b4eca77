"""A revision's share of the implied rates: all of a currency and year are held against each other anew."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from graph.assessment_quads import assessment_quads
from graph.curation import Curation
from graph.projection import ASSESSMENTS
from graph.rates import ImpliedRate, Pair, assess_rates, rate_pairs
from graph.slot_votes import SlotVotes
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import OSA, XSD


class RevisedRates(NamedTuple):
    """The nodes of the rates as they stood, and the quads of those that stand now."""

    before: set[AnyTerm]
    after: set[Quad]


def revise_rates(
    store: ReadableStore,
    votes: SlotVotes,
    curation: Curation,
    touched: Collection[AnyTerm],
    pairs: Iterable[Pair],
) -> RevisedRates:
    """The rates of all currencies and years that changed, given those whose claims were touched, and what
    pairs the touched topics hold now."""
    now = set(pairs)
    years = {(pair.currency, pair.year) for pair in now} | set(_years_of(store, touched))
    before = {rate for currency, year in years for rate in _stored(store, currency, year)}
    for rate in before - set(touched):
        claims = (quad.object for quad in store.quads(rate, OSA.claim, None, ASSESSMENTS))
        cast = [votes.claim(claim.value) for claim in claims if isinstance(claim, NamedNode)]
        now |= set(rate_pairs([each for each in cast if each is not None], curation))
    after = {quad for rate in rates_of(now) for quad in assessment_quads(rate)}
    return RevisedRates(before, after)


def rates_of(pairs: Iterable[Pair]) -> Iterator[ImpliedRate]:
    """The implied rates of pairs of any currencies and years."""
    for _, together in itertools.groupby(sorted(pairs), key=lambda pair: (pair.currency, pair.year)):
        yield from assess_rates(list(together))


def _years_of(store: ReadableStore, nodes: Iterable[AnyTerm]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        said = {quad.predicate: quad.object for quad in store.quads(node, None, None, ASSESSMENTS)}
        currency, year = said.get(OSA.currency), said.get(OSA.calendarYear)
        if isinstance(currency, NamedNode) and isinstance(year, Literal):
            yield currency.value, int(year.value)


def _stored(store: ReadableStore, currency: str, year: int) -> Iterator[AnyTerm]:
    """The rates that the store holds for a currency and year."""
    literal = Literal(str(year), datatype=XSD.integer)
    for quad in store.quads(None, OSA.calendarYear, literal, ASSESSMENTS):
        found = store.quads(quad.subject, OSA.currency, NamedNode(currency), ASSESSMENTS)
        if next(found, None) is not None:
            yield quad.subject
