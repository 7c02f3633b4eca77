"""Small worlds for the tests of assessments: sources, claims, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode

from graph.assessment import Assessment, Contradiction, Corroboration, assess
from graph.claims import Claim
from graph.curation import NO_CURATION, Curation
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal, decimal_literal
from graph.topics import assessed_slot, topic_of
from graph.votes import Slot, Vote, vote_of
from graph.wholes import no_wholes
from ontology.namespaces import ID, OSA, UNIT, XSD
from ontology.vocabulary import Vocabulary, read_vocabulary

VOCABULARY = read_vocabulary()
LINE = ID.iri("budget/line-fy2025")
PROJECT = ID.iri("project/p")


def number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def said(name: str, predicate: NamedNode, value: Term, about: NamedNode = PROJECT, **fields: Any) -> Claim:
    modality = fields.pop("modality", OSA.Asserted)
    return Claim(source_iri(name), about, modality, predicate=predicate, value=value, **fields)


def amount(
    name: str, value: int, digits: int = 2, currency: str = "JPY", stage: str = "", **fields: Any
) -> Claim:
    qualifiers = [(OSA.currency, UNIT[f"CCY_{currency}"])] + ([(OSA.stage, OSA[stage])] if stage else [])
    fields = {"significant_digits": digits, "about": LINE, **fields}
    return said(name, OSA.amount, decimal_literal(Decimal(value)), qualifiers=tuple(qualifiers), **fields)


def count(
    name: str, value: int, rule: str = "", year: int | None = 2025, as_of: str = "", **fields: Any
) -> Claim:
    qualifiers: list[tuple[NamedNode, Term]] = [(OSA.countingRule, OSA[rule or "CountingUnspecified"])]
    qualifiers += [(OSA.fiscalYear, number(year))] if year else []
    qualifiers += [(OSA.asOf, date_literal(as_of))] if as_of else []
    about = ID.iri(f"recipient-count/osa-{year or as_of or 'undated'}")
    return said(name, OSA.recipientCount, number(value), about, qualifiers=tuple(qualifiers), **fields)


def source(name: str, day: str = "", **fields: Any) -> Source:
    """A source of a publisher of its own, unless told otherwise."""
    fields = {"publisher": ID.iri(f"publisher-of-{name}"), "kind": OSA.Newspaper, **fields}
    issued = date_literal(day) if day else None
    return Source(source_iri(name), Literal(name), issued=issued, **fields)


def ballots(
    *claims: Claim, sources: Mapping[str, Source] | None = None, vocabulary: Vocabulary = VOCABULARY
) -> list[tuple[Slot, Vote]]:
    """The votes of claims whose sources are as told, or of publishers of their own."""
    known = sources or {}
    cast = []
    for claim in claims:
        name = claim.source.value.rpartition("/")[2]
        slot = assessed_slot(claim, vocabulary)
        assert slot is not None
        matters = {claim.subject.value: ID.osa.value} if claim.predicate == OSA.recipientCount else {}
        currencies = {claim.subject.value: UNIT.CCY_JPY}
        cast.append(
            (slot, vote_of(claim, known.get(name, source(name)), vocabulary, {}, currencies, matters))
        )
    return cast


def assessed(
    *claims: Claim,
    curation: Curation = NO_CURATION,
    wholes: Callable[[str], Any] = no_wholes,
    sources: Mapping[str, Source] | None = None,
) -> list[Assessment]:
    """The assessments of claims that are all of one topic."""
    cast = ballots(*claims, sources=sources)
    topics = {topic_of(*each) for each in cast}
    assert len(topics) == 1, topics
    return assess(topics.pop(), cast, VOCABULARY, curation, wholes)


def contradictions(*claims: Claim, **options: Any) -> list[Contradiction]:
    return [each for each in assessed(*claims, **options) if isinstance(each, Contradiction)]


def corroborations(*claims: Claim, **options: Any) -> list[Corroboration]:
    return [each for each in assessed(*claims, **options) if isinstance(each, Corroboration)]


def kinds(*claims: Claim, **options: Any) -> list[NamedNode]:
    """The kinds of the contradictions, in order."""
    return [each.kind for each in contradictions(*claims, **options)]


def claims_of(*claims: Claim) -> tuple[str, ...]:
    return tuple(sorted(claim.iri.value for claim in claims))
