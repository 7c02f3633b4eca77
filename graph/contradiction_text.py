"""A contradiction in words and as JSON: both sides, who speaks on each, why, and what hangs on either."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from pyoxigraph import Literal

from graph.contradictions import Found, Side, Utterance
from graph.explanation_names import Names
from graph.store import AnyTerm
from graph.terms import decimal_value, is_number
from ontology.namespaces import OSA

WIDTH: Final = 80
MOST_PUBLISHERS: Final = 6
Document = dict[str, Any]


def lines_of(found: Found, sides: tuple[Side, Side], names: Names) -> Iterator[str]:
    """The contradiction for people, in lines of at most 80 columns where words allow it."""
    yield from _wrapped(_heading(found, names), "", "  ")
    for name, side in zip("AB", sides, strict=True):
        money = next((claim.currency for claim in side.claims), None)
        values = ", ".join(_word(value, names, money) for value in side.values)
        yield from _wrapped(f"{name}  {values}", "  ", "     ")
        voices = "1 voice" if side.voices == 1 else f"{side.voices:,} voices"
        yield from _wrapped(f"{voices}: {'; '.join(_publishers(side.claims, names))}", "     ", "     ")
    yield from _wrapped(f"Why: {found.reason}", "  ", "       ")
    if found.kind != OSA.FramingConflict:  # what is never a fact does not hold without its rival either
        yield from _wrapped(" ".join(map(partial(_without, names), "AB", sides)), "  ", "  ")
    yield f"  {names.text(found.iri)}"


def document_of(found: Found, sides: tuple[Side, Side], names: Names, notation: str) -> Document:
    """The contradiction as JSON."""
    return {
        "id": found.iri.value,
        "kind": notation,
        "subject": str(getattr(found.subject, "value", found.subject)),
        "subject_label": names.label(found.subject),
        "predicate": None if found.predicate is None else found.predicate.value,
        "fiscal_year": int(found.year) if found.year else None,
        "reason": found.reason,
        "sides": {name: _side(side, names) for name, side in zip("AB", sides, strict=True)},
    }


def _side(side: Side, names: Names) -> Document:
    return {
        "values": [_value(value, names) for value in side.values],
        "voices": side.voices,
        "without": [_value(value, names) for value in side.without],
        "claims": [_claim(claim, names) for claim in side.claims],
    }


def _claim(claim: Utterance, names: Names) -> Document:
    return {
        "id": str(getattr(claim.claim, "value", "")),
        "source": str(getattr(claim.source, "value", "")),
        "publisher": None if claim.publisher is None else names.word(claim.publisher),
        "issued": claim.issued or None,
        "value": None if claim.value is None else _value(claim.value, names),
        "currency": None if claim.currency is None else _tail(claim.currency).removeprefix("CCY_"),
        "modality": names.word(claim.modality),
        "quotes": list(claim.quotes),
    }


def _value(term: AnyTerm, names: Names) -> Document:
    label = names.label(term)
    return {"value": str(getattr(term, "value", term)), **({"label": label} if label else {})}


def _heading(found: Found, names: Names) -> str:
    parts = [names.word(found.subject)]
    parts += [names.word(found.predicate)] if found.predicate is not None else []
    is_named = f"fy{found.year}" in parts[0].lower()
    parts += [f"fiscal year {found.year}"] if found.year and not is_named else []
    return f"{names.word(found.kind).capitalize()}: {', '.join(parts)}"


def _publishers(claims: Sequence[Utterance], names: Names) -> list[str]:
    """Who published the claims, each with the first date, the number of claims, and how they are put."""
    spoken: dict[str, list[Utterance]] = {}
    for claim in claims:
        who = names.word(claim.publisher) if claim.publisher is not None else _tail(claim.source)
        spoken.setdefault(who, []).append(claim)
    texts = [_publisher(who, theirs, names) for who, theirs in spoken.items()]
    more = len(texts) - MOST_PUBLISHERS
    return [*texts[:MOST_PUBLISHERS], f"and {more} more publishers"] if more > 1 else texts


def _publisher(who: str, claims: Sequence[Utterance], names: Names) -> str:
    days = [claim.issued for claim in claims if claim.issued]
    remarks = days[:1]
    remarks += [f"{len(claims)} claims"] if len(claims) > 1 else []
    remarks += sorted({names.word(claim.modality) for claim in claims if claim.modality != OSA.Asserted})
    return f"{who} ({', '.join(remarks)})" if remarks else who


def _without(names: Names, name: str, side: Side) -> str:
    held = ", ".join(_word(value, names, side.currency) for value in side.without) or "nothing"
    return f"Without {name}: {held} would hold."


def _word(term: AnyTerm, names: Names, currency: AnyTerm | None) -> str:
    """A number with separators of thousands and its currency, anything else by its name."""
    if not (isinstance(term, Literal) and is_number(term)):
        return names.word(term)
    code = f"{_tail(currency).removeprefix('CCY_')} " if currency is not None else ""
    return f"{code}{decimal_value(term):,}"


def _tail(term: AnyTerm) -> str:
    return str(getattr(term, "value", term)).rsplit("/", 1)[-1]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
