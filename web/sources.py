"""The sources: a list of all; for each a description, a report card, its claims and contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template
from pyoxigraph import Literal, NamedNode

from graph.curation_quads import retracted_graph
from graph.errors import UnknownResourceError
from graph.results import ResultTerm
from graph.tallies import DATES, PUBLISHERS
from ontology.namespaces import GRAPH, ID
from web.filters import choices, iri_filter
from web.labels import labels_of
from web.negotiation import TURTLE
from web.nodes import Node, local_name, nodes, original
from web.page_answer import page_answer
from web.paging import Paging, Part, only_parameters, paged
from web.site import Row, Site, count_of, text_of
from web.tallies import one_tally, tally_here
from web.terms import short_iri

LISTED: Final = 50
CLAIMS: Final = 25
# So many contradictions stand on a source's page; all of them are where contradictions are searched.
CONTRADICTIONS: Final = 20
# What a publisher is counted by, in that order.
FILTERS: Final = ("kind", "country")
SHARES: Final = ("corroborated", "contradicted", "unclear", "overtaken", "alone")
STANCES: Final = ("Supportive", "Critical", "Mixed", "Neutral")
# Which kind of assessment counts under which measure; as in queries/report-card-of-a-source.rq.
MEASURES: Final = {
    "corroborated": "corroborated",
    "ValueClash": "contradicted",
    "EnumerationDifference": "contradicted",
    "AttributionDifference": "contradicted",
    "FramingConflict": "contradicted",
    "DefinitionMismatch": "unclear",
    "Update": "overtaken",
}
# What each measure of the report card counts.
MEANINGS: Final = {
    "corroborated": "independent sources state the same",
    "contradicted": "another source states something incompatible",
    "unclear": "differs from another, perhaps only in what it counts",
    "overtaken": "it, or its rival, reports a later state",
    "alone": "nobody else says anything about it",
    "first": "values that others confirm and that it was the first to state",
}

Publisher = tuple[str, ...]


@dataclass(frozen=True)
class ReportCard:
    """How a source's claims fare beside those of others: counts with their shares, and stances."""

    claims: int
    shares: Sequence[tuple[str, int, float]]
    first: int
    stances: Sequence[tuple[str, int]]


def source_routes(site: Site) -> Blueprint:
    """The routes of sources."""
    routes = Blueprint("sources", __name__)

    @routes.get("/sources")
    def list_sources() -> Response:
        only_parameters(*FILTERS)
        return page_answer(site, lambda: _list(site))

    @routes.get("/sources/<path:name>")
    def show_source(name: str) -> Response:
        only_parameters()
        graph = source_iri(name).replace(str(ID), str(GRAPH), 1)
        links = {TURTLE: f"/store?{urlencode({'graph': graph})}"}
        return page_answer(site, lambda: _source(site, name), links=links)

    return routes


def _list(site: Site) -> str:
    given = {name: iri for name in FILTERS if (iri := iri_filter(name))}
    counted = tally_here(site, PUBLISHERS)
    fitting = (number for publisher, number in counted.items() if _fits(publisher, given))
    paging = paged(sum(fitting), LISTED)
    found = [text_of(row, "source") for row in _listed(site, given, paging)]
    described = nodes(site, "described", found)
    claims = site.rows("claims-of-sources", {"source": [NamedNode(iri) for iri in found]})
    terms: list[ResultTerm] = [NamedNode(iri) for publisher in counted for iri in publisher if iri]
    terms += [term for node in described.values() for term in node.terms()]
    labels = labels_of(site, terms)
    return render_template(
        "sources.html",
        sources=list(described.values()),
        claims={text_of(row, "source"): count_of(row, "number") for row in claims},
        paging=paging,
        groups=[
            ("kind of publisher", choices("kind", _counted(counted, "kind", given), labels)),
            ("country of the publisher", choices("country", _counted(counted, "country", given), labels)),
        ],
        labels=labels,
        source_name=source_name,
    )


def _listed(site: Site, given: Mapping[str, str], paging: Paging) -> list[Row]:
    """The sources of a page: the newest first, those without a date last."""
    if given:
        query = "sources-of-a-country" if "country" in given else "sources"
        return site.rows(query, given, window=paging)
    dated = one_tally(site, DATES)[""]
    rows = site.rows("dated-sources", window=paging)
    if len(rows) < LISTED:
        rest = Part(max(0, paging.start - dated), LISTED - len(rows))
        rows += site.rows("sources-without-a-date", window=rest)
    return rows


def _fits(publisher: Publisher, given: Mapping[str, str]) -> bool:
    return all(publisher[FILTERS.index(name)] == iri for name, iri in given.items())


