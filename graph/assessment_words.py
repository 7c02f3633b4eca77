"""The words of an assessment: values, sides and reasons as people read them."""

from __future__ import annotations

from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from graph.options import ASSERTED, Option
from graph.precision import INFINITE
from graph.projection import read_term
from graph.terms import is_number
from graph.votes import Vote
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary

_LONGEST_FIGURE = 60
_LONGEST_SHORT_NAME = 3  # OSA, ODA
_SEPARATED = 10_000  # years and small counts are read without separators
_SMALL = frozenset({"of", "the", "and", "for", "to", "in", "on", "a"})
_MODALITIES = {
    OSA.Projected.value: "only projected",
    OSA.Possible.value: "only possible",
    OSA.Denied.value: "denied",
}


def value_words(value: str, vote: Vote | None, vocabulary: Vocabulary) -> str:
    """A value in words: sums as printed where the source prints a figure, other names from their IRI."""
    term = read_term(value)
    if isinstance(term, NamedNode):
        return vocabulary.labels.get(term) or _name_of(term.value)
    if not isinstance(term, Literal) or not is_number(term):
        return term.value
    number = Decimal(term.value)
    shown = f"{number:,f}" if abs(number) >= _SEPARATED else f"{number:f}"
    if vote is not None and vote.currency:
        printed = 0 < len(vote.printed) <= _LONGEST_FIGURE and any(map(str.isdigit, vote.printed))
        shown = vote.printed if printed else f"{shown} {currency_words(vote.currency)}"
    if vote is not None and is_open(vote) and vote.interval is not None:
        return f"{shown} or {'more' if vote.interval.high == INFINITE else 'less'}"
    return shown


def is_open(vote: Vote) -> bool:
    """Whether the figure is a mere limit, such as "more than 9 trillion"."""
    return vote.interval is not None and vote.interval.width == INFINITE


def currency_words(unit: str) -> str:
    """The name of a currency: yen, or the ISO 4217 code."""
    code = unit.rpartition("CCY_")[2]
    return {"JPY": "yen", "USD": "US dollars"}.get(code, code)


def _name_of(iri: str) -> str:
    words = iri.rpartition("/")[2].replace("#", " ").replace("-", " ").replace("_", " ").split()
    if len(words) == 1 and len(words[0]) <= _LONGEST_SHORT_NAME:
        return words[0].upper()
    return " ".join(word if word in _SMALL else word[:1].upper() + word[1:] for word in words)


def side_words(option: Option, vocabulary: Vocabulary) -> str:
    """A side with what bears on comparing it: "8 (targeted in the fiscal year, 9 voices)"."""
    shown = ", ".join(value_words(value, option.leads.get(value), vocabulary) for value in option.values)
    if option.slot.predicate == OSA.percentOfGdp.value:
        shown += " % of GDP"
    details = [
        *_terms_said(option, vocabulary),
        _MODALITIES.get(_modality(option), ""),
        _voices(option.voices),
    ]
    return f"{shown} ({', '.join(filter(None, details))})"


def _terms_said(option: Option, vocabulary: Vocabulary) -> list[str]:
    lead = option.votes[0]
    words = []
    if definition := lead.definition or option.definition:
        words.append(value_words(definition, None, vocabulary))
    if lead.stage_said:
        words.append(vocabulary.labels.get(NamedNode(lead.stage_said), ""))
    if option.period and lead.matter:
        words.append(f"fiscal year {option.period}")
    return words


def _modality(option: Option) -> str:
    return (
        ""
        if option.force == ASSERTED
        else max((vote.modality for vote in option.votes), key=list(_MODALITIES).index)
    )


def _voices(count: int) -> str:
    return "1 voice" if count == 1 else f"{count} voices"


def voices_note(option: Option, which: str) -> str:
    """A clause on the sources of a side that are fewer voices than sources, or nothing."""
    sources, reasons = len(option.sources), option.shared
    if not reasons or sources <= option.voices:
        return ""
    return f"; the {sources} sources of the {which} are {_voices(option.voices)} by {' and '.join(reasons)}"
