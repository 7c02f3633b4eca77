"""What is accepted of candidates by the properties a client knows, and candidates that these alone find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pyoxigraph import NamedNode

from graph.country_names import codes_called
from graph.label_entries import LabelName, NameKind
from graph.label_index import LONGEST, Why
from graph.query_parameters import Given
from graph.results import ResultTerm
from ontology.namespaces import RDF, SKOS, WD
from web.labels import labels_of
from web.reconcile_agreement import ITEM, Known
from web.reconcile_names import Named, countries, is_thing, values_of
from web.reconcile_request import Constraint, Reference, Value, Wanted
from web.reconcile_terms import terms, thing_iri
from web.site import Site, text_of

# Without a name, candidates are found by so many of the properties, and of the values of each.
FOUND_BY: Final = 2
MOST_MEANT: Final = 5

Facts = Mapping[tuple[str, str], Sequence[ResultTerm]]


def facts_of(site: Site, batch: Sequence[Wanted], candidates: Sequence[Sequence[Named]]) -> Facts:
    """What is accepted of the candidates by the properties that were given, by thing and property.

    Raises what `Site.rows` raises.
    """
    constrained = [pair for pair in zip(batch, candidates, strict=True) if pair[0].constraints]
    predicates = {
        NamedNode(iri)
        for wanted, _ in constrained
        for constraint in wanted.constraints
        if (iri := terms().property_iri(constraint.property))
    }
    return values_of(site, {each.iri for _, things in constrained for each in things}, predicates)


def known_of(site: Site, batch: Sequence[Wanted], facts: Facts) -> Known:
    """The names of the things among the facts, and which countries are meant by the texts that were given.

    Raises what `Site.rows` raises.
    """
    things = {term for values in facts.values() for term in values if isinstance(term, NamedNode)}
    if not things:
        return Known()
    labels = labels_of(site, things)
    names = {term.value: [label.value for label in labels.all(term.value)] for term in things}
    states = countries(site)
    texts = {
        value
        for wanted in batch
        for constraint in wanted.constraints
        for value in constraint.values
        if isinstance(value, str)
    }
    meant = {text: [states[code][0] for code in _country_codes(text) if code in states] for text in texts}
    return Known(names, {**meant, **_linked(site, (*texts, *_ids(batch)))})


def _ids(batch: Sequence[Wanted]) -> set[str]:
    """The ids that were given of values."""
    return {
        value.id
        for wanted in batch
        for constraint in wanted.constraints
        for value in constraint.values
        if isinstance(value, Reference)
    }


def _linked(site: Site, texts: Iterable[str]) -> dict[str, list[str]]:
    """The things that surely are the same as items of Wikidata, by the numbers of these."""
    items = {WD[text].value: text for text in sorted(set(texts)) if ITEM.fullmatch(text)}
    found: dict[str, list[str]] = {text: [] for text in items.values()}
    if items:
        asked: dict[str, Given] = {"predicate": SKOS.exactMatch, "object": [NamedNode(iri) for iri in items]}
        for row in site.rows("things-linked-by", asked):
            found[items[text_of(row, "object")]].append(text_of(row, "thing"))
    return found


def by_properties(site: Site, wanted: Wanted) -> dict[str, Named]:
    """Things that have one of the first values that were given; what else is known of them is seen later.

    Raises LabelsPendingError, SearchTimeoutError and what `Site.rows` raises.
    """
    iris: set[str] = set()
    for constraint in wanted.constraints[:FOUND_BY]:
        predicate = terms().property_iri(constraint.property)
        if predicate is not None:
            iris |= _having(site, NamedNode(predicate), constraint)
    classes = values_of(site, iris, [RDF.type])
    found = {}
    for iri in iris:
        kinds = tuple(
            term.value for term in classes.get((iri, RDF.type.value), ()) if isinstance(term, NamedNode)
        )
        if is_thing(iri, kinds):
            found[iri] = Named(iri, 0, LabelName("", "", NameKind.LOCAL_NAME), kinds)
    return found


def _having(site: Site, predicate: NamedNode, constraint: Constraint) -> set[str]:
    iris: set[str] = set()
    for value in constraint.values[:FOUND_BY]:
        if meant := _meant(site, value):
            rows = site.rows("things-linked-by", {"predicate": predicate, "object": meant})
            iris |= {text_of(row, "thing") for row in rows}
        text = _text(value)
        if text and not isinstance(value, Reference):
            rows = site.rows("things-with-value", {"predicate": predicate, "text": text})
            iris |= {text_of(row, "thing") for row in rows}
    return iris


def _text(value: Value) -> str:
    if isinstance(value, Reference):
        return value.name
    return (str(value).lower() if isinstance(value, bool) else str(value))[:LONGEST].strip()


def _meant(site: Site, value: Value) -> list[NamedNode]:
    """The things that an id, or else exactly a name, may mean."""
    text = _text(value)
    if isinstance(value, Reference):
        by_id = thing_iri(value.id)
        iris = _linked(site, [value.id]).get(value.id) or ([by_id] if by_id else [])
        return [NamedNode(iri) for iri in iris]
    if not text:
        return []
    hits = site.labels.find(text[:LONGEST], site.here().number).hits
    called = [hit.iri for hit in hits if hit.why in (Why.IRI, Why.EXACT, Why.FOLDED)]
    states = countries(site)
    called += [states[code][0] for code in _country_codes(text) if code in states]
    return [NamedNode(iri) for iri in dict.fromkeys(called)][:MOST_MEANT]


def _country_codes(text: str) -> Sequence[str]:
    text = text.strip()[:LONGEST]
    is_code = len(text) == len("JP") and text.isascii() and text.isupper()
    return (text,) if is_code else codes_called(text)