def _counted(counted: Mapping[Publisher, int], name: str, given: Mapping[str, str]) -> Counter[ResultTerm]:
    """How many sources each value of a filter leaves, beside what the other filter has chosen."""
    others = {other: iri for other, iri in given.items() if other != name}
    counts: Counter[ResultTerm] = Counter()
    for publisher, number in counted.items():
        iri = publisher[FILTERS.index(name)]
        if iri and _fits(publisher, others):
            counts[NamedNode(iri)] += number
    return counts


def _source(site: Site, name: str) -> str:
    iri = source_iri(name)
    source = nodes(site, "described", [iri])[iri]
    retracted = {} if source["osa:publisherKind"] else _retracted(site, iri)
    if not source["osa:publisherKind"] and not retracted:
        raise UnknownResourceError(
            f"There is no source {name!r} here. The list of sources has all there are."
        )
    shown = source if not retracted else Node(iri, retracted)
    counted = site.row("claims-of-sources", {"source": [NamedNode(iri)]})
    paging = paged(count_of(counted, "number"), CLAIMS)
    page = [text_of(row, "claim") for row in site.rows("claims-in-order", {"source": iri}, window=paging)]
    claims = nodes(site, "claims-described", page)
    found = [
        text_of(row, "contradiction") for row in site.rows("contradictions-of-a-source", {"source": iri})
    ]
    contradictions = nodes(site, "assessments-described", found[:CONTRADICTIONS])
    curation = site.rows("curation-of-a-source", {"source": iri})
    terms: list[ResultTerm] = [term for claim in claims.values() for term in claim.terms()]
    terms += [term for node in (shown, *contradictions.values()) for term in node.terms()]
    terms += [term for row in curation for term in row.values()]
    return render_template(
        "source.html",
        name=name,
        source=shown,
        original=original(shown),
        original_at=lambda quoted: original(shown, quoted),
        is_retracted=bool(retracted),
        card=None if retracted else _card(site, iri),
        meanings=MEANINGS,
        claims=list(claims.values()),
        paging=paging,
        contradictions=list(contradictions.values()),
        number_of_contradictions=len(found),
        curation=curation,
        graph=(retracted_graph(NamedNode(iri)) if retracted else GRAPH.iri(f"source/{name}")).value,
        labels=labels_of(site, terms),
        local_name=local_name,
        structured=_structured(shown, site, name),
    )


def source_iri(name: str) -> str:
    """The IRI of the source with this name.

    Raises UnknownResourceError for what can be part of no IRI.
    """
    try:
        return NamedNode(f"{ID}source/{name}").value
    except ValueError as error:
        raise UnknownResourceError(f"No source can be called {name[:80]!r}.") from error


def source_name(iri: str) -> str:
    """The name of a source in the address of its page.

    >>> source_name("https://w3id.org/osagraph/id/source/seed-002-news")
    'seed-002-news'
    """
    return iri.removeprefix(f"{ID}source/")


def _retracted(site: Site, iri: str) -> dict[str, list[ResultTerm]]:
    graph = retracted_graph(NamedNode(iri)).value
    found: dict[str, list[ResultTerm]] = {}
    for row in site.rows("retracted-source", {"graph": graph, "source": iri}):
        found.setdefault(short_iri(text_of(row, "predicate")), []).append(row["value"])
    return found


def _card(site: Site, iri: str) -> ReportCard:
    rows = site.rows("report-card", {"source": iri})
    counts = {local_name(text_of(row, "measure")): count_of(row, "number") for row in rows}
    claims, kinds = counts.get("claims", 0), {measure: 0 for measure in SHARES}
    for name, number in counts.items():
        if name in MEASURES:
            kinds[MEASURES[name]] += number
    kinds["alone"] = claims - counts.get("assessed", 0)
    dates = site.rows("dates-of-corroborations", {"source": iri})
    issued = text_of(site.row("date-of-a-source", {"source": iri}), "issued")
    return ReportCard(
        claims=claims,
        shares=[(name, number, number / max(1, claims)) for name, number in kinds.items()],
        first=sum(count_of(row, "sources") > 1 and text_of(row, "earliest") == issued for row in dates),
        stances=[(stance.lower(), counts.get(stance, 0)) for stance in STANCES],
    )


def _structured(source: Node, site: Site, name: str) -> dict[str, object]:
    """The source for search engines.

    Spec: https://schema.org/CreativeWork
    """
    document: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "@id": source.iri,
        "name": source.text("dcterms:title"),
        "mainEntityOfPage": f"{site.address}/sources/{name}",
    }
    for key, property in (("datePublished", "dcterms:issued"), ("inLanguage", "dcterms:language")):
        if isinstance(source[property], Literal):
            document[key] = source.text(property)
    if address := original(source):
        document["url"] = address
    return document
