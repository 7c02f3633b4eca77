"""A thing in a small frame of somebody else's page: its name, what it is, a few facts, and a way to more."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template
from pyoxigraph import Literal, NamedNode

from graph.errors import shorten
from graph.results import ResultTerm
from ontology.namespaces import DCTERMS, OSA, RDFS, SCHEMA, SKOS
from web.addresses import page_address
from web.entity import FIRST
from web.headers import SECURITY
from web.labels import Labels, labels_of
from web.reconcile_answers import tellings, types_of
from web.reconcile_names import values_of
from web.reconcile_suggest import known_thing
from web.reconcile_terms import terms, thing_id
from web.search import name_shown
from web.site import Site

MOST_FACTS: Final = 6
MOST_VALUES: Final = 3
LONGEST_VALUE: Final = 70
LONGEST_NAME: Final = 120
# Any page may show this one in a frame; all else is as everywhere.
FRAMED: Final = dict(SECURITY)["content-security-policy"].replace(
    "frame-ancestors 'none'", "frame-ancestors *"
)
SHOWN: Final = (
    *map(NamedNode, FIRST),
    OSA.iso3166Alpha2,
    RDFS.label,
    SKOS.altLabel,
    OSA.recipientOf,
    OSA.receives,
    OSA.affiliatedWith,
    OSA.partOf,
    OSA.adoptedOn,
    DCTERMS.publisher,
    DCTERMS.issued,
    SCHEMA.url,
    SKOS.exactMatch,
)
ORDER: Final = {node.value: place for place, node in enumerate(SHOWN)}


def preview_page(site: Site, id: str) -> str:
    """The page; small enough for a hundred of them.

    Raises UnknownResourceError where nothing is known of the thing, and what `Site.rows` raises.
    """
    hit = known_thing(site, id)
    told, labels = tellings(site, [hit])
    name = name_shown(hit, labels)
    facts = _facts(site, hit.iri)
    return render_template(
        "reconcile_preview.html",
        id=thing_id(hit.iri),
        name=Literal(shorten(name.value, LONGEST_NAME), language=name.language),
        address=f"{site.address}{page_address(hit.iri)}",
        kinds=[type["name"] for type in types_of(hit)],
        # A few values say no more than the facts do.
        told=[labels.name(term) for term in told.get(hit.iri, ()) if getattr(term, "language", None)],
        facts=facts,
    )


def _facts(site: Site, iri: str) -> list[dict[str, Any]]:
    """A few properties with their first values."""
    found = values_of(site, [iri], SHOWN, MOST_VALUES + 1)
    labels = labels_of(site, [term for values in found.values() for term in values])
    shown = sorted((key[1] for key in found), key=lambda predicate: ORDER[predicate])
    return [
        {
            "property": terms().properties[predicate].label,
            "values": [_shown(term, labels) for term in found[iri, predicate][:MOST_VALUES]],
            "is_cut": len(found[iri, predicate]) > MOST_VALUES,
        }
        for predicate in shown[:MOST_FACTS]
        if predicate in terms().properties
    ]


def _shown(term: ResultTerm, labels: Labels) -> dict[str, str | None]:
    name = labels.name(term)
    return {"text": shorten(name.text, LONGEST_VALUE), "language": name.language}
