"""Properties of things for somebody's table: cells of accepted values, one for each thing and property."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.errors import InvalidParameterError, MalformedSourceError
from graph.results import ResultTerm
from graph.tallies import CLASSES
from graph.terms import decimal_value, is_number
from ontology.namespaces import OSA, OWL, RDF, SKOS, WD, XSD
from web.labels import Labels, labels_of
from web.reconcile_names import values_of
from web.reconcile_request import MOST_IN_CELL, Column, Content, Extension
from web.reconcile_terms import Term, described, terms, thing_id, thing_iri
from web.site import Site, count_of, text_of
from web.tallies import one_tally

Document = dict[str, Any]
# The service that knows more of what these properties point to, by the same ids.
WIKIDATA: Final = "https://wikidata.reconci.link/en/api"
WIKIDATA_LINKS: Final = frozenset({SKOS.exactMatch.value, OWL.sameAs.value})
# Beyond these, numbers lose their last digits on the way.
LARGEST_INTEGER: Final = 2**63 - 1
EXACT_DIGITS: Final = 15
# What a table has no use for: the way to the receipts, and what is the same for all of a class.
HIDDEN: Final = frozenset(
    {OSA.supportedBy.value, OSA.contestedBy.value, OSA.party.value, SKOS.inScheme.value, RDF.type.value}
)
DEFAULT_PROPOSED: Final = 30
MOST_PROPOSED: Final = 200


def extend(site: Site, asked: Extension) -> Document:
    """The columns and rows that were asked for; an unknown thing has a row of empty cells.

    Raises InvalidParameterError for an unknown property, and what `Site.rows` raises.
    """
    columns = [(column, _property(column)) for column in asked.columns]
    things = {id: iri for id in asked.ids if (iri := thing_iri(id))}
    predicates = [NamedNode(iri) for _, iri in columns]
    found = values_of(site, things.values(), predicates, MOST_IN_CELL)
    named = [term for values in found.values() for term in values]
    labels = labels_of(site, [*named, *map(NamedNode, things.values()), *predicates])
    rows = {
        id: {
            column.property: _cells(
                found.get((things.get(id, ""), iri), ()), column, iri, labels, things.get(id)
            )
            for column, iri in columns
        }
        for id in asked.ids
    }
    return {"meta": [_meta(column, iri) for column, iri in columns], "rows": rows}


def propose(site: Site, type: str, most: int) -> list[Document]:
    """Properties that things of a class have, those first that most of them have; of any class by default.

    Raises InvalidParameterError for an unknown class, and what `Site.rows` raises.
    """
    iri = terms().class_iri(type) if type else None
    if type and iri is None:
        raise InvalidParameterError("type", type[:80], "a class of the ontology, such as State")
    if iri is None:
        return [described(term) for term in _listed()][:most]
    counted = {
        text_of(row, "predicate"): count_of(row, "number")
        for row in site.rows("properties-of-a-class", {"class": NamedNode(iri)})
    }
    known = [term for term in _listed() if term.iri in counted]
    declared = [term for term in _listed() if iri in terms().domains(term.iri) and term.iri not in counted]
    known.sort(key=lambda term: -counted[term.iri])
    return [described(term) for term in (*known, *declared)][:most]


def used_classes(site: Site) -> list[Term]:
    """The classes that things in the dataset are of, those with most things first."""
    counts = one_tally(site, CLASSES)
    used = [term for term in terms().classes.values() if counts[term.iri]]
    return sorted(used, key=lambda term: (-counts[term.iri], term.id))


def _listed() -> list[Term]:
    return [term for term in terms().properties.values() if term.iri not in HIDDEN]


def _property(column: Column) -> str:
    iri = terms().property_iri(column.property)
    if iri is None:
        raise InvalidParameterError(
            "extend.properties",
            column.property[:80],
            "the id of a property, such as iso3166Alpha2; /reconcile/suggest/property finds them",
        )
    return iri


def _meta(column: Column, iri: str) -> Document:
    term = terms().properties[iri]
    document: Document = {"id": column.property, "name": term.label}
    if iri in WIKIDATA_LINKS and column.content is Content.LITERAL:
        return {**document, "service": WIKIDATA}
    type = terms().range(iri)
    return {**document, "type": terms().type_document(type)} if type else document


def _cells(
    values: Sequence[ResultTerm], column: Column, predicate: str, labels: Labels, thing: str | None
) -> list[Document]:
    if predicate in WIKIDATA_LINKS and column.content is Content.LITERAL:
        cells = [_item(value, labels, thing) for value in values]
    else:
        cells = [
            cell for value in _in_order(values, labels) if (cell := _cell(value, column.content, labels))
        ]
    return cells[: column.limit or MOST_IN_CELL]


def _item(value: ResultTerm, labels: Labels, thing: str | None) -> Document:
    """A thing of Wikidata by its id there; it is the same thing, so it is called the same."""
    if isinstance(value, NamedNode) and value in WD:
        id = value.value.removeprefix(str(WD))
        return {"id": id, "name": labels.text(thing) if thing else id}
    return {"str": str(getattr(value, "value", value))}


def _in_order(values: Sequence[ResultTerm], labels: Labels) -> list[ResultTerm]:
    """What is written in the reader's language first; else by name, number or text."""

    def key(value: ResultTerm) -> tuple[bool, Decimal, str]:
        if isinstance(value, NamedNode):
            return False, Decimal(0), labels.text(value.value)
        language = getattr(value, "language", None)
        return language not in (None, labels.language), _size(value), str(value)

    return sorted(values, key=key)


def _size(value: ResultTerm) -> Decimal:
    """The number that a literal is; 0 for anything else."""
    with contextlib.suppress(MalformedSourceError):
        return decimal_value(value) if is_number(value) else Decimal(0)  # type: ignore[arg-type]
    return Decimal(0)


def _cell(value: ResultTerm, content: Content, labels: Labels) -> Document | None:
    """A value as the specification has it: one key for its kind; nothing for what has no name."""
    match value:
        case NamedNode():
            id, name = thing_id(value.value), labels.text(value.value)
            if content is Content.LITERAL:
                return {"id": id, "name": name}
            return {"str": id if content is Content.ID else name}
        case Literal():
            return _literal(value)
        case BlankNode() | Triple():
            return None


def _literal(value: Literal) -> Document:
    if value.datatype == XSD.date:
        # A day has a form of its own; a year or a month is no point in time.
        return {"date": f"{value.value[:10]}T00:00:00Z"}
    if value.datatype == XSD.dateTime and value.value.endswith("Z"):
        return {"date": value.value}
    if is_number(value):
        return _number(value.value)
    return {"str": value.value}


def _number(text: str) -> Document:
    """A number, or its text where it would lose digits."""
    if text.lstrip("+-").isdigit():
        number = int(text)
        return {"int": number} if abs(number) <= LARGEST_INTEGER else {"str": text}
    digits = text.lstrip("+-").replace(".", "").lstrip("0")
    return {"float": float(text)} if digits.isdigit() and len(digits) <= EXACT_DIGITS else {"str": text}
