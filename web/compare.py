"""What the graph holds beside what Wikidata says, value by value.

/compare                       the things of which an extract of Wikidata is loaded, with counts
/compare?iri=id:philippines    one of them, line by line; `verdict=` keeps those of one verdict
/api/compare                   the same as JSON
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode

from graph.claims import PQ, WIKIBASE
from graph.comparison import Compared, Statement, Verdict, mark_of, read_alignment
from graph.comparison_reading import Comparison, read_comparisons
from graph.errors import InvalidParameterError
from graph.results import ResultTerm
from ontology.namespaces import PREFIXES, WD, WDT
from ontology.vocabulary import read_vocabulary
from web.addresses import page_address
from web.entity import why
from web.filters import Choice, filtered
from web.finding import find_thing
from web.labels import Labels, labels_of
from web.page_answer import page_answer
from web.paging import Part, only_parameters, paged
from web.site import Row, Site, count_of, text_of
from web.terms import LINKED, short_iri
from web.views import here

JSON: Final = "application/json"
# Things on a page, and lines of one thing.
THINGS: Final = 10
LINES: Final = 50
WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.DIFFERENT: "different",
    Verdict.EQUAL: "equal",
    Verdict.ONLY_HERE: "only here",
    Verdict.ONLY_THERE: "only there",
}
RANKS: Final = {
    WIKIBASE.PreferredRank: "preferred",
    WIKIBASE.NormalRank: "normal",
    WIKIBASE.DeprecatedRank: "deprecated",
}


@dataclass(frozen=True)
class Detail:
    """What a claim of Wikidata has besides: qualifiers, and references, each with its parts."""

    qualifiers: Sequence[tuple[NamedNode, ResultTerm]] = ()
    references: Sequence[Sequence[tuple[NamedNode, ResultTerm]]] = ()

    def terms(self) -> list[ResultTerm]:
        """All that it names."""
        parts = [*self.qualifiers, *(part for reference in self.references for part in reference)]
        return [term for part in parts for term in part]


NO_DETAIL: Final = Detail()


@dataclass(frozen=True)
class Shown:
    """A comparison as a page or a document shows it: its chosen lines, what is told of them, the names."""

    comparison: Comparison
    lines: Sequence[Compared]
    details: Mapping[str, Detail]
    labels: Labels
    items: Mapping[str, Literal] = field(default_factory=dict)


def compare_routes(site: Site) -> Blueprint:
    """The routes of the comparison with Wikidata."""
    routes = Blueprint("compare", __name__)

    @routes.get("/compare")
    def show() -> Response:
        only_parameters("iri", "verdict")
        verdict = _verdict()
        return page_answer(site, lambda: _page(site, verdict), links={JSON: _twin()})

    @routes.get("/api/compare")
    def answer() -> Response:
        only_parameters("iri", "verdict")
        verdict = _verdict()
        return page_answer(site, lambda: _document(site, verdict), JSON)

    return routes


def _verdict() -> Verdict | None:
    """The verdict that the request asks for.

    Raises InvalidParameterError.
    """
    text = request.args.get("verdict")
    if not text:
        return None
    try:
        return Verdict(text)
    except ValueError as error:
        known = ", ".join(each.value for each in Verdict)
        raise InvalidParameterError("verdict", text[:80], f"one of: {known}") from error


def _twin() -> str:
    return here(
        "/api/compare", **{name: request.args.get(name) or None for name in ("iri", "verdict", "page")}
    )


def _asked(site: Site) -> str | None:
    text = request.args.get("iri", "").strip()
    return find_thing(site, text, "iri") if text else None


def _page(site: Site, verdict: Verdict | None) -> str:
    iri = _asked(site)
    if iri is None:
        return _overview_page(site)
    comparison = _compared(site, [iri])[0]
    lines = _chosen(comparison, verdict)
    paging = paged(len(lines), LINES)
    shown = _shown(site, comparison, lines[paging.start : paging.end])
    return render_template(
        "compare.html",
        iri=iri,
        shown=shown,
        verdicts=_choices(comparison, verdict),
        paging=paging,
        twin=_twin(),
        **TOOLS,
    )


def _overview_page(site: Site) -> str:
    total = _total(site)
    paging = paged(total, THINGS)
    comparisons = _listed(site, Part(paging.start, paging.size)) if total else []
    labels = labels_of(site, [NamedNode(each.thing) for each in comparisons])
    return render_template(
        "compare_list.html", comparisons=comparisons, labels=labels, paging=paging, twin=_twin(), **TOOLS
    )


def _document(site: Site, verdict: Verdict | None) -> str:
    iri = _asked(site)
    document: dict[str, Any] = {"snapshot": site.here().number}
    if iri is None:
        total = _total(site)
        paging = paged(total, THINGS)
        comparisons = _listed(site, Part(paging.start, paging.size)) if total else []
        labels = labels_of(site, [NamedNode(each.thing) for each in comparisons])
        listed = [_summary(each, labels) for each in comparisons]
        document |= {"total": total, "page": paging.number, "pages": paging.last, "things": listed}
    else:
        comparison = _compared(site, [iri])[0]
        lines = _chosen(comparison, verdict)
        paging = paged(len(lines), LINES)
        shown = _shown(site, comparison, lines[paging.start : paging.end])
        document |= {
            **_summary(comparison, shown.labels),
            "isLoaded": comparison.is_loaded,
            "isComplete": not comparison.is_cut,
            "total": len(lines),
            "page": paging.number,
            "pages": paging.last,
            "lines": [_line(shown, line) for line in shown.lines],
        }
    return f"{json.dumps(document, ensure_ascii=False)}\n"


def _total(site: Site) -> int:
    return count_of(site.row("compared-things-counted"), "count")


def _listed(site: Site, part: Part) -> list[Comparison]:
    """The comparisons of a part of the things, in the order of their IRIs."""
    rows = site.rows("compared-things", window=part)
    return _compared(site, list(dict.fromkeys(text_of(row, "thing") for row in rows)))


def _compared(site: Site, things: Sequence[str]) -> list[Comparison]:
    return read_comparisons(site.rows, things, read_alignment(read_vocabulary()))


def _chosen(comparison: Comparison, verdict: Verdict | None) -> list[Compared]:
    return [line for line in comparison.lines if verdict in (None, line.verdict)]


def _choices(comparison: Comparison, verdict: Verdict | None) -> list[Choice]:
    """The verdicts as a filter; choosing the one that is chosen leaves it."""
    return [
        Choice(
            WORDS[each],
            number,
            filtered("verdict", None if each is verdict else each.value),
            each is verdict,
        )
        for each, number in comparison.counts.items()
        if number or each is verdict
    ]


def _shown(site: Site, comparison: Comparison, lines: Sequence[Compared]) -> Shown:
    details = _details(site, [line.statement.claim for line in lines if line.statement is not None])
    terms: list[ResultTerm | None] = [NamedNode(comparison.thing)]
    for line in lines:
        terms += [line.predicate, line.property]
        terms += [line.fact.value] if line.fact else []
        terms += [line.statement.value, line.statement.unit] if line.statement else []
    terms += [term for detail in details.values() for term in detail.terms()]
    items = [term for term in terms if term in WD]
    return Shown(comparison, lines, details, labels_of(site, terms), _item_names(site, items))


def _details(site: Site, claims: Sequence[str]) -> dict[str, Detail]:
    if not claims:
        return {}
    rows = site.rows("compared-references", {"claim": [NamedNode(claim) for claim in claims]})
    by_claim: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_claim[text_of(row, "claim")].append(row)
    return {claim: _detail(found) for claim, found in by_claim.items()}


def _detail(rows: Sequence[Row]) -> Detail:
    qualifiers: list[tuple[NamedNode, ResultTerm]] = []
    references: dict[str, list[tuple[NamedNode, ResultTerm]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (text_of(row, "part"), str(row["value"]))):
        part = _as_property(text_of(row, "part"))
        target = references[text_of(row, "reference")] if "reference" in row else qualifiers
        target.append((part, row["value"]))
    return Detail(qualifiers, [references[iri] for iri in sorted(references)])


def _as_property(iri: str) -> NamedNode:
    """The property of a qualifier, or of a part of a reference, in the form that has a label."""
    return WDT[iri.removeprefix(str(PQ)).removeprefix(PREFIXES["pr"])]


def _item_names(site: Site, items: Iterable[ResultTerm | None]) -> dict[str, Literal]:
    """What items are called that are none of our things, where the extract has them; English, or any."""
    wanted = sorted({item for item in items if isinstance(item, NamedNode)}, key=str)
    found: dict[str, Literal] = {}
    for row in site.rows("compared-names", {"iri": wanted}) if wanted else ():
        label = row["label"]
        if isinstance(label, Literal) and (text_of(row, "iri") not in found or label.language == "en"):
            found[text_of(row, "iri")] = label
    return found


def wikidata_page(item: str, property: NamedNode | None = None) -> str:
    """The page of an item at Wikidata, at one of its properties."""
    number = item.removeprefix(str(WD))
    anchor = "" if property is None else f"#{property.value.removeprefix(str(WDT))}"
    return f"https://www.wikidata.org/wiki/{number}{anchor}"


def _summary(comparison: Comparison, labels: Labels) -> dict[str, Any]:
    return {
        "iri": comparison.thing,
        "label": labels.text(comparison.thing),
        "items": list(comparison.items),
        "counts": {verdict.value: number for verdict, number in comparison.counts.items()},
    }


def _line(shown: Shown, line: Compared) -> dict[str, Any]:
    return {
        "verdict": line.verdict.value,
        "predicate": line.predicate.value if line.predicate else None,
        "property": line.property.value if line.property else None,
        "note": line.note,
        "here": {"value": _term(line.fact.value), "claims": line.fact.claims} if line.fact else None,
        "there": _there(line, line.statement, shown) if line.statement else None,
    }


def _there(line: Compared, statement: Statement, shown: Shown) -> dict[str, Any]:
    detail = shown.details.get(statement.claim, NO_DETAIL)
    return {
        "value": _term(statement.value),
        "claim": statement.claim,
        "statement": statement.address or None,
        "rank": RANKS.get(statement.rank) if statement.rank else None,
        "isBest": line.is_best,
        "lowerBound": None if statement.lower is None else str(statement.lower),
        "upperBound": None if statement.upper is None else str(statement.upper),
        "unit": statement.unit.value if statement.unit else None,
        "qualifiers": [_part(*part) for part in detail.qualifiers],
        "references": [[_part(*part) for part in reference] for reference in detail.references],
    }


def _part(property: NamedNode, value: ResultTerm) -> dict[str, Any]:
    return {"property": property.value, "value": _term(value)}


def _term(term: ResultTerm) -> dict[str, str]:
    """A term as SPARQL results in JSON have it."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, Literal):
        tag = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        return {"type": "literal", "value": term.value, **tag}
    return {"type": "bnode", "value": str(term)}


TOOLS: Final[Mapping[str, Any]] = {
    "WORDS": WORDS,
    "RANKS": RANKS,
    "NO_DETAIL": NO_DETAIL,
    "Verdict": Verdict,
    "node": NamedNode,
    "page_address": page_address,
    "short_iri": short_iri,
    "linked": LINKED,
    "mark_of": mark_of,
    "why": why,
    "wikidata_page": wikidata_page,
}
