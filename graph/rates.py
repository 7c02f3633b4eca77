"""Implied rates: what a source that prints a sum in yen and in another currency makes of the other one.

A sum in dollars never contradicts one in yen. What can be told is whether the two sums of one source fit the
rates that the other sources of the year imply; where they do not, one is probably in another currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from graph.assessment_words import currency_words
from graph.curation import NO_CURATION, Curation
from graph.projection import read_term
from graph.terms import decimal_value
from graph.votes import Slot, Vote
from ontology.namespaces import OSA, UNIT

YEN: Final = UNIT.CCY_JPY.value
# Within a year rates move, and sums are rounded: on the shipped facts all rates are within 8 percent of the
# median of the others, but for two that are 21 and 33 percent off.
FURTHEST_OFF: Final = Decimal("0.12")
FEWEST_OTHERS: Final = 3
_DIGITS: Final = Decimal("0.0001")


class Pair(NamedTuple):
    """One sum of one source in two currencies; `claims` are the one in yen and the other one.

    `yen` and `other` are whole units; `year` is the calendar year of the source, else the fiscal year.
    """

    currency: str
    year: int
    subject: str
    source: str
    claims: tuple[str, str]
    yen: Decimal
    other: Decimal
    printed: tuple[str, str]

    @property
    def rate(self) -> Decimal:
        """Yen for one unit of the other currency, to four decimals."""
        return (self.yen / self.other).quantize(_DIGITS)


@dataclass(frozen=True, slots=True)
class ImpliedRate:
    """The rate that a pair implies, held against the other pairs of its currency and year."""

    pair: Pair
    rate: Decimal
    usual: Decimal | None
    is_plausible: bool
    reason: str


def rate_pairs(ballots: Iterable[tuple[Slot, Vote]], curation: Curation = NO_CURATION) -> list[Pair]:
    """The pairs among the ballots of one topic; none for topics that are no amounts."""
    told: dict[tuple[str, str, str], list[tuple[Slot, Vote]]] = defaultdict(list)
    for slot, vote in ballots:
        if slot.predicate == OSA.amount.value and vote.currency and vote.claim not in curation.rejected:
            told[slot.subject, vote.source, vote.stage_said].append((slot, vote))
    return [pair for key in sorted(told) for pair in _pairs(told[key])]


def _pairs(told: Sequence[tuple[Slot, Vote]]) -> Iterator[Pair]:
    """A source that gives several sums in one currency does not say which of them belong together."""
    by_currency: dict[str, list[tuple[Slot, Vote]]] = defaultdict(list)
    for slot, vote in told:
        by_currency[vote.currency].append((slot, vote))
    only = {currency: votes[0] for currency, votes in by_currency.items() if len(votes) == 1}
    for currency in sorted(only.keys() - {YEN} if YEN in only else ()):
        (slot, yen), (_, other) = only[YEN], only[currency]
        year = yen.day[:4] or slot.period
        amounts = [decimal_value(read_term(vote.value)) for vote in (yen, other)]
        if year and amounts[1] > 0:
            claims, printed = (yen.claim, other.claim), (yen.printed, other.printed)
            yield Pair(currency, int(year), slot.subject, yen.source, claims, amounts[0], amounts[1], printed)


def assess_rates(pairs: Sequence[Pair]) -> list[ImpliedRate]:
    """The implied rates of all pairs of one currency and year.

    Only pairs of other sources are a source's measure.
    """
    by_source: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_source[pair.source].append(pair)
    ordered = sorted((pair.rate, pair.source) for pair in pairs)
    places: dict[str, list[int]] = defaultdict(list)
    for place, (_, source) in enumerate(ordered):
        places[source].append(place)
    usual = {source: _median_of_others(ordered, places[source]) for source in by_source}
    others = {source: len(pairs) - len(own) for source, own in by_source.items()}
    return [_assessed(pair, usual[pair.source], others[pair.source]) for pair in sorted(pairs)]


def _median_of_others(ordered: Sequence[tuple[Decimal, str]], own: Sequence[int]) -> Decimal | None:
    """The median rate but for the places that are the source's own; None where too few are left."""
    left = len(ordered) - len(own)
    if left < FEWEST_OTHERS:
        return None
    middle = {(left - 1) // 2, left // 2}
    rates = [ordered[_skipping(own, place)][0] for place in middle]
    return sum(rates, Decimal(0)) / len(rates)


def _skipping(own: Sequence[int], place: int) -> int:
    for each in own:
        place += each <= place
    return place


def _assessed(pair: Pair, usual: Decimal | None, others: int) -> ImpliedRate:
    off = abs(pair.rate / usual - 1) if usual else Decimal(0)
    return ImpliedRate(pair, pair.rate, usual, off <= FURTHEST_OFF, _reason(pair, usual, off, others))


def _reason(pair: Pair, usual: Decimal | None, off: Decimal, others: int) -> str:
    unit = currency_words(pair.currency)
    unit = "US dollar" if unit == "US dollars" else unit
    sums = f"{pair.yen:,f} yen and {pair.other:,f} {currency_words(pair.currency)}"
    implied = f"{sums} imply {pair.rate:.2f} yen per {unit}"
    if usual is None:
        return f"{implied}; too few other figures of {pair.year} to tell whether that is plausible."
    held = f"{implied}, where {others} other figures of {pair.year} imply {usual:.2f} in the middle"
    return f"{held}: probably another currency." if off > FURTHEST_OFF else f"{held}: plausible."
