"""The publishers: how many sources each has, from when the latest is, and when one was last loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, render_template
from pyoxigraph import NamedNode

from graph.export_rows import Row
from graph.freshness import LEADING, publishers_described
from graph.query_parameters import Given
from web.labels import labels_of
from web.page_answer import page_answer
from web.paging import only_parameters, paged
from web.site import Site, count_of


def publisher_routes(site: Site) -> Blueprint:
    """The route of the list of publishers."""
    routes = Blueprint("publishers", __name__)

    @routes.get("/publishers")
    def list_publishers() -> Response:
        only_parameters()
        return page_answer(site, lambda: _list(site))

    return routes


def _list(site: Site) -> str:
    at = site.here()

    def rows(name: str, values: Mapping[str, Given]) -> Sequence[Row]:
        return site.rows(name, values, at)

    paging = paged(count_of(site.row("publishers-counted", at=at), "publishers"), LEADING)
    publishers = publishers_described(rows, site.rows("publishers-by-sources", at=at, window=paging))
    return render_template(
        "publishers.html",
        publishers=[(NamedNode(each.publisher), each) for each in publishers],
        labels=labels_of(site, [NamedNode(each.publisher) for each in publishers]),
        paging=paging,
    )
