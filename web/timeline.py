"""What happened when: everything with a date in order, by kind, time and thing.

/timeline?from=&to=&type=&about=&page=    days, months or years; `about` may stand several times
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError
from graph.results import ResultTerm
from graph.terms import first_day
from web.dated import (
    PUBLISHED,
    WRITTEN,
    Counts,
    Item,
    Span,
    about,
    between,
    by_year,
    counted,
    counts_of,
    marked,
)
from web.filters import Choice, choices, iri_filter
from web.finding import find_thing
from web.labels import labels_of
from web.page_answer import page_answer
from web.paging import KEPT, Paging, only_parameters, paged
from web.site import Site, text_of
from web.terms import short_iri
from web.timeline_picture import draw_timeline
from web.views import here

LISTED: Final = 50
MOST_ABOUT: Final = 12
# As the queries have it, and one more to know that there are more.
UNDATED: Final = 50
# As the query has it.
MOST_OF_THINGS: Final = 5000


@dataclass(frozen=True)
class Chosen:
    """What the request asks for."""

    span: Span
    kind: str | None
    things: Sequence[str]

    @property
    def is_published(self) -> bool:
        """Whether it is about publications, of which there are many."""
        return self.kind == PUBLISHED.value


@dataclass(frozen=True)
class Listing:
    """A page of what was chosen, and the counts of what might be."""

    items: Sequence[Item]
    paging: Paging
    counts: Counts
    is_cut: bool = False


def timeline_routes(site: Site) -> Blueprint:
    """The route of the timeline."""
    routes = Blueprint("timeline", __name__)

    @routes.get("/timeline")
    def show_timeline() -> Response:
        only_parameters("from", "to", "type", "about")
        return page_answer(site, lambda: _timeline(site))

    return routes


def _timeline(site: Site) -> str:
    at = site.here()
    chosen = _chosen(site)
    listing = _listing(site, chosen, at)
    items = marked(site, listing.items, at)
    undated = _undated(site, chosen, at) if listing.paging.number == listing.paging.last else []
    kinds: dict[ResultTerm, int] = {
        NamedNode(kind): number for kind, number in listing.counts.kinds(chosen.span).items()
    }
    terms: list[ResultTerm] = [*kinds, *map(NamedNode, (*chosen.things, *undated))]
    terms += [term for item in items for term in item.terms()]
    labels = labels_of(site, terms, at=at)
    years = by_year(listing.counts.dates(Span(), chosen.kind))
    return render_template(
        "timeline.html",
        chosen=chosen,
        listing=listing,
        items=items,
        picture=draw_timeline(items, labels),
        groups=[("What", choices("type", kinds, labels)), ("When", _years(years, chosen.span))],
        things=[NamedNode(iri) for iri in chosen.things],
        undated=[NamedNode(iri) for iri in undated[:UNDATED]],
        is_more_undated=len(undated) > UNDATED,
        published=here("/timeline", type=short_iri(PUBLISHED.value)),
        node=NamedNode,
        short_iri=short_iri,
        labels=labels,
    )


def _chosen(site: Site) -> Chosen:
    """What the request asks for.

    Raises InvalidParameterError.
    """
    names = [text for text in request.args.getlist("about") if text]
    if len(names) > MOST_ABOUT:
        raise InvalidParameterError("about", ", ".join(names)[:80], f"at most {MOST_ABOUT} things")
    things = [find_thing(site, text, "about") for text in names]
    return Chosen(Span(_date("from"), _date("to")), iri_filter("type"), tuple(dict.fromkeys(things)))


def _date(name: str) -> str:
    """A day, month or year of the request, or nothing.

    Raises InvalidParameterError.
    """
    text = request.args.get(name, "").strip()
    try:
        if text and not WRITTEN.fullmatch(text):
            raise ValueError("written otherwise")
        if text:
            first_day(text)
    except ValueError as error:
        raise InvalidParameterError(
            name, text[:80], "a year, month or day such as 2025, 2025-04 or 2025-04-05"
        ) from error
    return text


def _listing(site: Site, chosen: Chosen, at: Snapshot) -> Listing:
    """The page that is asked for. Raises what `paged` and `Site.rows` raise."""
    if chosen.things:
        return _listing_about(site, chosen, at)
    counts = counted(site, chosen.is_published, at)
    dates = counts.dates(chosen.span, chosen.kind)
    paging = paged(sum(dates.values()), LISTED)
    needed, skipped = _dates_of(dates, paging)
    found = between(site, needed, chosen.is_published, at)
    fitting = [item for item in found if item.date in dates and _is_of(item, chosen.kind)]
    start = paging.start - skipped
    return Listing(fitting[start : start + LISTED], paging, counts)


def _dates_of(dates: dict[str, int], paging: Paging) -> tuple[list[str], int]:
    """The dates that the things of a page have, and how many things come before the first of these."""
    needed: list[str] = []
    skipped = seen = 0
    for date, number in dates.items():
        if seen + number > paging.start and seen < paging.end:
            needed.append(date)
        elif seen + number <= paging.start:
            skipped += number
        seen += number
    return needed, skipped


def _listing_about(site: Site, chosen: Chosen, at: Snapshot) -> Listing:
    found = about(site, chosen.things, at)
    fitting = [item for item in found if (item.predicate == PUBLISHED.value) == chosen.is_published]
    shown = [item for item in fitting if chosen.span.has(item.date) and _is_of(item, chosen.kind)]
    paging = paged(len(shown), LISTED)
    page = shown[paging.start : paging.end]
    return Listing(page, paging, counts_of(fitting), len(found) >= MOST_OF_THINGS)


def _is_of(item: Item, kind: str | None) -> bool:
    return kind is None or kind in item.kinds


def _undated(site: Site, chosen: Chosen, at: Snapshot) -> list[str]:
    """The events that have no date: none where a time or something else than events is asked for."""
    if chosen.span != Span() or chosen.kind:
        return []
    if chosen.things:
        rows = site.rows("undated-about", {"about": [NamedNode(iri) for iri in chosen.things]}, at)
    else:
        rows = site.rows("undated", {}, at)
    return [text_of(row, "thing") for row in rows if isinstance(row["thing"], NamedNode)]


def _years(numbers: dict[str, int], span: Span) -> list[Choice]:
    """The years as choices; the one that is chosen leaves the time again."""
    kept = {
        name: values for name, values in request.args.lists() if name not in ("page", "from", "to", *KEPT)
    }
    found = []
    for year, number in sorted(numbers.items(), reverse=True):
        is_chosen = span == Span(year, year)
        time = {} if is_chosen else {"from": year, "to": year}
        found.append(Choice(year, number, here(request.path, **{**kept, **time}), is_chosen))
    return found
