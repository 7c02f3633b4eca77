"""From assessments to quads of `graph/assessments`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from graph.contradiction import Assessment, Contradiction, Corroboration, Side
from graph.projection import ASSESSMENTS, read_term
from graph.rates import ImpliedRate
from graph.terms import Term, decimal_literal
from ontology.namespaces import ID, OSA, RDF, XSD

_Part = tuple[NamedNode, Term]


def assessment_iri(assessment: Assessment | ImpliedRate) -> NamedNode:
    """The IRI of an assessment, which follows from topic, kind and values and not from claims."""
    if isinstance(assessment, Contradiction):
        sides = sorted("\n".join((*side.values, side.key)) for side in (assessment.a, assessment.b))
        return _hashed(
            "contradiction", (*assessment.topic, assessment.predicate, assessment.kind.value, *sides)
        )
    if isinstance(assessment, Corroboration):
        said = (assessment.subject, assessment.predicate, assessment.value, assessment.key)
        return _hashed("corroboration", (*assessment.topic, assessment.kind.value, *said))
    pair = assessment.pair
    return _hashed("rate", (pair.subject, pair.source, pair.currency, str(pair.yen), str(pair.other)))


def assessment_quads(assessment: Assessment | ImpliedRate) -> Iterator[Quad]:
    """The node of an assessment."""
    iri = assessment_iri(assessment)
    for predicate, value in _parts(assessment):
        yield Quad(iri, predicate, value, ASSESSMENTS)


def _hashed(name: str, parts: Iterable[str]) -> NamedNode:
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return ID.iri(f"{name}/{digest}")


def _parts(assessment: Assessment | ImpliedRate) -> Iterator[_Part]:
    if isinstance(assessment, Contradiction):
        return _contradiction(assessment)
    return _corroboration(assessment) if isinstance(assessment, Corroboration) else _rate(assessment)


def _contradiction(it: Contradiction) -> Iterator[_Part]:
    yield RDF.type, OSA.Contradiction
    yield OSA.kind, it.kind
    yield OSA.subject, NamedNode(it.subject)
    if it.predicate:
        yield OSA.predicate, NamedNode(it.predicate)
    else:
        yield OSA.topic, Literal(it.topic.period, language="en")
    yield from _year(it.period)
    yield from _side(it.a, OSA.valueA, OSA.sideA, OSA.voicesA, OSA.withoutA)
    yield from _side(it.b, OSA.valueB, OSA.sideB, OSA.voicesB, OSA.withoutB)
    yield OSA.reason, Literal(it.reason, language="en")


def _side(
    side: Side, value: NamedNode, claim: NamedNode, voices: NamedNode, without: NamedNode
) -> Iterator[_Part]:
    for each in side.values:
        yield value, read_term(each)
    for iri in side.claims:
        yield claim, NamedNode(iri)
    yield voices, Literal(side.voices)
    for each in side.without:
        yield without, read_term(each)


def _corroboration(it: Corroboration) -> Iterator[_Part]:
    yield RDF.type, OSA.Corroboration
    yield OSA.kind, it.kind
    yield OSA.subject, NamedNode(it.subject)
    yield OSA.predicate, NamedNode(it.predicate)
    yield from _year(it.period)
    yield OSA.value, read_term(it.value)
    for iri in it.claims:
        yield OSA.claim, NamedNode(iri)
    yield OSA.voices, Literal(it.voices)
    yield OSA.reason, Literal(it.reason, language="en")


def _rate(it: ImpliedRate) -> Iterator[_Part]:
    yield RDF.type, OSA.ImpliedRate
    yield OSA.subject, NamedNode(it.pair.subject)
    yield OSA.statedIn, NamedNode(it.pair.source)
    for iri in it.pair.claims:
        yield OSA.claim, NamedNode(iri)
    yield OSA.currency, NamedNode(it.pair.currency)
    yield OSA.calendarYear, Literal(it.pair.year)
    yield OSA.rate, decimal_literal(it.rate)
    if it.usual is not None:
        yield OSA.usualRate, decimal_literal(it.usual)
    yield OSA.isPlausible, Literal(it.is_plausible)
    yield OSA.reason, Literal(it.reason, language="en")


def _year(period: str) -> Iterator[_Part]:
    if period:
        yield OSA.fiscalYear, Literal(period, datatype=XSD.integer)
