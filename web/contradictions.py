"""The contradictions: found by kind, subject, publisher and year; both sides, and what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode

from graph.errors import InvalidParameterError, UnknownResourceError
from graph.results import ResultTerm
from graph.tallies import CONTRADICTIONS, PUBLISHERS, YEARS
from ontology.namespaces import ID, OSA
from web.filters import Choice, choices, iri_filter
from web.finding import find_thing
from web.labels import Labels, labels_of
from web.nodes import Node, local_name, nodes, original
from web.page_answer import page_answer
from web.paging import Paging, Part, only_parameters, paged
from web.site import Row, Site, count_of, text_of
from web.sources import source_name
from web.tallies import one_tally, tally_here

LISTED: Final = 10
# So many claims of a side are shown at once; the others fold away.
SHOWN: Final = 3
MOST_CLAIMS: Final = 40
# Clashes first, what may be none and what is none later.
KINDS: Final = (
    "ValueClash",
    "EnumerationDifference",
    "AttributionDifference",
    "FramingConflict",
    "DefinitionMismatch",
    "Update",
)
FILTERS: Final = ("kind", "subject", "publisher", "year")
FISCAL_YEARS: Final = range(1900, 2101)


@dataclass(frozen=True)
class Side:
    """One side: its values, its voices, claims of it of `total`, and what would hold without it."""

    name: str
    values: Sequence[ResultTerm]
    voices: str
    claims: Sequence[Node]
    total: int
    without: Sequence[ResultTerm]


@dataclass(frozen=True)
class Shown:
    """A contradiction for a page; `chosen` are the rows about what the policy holds, in `currency`."""

    node: Node
    sides: tuple[Side, Side]
    chosen: Sequence[Row]
    currency: ResultTerm | None


def contradiction_routes(site: Site) -> Blueprint:
    """The routes of contradictions."""
    routes = Blueprint("contradictions", __name__)

    @routes.get("/contradictions")
    def list_contradictions() -> Response:
        only_parameters(*FILTERS)
        return page_answer(site, lambda: _list(site))

    @routes.get("/contradictions/<name>")
    def show_contradiction(name: str) -> Response:
        only_parameters()
        return page_answer(site, lambda: _one(site, name))

    return routes


def _list(site: Site) -> str:
    kind = iri_filter("kind")
    if kind and local_name(kind) not in KINDS:
        raise InvalidParameterError("kind", kind, f"one of {', '.join(f'osa:{name}' for name in KINDS)}")
    years = sorted(one_tally(site, YEARS), reverse=True)
    about = request.args.get("subject", "").strip()
    subject = find_thing(site, about, "subject") if about else None
    found = _filtered(site, subject)
    kinds = _kinds(site) if found is None else Counter(local_name(text_of(row, "kind")) for row in found)
    total = kinds.total() if kind is None else kinds[local_name(kind)]
    paging = paged(total, LISTED)
    page = _from_kinds(site, kinds, kind, paging) if found is None else _from(found, kind, paging)
    shown, sources, labels = _described(site, page, [OSA[name] for name in KINDS])
    return render_template(
        "contradictions.html",
        shown=shown,
        sources=sources,
        labels=labels,
        kinds=_kind_choices(kinds, labels),
        publishers=_publisher_kinds(site),
        years=years,
        given={name: request.args.get(name, "") for name in FILTERS},
        paging=paging,
        **TOOLS,
    )


def _kinds(site: Site) -> Counter[str]:
    return Counter({local_name(iri): number for iri, number in one_tally(site, CONTRADICTIONS).items()})


def _filtered(site: Site, subject: str | None) -> list[Row] | None:
    """The contradictions that fit all filters but that of the kind; None where there are no such filters."""
    answers = []
    if subject:
        answers.append(site.rows("contradictions-about", {"subject": subject}))
    if publisher := iri_filter("publisher"):
        answers.append(site.rows("contradictions-of-publishers", {"publisherKind": publisher}))
    if year := request.args.get("year"):
        if not (year.isascii() and year.isdigit() and int(year[:5]) in FISCAL_YEARS):
            raise InvalidParameterError("year", year[:20], "a fiscal year such as 2025")
        answers.append(site.rows("contradictions-of-a-year", {"year": year}))
    if not answers:
        return None
    first, *others = answers
    kept = [{text_of(row, "contradiction") for row in rows} for rows in others]
    return sorted(
        (row for row in first if all(text_of(row, "contradiction") in each for each in kept)), key=_rank
    )


def _rank(row: Row) -> tuple[int, int, str]:
    kind = local_name(text_of(row, "kind"))
    place = KINDS.index(kind) if kind in KINDS else len(KINDS)
    return place, -count_of(row, "voicesA") - count_of(row, "voicesB"), text_of(row, "contradiction")


def _from(found: Sequence[Row], kind: str | None, paging: Paging) -> list[str]:
    fitting = [text_of(row, "contradiction") for row in found if kind in (None, text_of(row, "kind"))]
    return fitting[paging.start : paging.end]


def _from_kinds(site: Site, kinds: Mapping[str, int], kind: str | None, paging: Paging) -> list[str]:
    """The part of all contradictions that a page shows: kind after kind, without a list of all."""
    page: list[str] = []
    start = paging.start
    for name in KINDS:
        if kind not in (None, OSA[name].value):
            continue
        size = min(kinds.get(name, 0) - start, LISTED - len(page))
        if size > 0:
            rows = site.rows("contradictions-of-a-kind", {"kind": OSA[name]}, window=Part(start, size))
            page += [text_of(row, "contradiction") for row in rows]
        start = max(0, start - kinds.get(name, 0))
    return page


def _one(site: Site, name: str) -> str:
    try:
        iri = NamedNode(f"{ID}contradiction/{name}").value
    except ValueError as error:
        raise UnknownResourceError(f"No contradiction can be called {name[:80]!r}.") from error
    shown, sources, labels = _described(site, [iri], [])
    if not shown or not shown[0].node.values:
        raise UnknownResourceError(
            f"There is no contradiction {name!r} here. Another snapshot or view may have it; "
            "a contradiction is gone when its sides agree."
        )
    return render_template("contradiction.html", each=shown[0], sources=sources, labels=labels, **TOOLS)


def _described(
    site: Site, iris: Sequence[str], more: Sequence[ResultTerm]
) -> tuple[list[Shown], dict[str, Node], Labels]:
    """The contradictions with all that is said on their sides, the sources, and what everything is called."""
    found = nodes(site, "assessments-described", iris)
    sides = ("osa:sideA", "osa:sideB")
    claims = nodes(
        site,
        "claims-described",
        _iris(t for n in found.values() for s in sides for t in n.all(s)[:MOST_CLAIMS]),
    )
    sources = nodes(site, "described", _iris(claim["osa:statedIn"] for claim in claims.values()))
    subjects = [
        NamedNode(iri) for iri in dict.fromkeys(_iris(node["osa:subject"] for node in found.values()))
    ]
    held = site.rows("resolutions-about", {"subject": subjects}) if subjects else []
    currencies = _currencies(site, subjects)
    terms = [term for node in (*found.values(), *claims.values(), *sources.values()) for term in node.terms()]
    labels = labels_of(
        site, [*terms, *more, *(term for row in held for term in row.values()), *currencies.values()]
    )
    shown = [
        Shown(
            node,
            (_side(node, "A", claims, sources), _side(node, "B", claims, sources)),
            _held(held, node, node["osa:predicate"]),
            currencies.get(node.text("osa:subject")) if node["osa:predicate"] == OSA.amount else None,
        )
        for node in found.values()
    ]
    return shown, sources, labels


def _held(held: Sequence[Row], node: Node, predicate: ResultTerm | None) -> list[Row]:
    """What the policy holds of a contradiction's subject by one property."""
    return [row for row in held if (row["subject"], row["predicate"]) == (node["osa:subject"], predicate)]


