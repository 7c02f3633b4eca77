"""Lists of the things of a class: a table of what is best known of them, filters with counts, paging."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode

from graph.errors import InvalidParameterError, UnknownResourceError
from graph.query_header import without_header
from graph.query_parameters import iri_term
from graph.results import ResultTerm
from graph.tallies import CLASSES
from ontology.namespaces import OSA, XSD, sparql_prefixes
from web.filters import Choice, choices
from web.labels import Labels, labels_of
from web.nodes import Node, local_name, nodes
from web.page_answer import page_answer
from web.paging import KEPT, paged
from web.site import Row, Site, count_of, text_of
from web.tallies import one_tally
from web.terms import short_iri

OURS: Final = str(OSA)
LISTED: Final = 50
# Longer lists come in the order of the index: sorting them by name takes too long.
SORTED: Final = 1000
# So many members are looked at for filters and columns; see facets-of-members.rq.
SAMPLE: Final = 500
COLUMNS: Final = 5
FACETS: Final = 6
MOST_CHOICES: Final = 40
MOST_FILTERS: Final = 2


@dataclass(frozen=True)
class Filter:
    """A property and the value that it has to have."""

    property: str
    value: str
    is_number: bool


def browse_routes(site: Site) -> Blueprint:
    """The routes of lists by class."""
    routes = Blueprint("browse", __name__)

    @routes.get("/browse")
    def list_classes() -> Response:
        return page_answer(site, lambda: _classes(site))

    @routes.get("/browse/<name>")
    def list_members(name: str) -> Response:
        filters = _filters()
        return page_answer(site, lambda: _members(site, name, filters))

    return routes


def _classes(site: Site) -> str:
    counted = [pair for pair in one_tally(site, CLASSES).most_common() if pair[0].startswith(OURS)]
    described = nodes(site, "described", [iri for iri, _ in counted])
    return render_template(
        "browse.html",
        classes=[(described[iri], number) for iri, number in counted],
        labels=labels_of(site, [NamedNode(iri) for iri, _ in counted]),
        local_name=local_name,
    )


def _filters() -> list[Filter]:
    """The filters in the address: parameters with the names of properties.

    Raises InvalidParameterError.
    """
    found = []
    for name, value in request.args.items():
        if name in (*KEPT, "page") or not value:
            continue
        if not name.startswith("osa:") or len(value) > 2000:
            raise InvalidParameterError(
                name, value[:80], "a property such as osa:programme, page, as-of or lang"
            )
        try:
            is_number = value.isascii() and value.lstrip("-").isdigit()
            found.append(
                Filter(iri_term(name).value, value if is_number else iri_term(value).value, is_number)
            )
        except ValueError as error:
            raise InvalidParameterError(name, value[:80], "a name such as id:japan, or a number") from error
    if len(found) > MOST_FILTERS:
        raise InvalidParameterError("filters", str(len(found)), f"at most {MOST_FILTERS} at a time")
    return found


def _members(site: Site, name: str, filters: Sequence[Filter]) -> str:
    kind = OSA[name].value if name.isalnum() else ""
    total = one_tally(site, CLASSES)[kind]
    described = nodes(site, "described", [kind])[kind] if kind else Node("")
    if not total and "owl:Class" not in [
        short_iri(str(getattr(t, "value", ""))) for t in described.all("rdf:type")
    ]:
        raise UnknownResourceError(f"There is no class osa:{name[:80]} here. See the list of classes.")
    query, values = _query(kind, filters, total)
    if filters:
        found = [text_of(row, "thing") for row in site.rows(query, values)]
        paging = paged(len(found), LISTED)
        page = found[paging.start : paging.end]
    else:
        paging = paged(total, LISTED)
        page = [text_of(row, "thing") for row in site.rows(query, values, window=paging)]
    counted = site.rows("facets-of-members", {"class": kind})
    columns = _columns(counted)
    table = _values(site, page, columns)
    facets = _facets(counted)
    terms: list[ResultTerm] = [*map(NamedNode, [kind, *page, *columns])]
    terms += [value for row in table.values() for values_of in row.values() for value in values_of]
    terms += [value for property, counts in facets for value in (NamedNode(property), *counts)]
    labels = labels_of(site, terms)
    text = sparql_prefixes() + without_header(site.pages[query].bind(values))
    return render_template(
        "members.html",
        described=described,
        kind=NamedNode(kind),
        name=name,
        things=[NamedNode(iri) for iri in page],
        columns=[NamedNode(iri) for iri in columns],
        table=table,
        groups=_groups(facets, labels),
        is_sampled=total > SAMPLE,
        sample=SAMPLE,
        paging=paging,
        is_filtered=bool(filters),
        labels=labels,
        query=urlencode({"query": text}),
        csv=urlencode({"query": text, "format": "csv"}),
    )


def _query(kind: str, filters: Sequence[Filter], total: int) -> tuple[str, dict[str, str]]:
    """The query for the members, and its values."""
    values = {"class": kind}
    if not filters:
        return ("members-by-label" if total <= SORTED else "members"), values
    names = (("property", "value", "number"), ("secondProperty", "secondValue", "secondNumber"))
    for each, (property, value, number) in zip(filters, names, strict=False):
        values |= {property: each.property, (number if each.is_number else value): each.value}
    return "members-filtered", values


def _columns(counted: Sequence[Row]) -> list[str]:
    """The properties that are known of most members."""
    filled: Counter[str] = Counter()
    for row in counted:
        filled[text_of(row, "property")] += count_of(row, "number")
    return [iri for iri, _ in filled.most_common(COLUMNS)]


def _facets(counted: Sequence[Row]) -> list[tuple[str, dict[ResultTerm, int]]]:
    """The properties with few values that many share, and how many members have each."""
    found: dict[str, dict[ResultTerm, int]] = defaultdict(dict)
    for row in counted:
        value = row["value"]
        if isinstance(value, NamedNode) or (isinstance(value, Literal) and value.datatype == XSD.integer):
            found[text_of(row, "property")][value] = count_of(row, "number")
    useful = [
        (iri, counts)
        for iri, counts in found.items()
        if 1 < len(counts) <= MOST_CHOICES and max(counts.values()) > 1
    ]
    return sorted(useful, key=lambda pair: (-sum(pair[1].values()), pair[0]))[:FACETS]


def _groups(
    facets: Sequence[tuple[str, Mapping[ResultTerm, int]]], labels: Labels
) -> list[tuple[str, list[Choice]]]:
    return [(labels.text(iri), choices(short_iri(iri), counts, labels)) for iri, counts in facets]


def _values(
    site: Site, page: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, list[ResultTerm]]]:
    """The values of each thing in each column."""
    table: dict[str, dict[str, list[ResultTerm]]] = {iri: defaultdict(list) for iri in page}
    if page and columns:
        wanted = {"thing": [*map(NamedNode, page)], "predicate": [*map(NamedNode, columns)]}
        for row in site.rows("column-values", wanted):
            table[text_of(row, "thing")][text_of(row, "predicate")].append(row["value"])
    return table
