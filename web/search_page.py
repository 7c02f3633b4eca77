"""/search and /api/search: things by what they are called, with the reason for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, json, render_template, request
from pyoxigraph import Literal, NamedNode

from graph.errors import InvalidParameterError
from graph.label_entries import NameKind
from graph.label_index import LONGEST, Hit, Why
from graph.label_text import fold, words_of
from web.addresses import page_address
from web.filters import Choice, choices, iri_filter
from web.highlights import Piece, highlighted
from web.labels import Labels, labels_of
from web.language import LANGUAGES
from web.page_answer import page_answer
from web.paging import only_parameters, paged
from web.search import Search, descriptions, kinds_of, name_shown, search
from web.site import Site
from web.views import here

LISTED: Final = 20
MOST_ANSWERED: Final = 100
ANSWERED: Final = 10
JSON_TYPE: Final = "application/json"
# A thing that was found without its name needs no reason where its name tells it.
REASONS: Final = {
    NameKind.LABEL: "is called",
    NameKind.ALIAS: "is also called",
    NameKind.CODE: "has the number",
    NameKind.LOCAL_NAME: "has an IRI with",
}
ENGLISH_NAMES: Final = {"ja": "Japanese", "en": "English"}


@dataclass(frozen=True)
class Result:
    """One thing as the page lists it; `reason` says by what other name it was found."""

    iri: str
    address: str
    title: list[Piece]
    language: str | None
    kinds: list[NamedNode]
    description: list[Any]
    reason: str
    matched: list[Piece]
    matched_language: str


def search_routes(site: Site) -> Blueprint:
    """The routes of the search."""
    routes = Blueprint("search", __name__)

    @routes.get("/search")
    def show() -> Response:
        only_parameters("q", "type")
        text, kind = _text(), iri_filter("type")
        return page_answer(site, lambda: _page(site, text, kind), links={JSON_TYPE: _twin()})

    @routes.get("/api/search")
    def answer() -> Response:
        only_parameters("q", "type", "limit")
        text, kind, most = _text(), iri_filter("type"), _limit()
        return page_answer(site, lambda: _document(site, text, kind, most), JSON_TYPE)

    return routes


def _text() -> str:
    """What is searched for.

    Raises InvalidParameterError.
    """
    text = request.args.get("q", "")
    if len(text) > LONGEST:
        raise InvalidParameterError("q", f"{text[:40]}…", f"at most {LONGEST} characters")
    return text.strip()


def _limit() -> int:
    text = request.args.get("limit") or str(ANSWERED)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_ANSWERED):
        raise InvalidParameterError("limit", text[:80], f"a number from 1 to {MOST_ANSWERED}")
    return int(text)


def _twin() -> str:
    return here("/api/search", q=request.args.get("q"), type=request.args.get("type"))


def _page(site: Site, text: str, kind: str | None) -> str:
    if not text:
        return render_template("search.html", text="", kind=None, result=None)
    result = search(site, text, kind)
    paging = paged(len(result.chosen), LISTED)
    shown = result.chosen[paging.start : paging.end]
    told = descriptions(site, shown)
    terms: list[object] = [NamedNode(hit.iri) for hit in shown]
    terms += [NamedNode(iri) for hit in shown for iri in kinds_of(hit)]
    terms += [term for values in told.values() for term in values]
    terms += [NamedNode(iri) for iri in result.counts] + ([NamedNode(kind)] if kind else [])
    labels = labels_of(site, terms)
    wanted = _wanted(result)
    return render_template(
        "search.html",
        text=text,
        kind=NamedNode(kind) if kind else None,
        result=result,
        results=[_result(hit, labels, told.get(hit.iri, []), wanted) for hit in shown],
        groups=[("Kind", _kinds(result, labels))],
        labels=labels,
        paging=paging,
        corrected=[(word, near[0]) for word, near in result.found.corrected.items()],
        meant=_meant(text, result),
        whole=here("/search", q=text),
    )


def _kinds(result: Search, labels: Labels) -> list[Choice]:
    return choices("type", {NamedNode(iri): number for iri, number in result.counts.items()}, labels)


def _wanted(result: Search) -> list[str]:
    """The words to mark: what was searched for, or instead of it."""
    corrected = result.found.corrected
    return [near for word in words_of(fold(result.text)) for near in corrected.get(word, (word,))]


def _meant(text: str, result: Search) -> str:
    """The text with its words corrected."""
    best = words_of(fold(result.found.hits[0].name.text)) if result.found.hits else []

    def said(word: str) -> str:
        near = result.found.corrected.get(word, (word,))
        return next((each for each in near if any(other.startswith(each) for other in best)), near[0])

    return " ".join(map(said, words_of(fold(text))))


def _result(hit: Hit, labels: Labels, told: list[Any], wanted: list[str]) -> Result:
    shown = name_shown(hit, labels)
    is_other = hit.name.text != shown.value and hit.why is not Why.IRI
    return Result(
        iri=hit.iri,
        address=here(page_address(hit.iri)),
        title=highlighted(shown.value, wanted),
        language=shown.language,
        kinds=[NamedNode(iri) for iri in kinds_of(hit)],
        description=told,
        reason=_reason(hit) if is_other or hit.why is Why.IRI else "",
        matched=highlighted(hit.name.text, wanted) if is_other else [],
        matched_language=hit.name.language,
    )


def _reason(hit: Hit) -> str:
    if hit.why is Why.IRI:
        return "has this IRI or number"
    reason = REASONS[hit.name.kind]
    if hit.name.language in LANGUAGES and hit.name.language != "en":
        reason += f" in {ENGLISH_NAMES[hit.name.language]}"
    return reason


def _document(site: Site, text: str, kind: str | None, most: int) -> str:
    """What was found, for programs."""
    result = search(site, text, kind)
    shown = result.chosen[:most]
    labels = labels_of(
        site,
        [NamedNode(iri) for hit in shown for iri in (hit.iri, *kinds_of(hit))]
        + [NamedNode(iri) for iri in result.counts],
    )
    document = {
        "query": text,
        "snapshot": site.here().number,
        "total": len(result.chosen),
        "isComplete": not result.found.is_cut,
        "leftOut": result.left_out,
        "corrected": {word: list(near) for word, near in result.found.corrected.items()},
        "types": [
            {"iri": iri, "label": labels.text(iri), "count": count}
            for iri, count in result.counts.most_common()
        ],
        "hits": [_hit(site, hit, labels) for hit in shown],
    }
    return f"{json.dumps(document, ensure_ascii=False)}\n"


def _hit(site: Site, hit: Hit, labels: Labels) -> dict[str, Any]:
    label = name_shown(hit, labels)
    return {
        "iri": hit.iri,
        "page": site.address + here(page_address(hit.iri)),
        "label": _text_of(label),
        "types": [{"iri": iri, "label": labels.text(iri)} for iri in kinds_of(hit)],
        "score": hit.score,
        "why": hit.why.value,
        "matched": {
            "value": hit.name.text,
            "language": hit.name.language or None,
            "kind": hit.name.kind.name.lower().replace("_", " "),
        },
    }


def _text_of(label: Literal) -> dict[str, str | None]:
    return {"value": label.value, "language": label.language}