def _currencies(site: Site, subjects: Sequence[NamedNode]) -> dict[str, ResultTerm]:
    """The currency of each thing's amount, which need not be that of either side."""
    if not subjects:
        return {}
    rows = site.rows("column-values", {"thing": subjects, "predicate": [OSA.currency]})
    return {text_of(row, "thing"): row["value"] for row in rows}


def _iris(terms: object) -> list[str]:
    assert hasattr(terms, "__iter__")
    return [term.value for term in terms if isinstance(term, NamedNode)]


def _side(node: Node, name: str, claims: Mapping[str, Node], sources: Mapping[str, Node]) -> Side:
    def published(claim: Node) -> str:
        source = sources.get(claim.text("osa:statedIn"))
        return (source.text("dcterms:issued") if source else "") or "~"

    said = [claims[iri] for iri in _iris(node.all(f"osa:side{name}")) if iri in claims]
    return Side(
        name,
        node.all(f"osa:value{name}"),
        node.text(f"osa:voices{name}"),
        # Those with a quote first: a reader wants to see the words.
        sorted(said, key=lambda claim: (not claim["osa:quote"], published(claim), claim.iri)),
        len(node.all(f"osa:side{name}")),
        node.all(f"osa:without{name}"),
    )


def _kind_choices(kinds: Mapping[str, int], labels: Labels) -> list[Choice]:
    counts: dict[ResultTerm, int] = {OSA[name]: kinds[name] for name in KINDS if kinds.get(name)}
    return choices("kind", counts, labels)


def _publisher_kinds(site: Site) -> list[tuple[str, str]]:
    """The kinds of publishers that there are, by prefixed name and label."""
    found = {kind for kind, *_ in tally_here(site, PUBLISHERS)}
    labels = labels_of(site, map(NamedNode, found))
    return sorted(((f"osa:{local_name(iri)}", labels.text(iri)) for iri in found), key=lambda pair: pair[1])


TOOLS: Final[Mapping[str, object]] = {
    "local_name": local_name,
    "source_name": source_name,
    "original": original,
    "SHOWN": SHOWN,
}
