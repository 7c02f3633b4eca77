"""The links to Wikidata: verified, likely and unresolved ones, and near misses, each with its evidence.

/links?confidence=osa:Likely&type=osa:State&page=      a page; the same at /api/links as JSON
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode

from graph.errors import InvalidParameterError
from graph.results import ResultTerm
from graph.tallies import LINKS
from ontology.namespaces import OSA
from web.addresses import page_address
from web.filters import choices, iri_filter
from web.labels import Labels, labels_of
from web.nodes import Node, nodes
from web.page_answer import page_answer
from web.paging import Paging, only_parameters, paged
from web.site import Site, count_of, text_of
from web.tallies import one_tally
from web.terms import short_iri
from web.views import here

JSON: Final = "application/json"
LISTED: Final = 50
# Longer lists come in the order of the index: sorting them takes too long.
SORTED: Final = 1000
CONFIDENCES: Final = (OSA.Verified, OSA.Likely, OSA.Unresolved)
NEAR_MISS: Final = OSA.NearMiss
# What a link may start at, as the query that counts them has it.
TYPES: Final = tuple(
    OSA[name]
    for name in (
        "State",
        "Organization",
        "Person",
        "Instrument",
        "EquipmentClass",
        "Region",
        "Event",
        "Concept",
    )
)


@dataclass(frozen=True)
class Listing:
    """A page of what was chosen; `counts` are of all links by confidence, `types` of the chosen by class."""

    links: Sequence[Node]
    paging: Paging
    counts: Mapping[str, int]
    confidences: Counter[ResultTerm]
    types: Counter[ResultTerm]


def link_routes(site: Site) -> Blueprint:
    """The routes of the list of links."""
    routes = Blueprint("links", __name__)

    @routes.get("/links")
    def show() -> Response:
        only_parameters("confidence", "type")
        return page_answer(site, lambda: _page(site), links={JSON: here("/api/links")})

    @routes.get("/api/links")
    def answer() -> Response:
        only_parameters("confidence", "type")
        return page_answer(site, lambda: _document(site), JSON)

    return routes


def link_counts(site: Site) -> dict[str, int]:
    """How many links are verified, likely and unresolved, and how many near misses are known, by IRI."""
    counted = one_tally(site, LINKS)
    return {each.value: counted[each.value] for each in (*CONFIDENCES, NEAR_MISS)}


def _page(site: Site) -> str:
    listing = _listing(site)
    labels = _labels(site, listing)
    return render_template(
        "links.html",
        links=listing.links,
        paging=listing.paging,
        counts=listing.counts,
        groups=[
            ("confidence", choices("confidence", listing.confidences, labels)),
            ("what is linked", choices("type", listing.types, labels)),
        ],
        labels=labels,
        noun="near misses" if iri_filter("confidence") == NEAR_MISS.value else "links",
        as_json=here(
            "/api/links", **{name: request.args.get(name) for name in ("confidence", "type", "page")}
        ),
        short_iri=short_iri,
        osa=OSA,
    )


def _document(site: Site) -> str:
    listing = _listing(site)
    labels = _labels(site, listing)
    paging = listing.paging
    document = {
        "snapshot": site.here().number,
        "total": paging.total,
        "page": paging.number,
        "pages": paging.last,
        "counts": {short_iri(iri): number for iri, number in listing.counts.items()},
        "links": [_link(site, link, labels) for link in listing.links],
    }
    return f"{json.dumps(document, ensure_ascii=False)}\n"


def _link(site: Site, link: Node, labels: Labels) -> dict[str, Any]:
    subject = link.text("osa:subject")
    return {
        "iri": link.iri,
        "subject": subject,
        "label": labels.text(subject),
        "page": site.address + here(page_address(subject)),
        "isNearMiss": NEAR_MISS in link.all("rdf:type"),
        "item": link.text("osa:linkedTo") or link.text("osa:notLinkedTo") or None,
        "confidence": link.text("osa:confidence") or None,
        "relation": link.text("osa:linkRelation") or None,
        "evidence": link.text("osa:evidence"),
        "decidedBy": link.text("osa:decidedBy") or None,
        "curator": link.text("osa:curator") or None,
        "date": link.text("dcterms:date") or None,
    }


def _listing(site: Site) -> Listing:
    """Raises InvalidParameterError, NotFound beyond the last page, and what `Site.rows` raises."""
    confidence = _one_of("confidence", (*CONFIDENCES, NEAR_MISS))
    kind = _one_of("type", TYPES)
    counts = link_counts(site)
    # Counted by class as well, in one query: its rows are remembered for the snapshot.
    by_type: Counter[tuple[str, str]] = Counter()
    for row in site.rows("links-by-class"):
        by_type[text_of(row, "confidence"), text_of(row, "class")] = count_of(row, "number")
    confidences: Counter[ResultTerm] = Counter()
    types: Counter[ResultTerm] = Counter()
    for each in counts:
        confidences[NamedNode(each)] = by_type[each, kind] if kind else counts[each]
    for (each, type), number in by_type.items():
        # A near miss is no link, so the whole list is without them.
        if each == confidence or (not confidence and each != NEAR_MISS.value):
            types[NamedNode(type)] += number
    shown = [confidence] if confidence else [each.value for each in CONFIDENCES]
    total = sum(confidences[NamedNode(each)] for each in shown)
    paging = paged(total, LISTED)
    found = _found(site, confidence, kind, paging)
    described = nodes(site, "assessments-described", found)
    return Listing([described[iri] for iri in found], paging, counts, +confidences, +types)


def _found(site: Site, confidence: str | None, kind: str | None, paging: Paging) -> list[str]:
    values = {"class": kind} if kind else {}
    query = "near-misses" if confidence == NEAR_MISS.value else "links"
    if confidence and query == "links":
        values["confidence"] = confidence
    name = "-".join([query, *(["of-a-class"] if kind else [])])
    if paging.total <= SORTED:
        name = f"{name}-in-order"
    return [text_of(row, "link") for row in site.rows(name, values, window=paging)]


def _labels(site: Site, listing: Listing) -> Labels:
    terms = [term for link in listing.links for term in link.terms()]
    return labels_of(site, [*terms, *TYPES, *CONFIDENCES, NEAR_MISS])


def _one_of(name: str, terms: Sequence[NamedNode]) -> str | None:
    """The term that a parameter names.

    Raises InvalidParameterError.
    """
    iri = iri_filter(name)
    if iri is not None and NamedNode(iri) not in terms:
        named = ", ".join(short_iri(term.value) for term in terms)
        raise InvalidParameterError(name, iri[:80], f"one of: {named}")
    return iri
