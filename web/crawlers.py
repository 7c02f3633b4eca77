"""What programs that visit every page want to know: where they may go, and which pages there are.

Spec: https://www.rfc-editor.org/rfc/rfc9309 (robots.txt), https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from graph.tallies import CLASSES
from ontology.namespaces import OSA
from web.addresses import page_address
from web.page_answer import page_answer
from web.paging import Paging
from web.site import Site, text_of
from web.sources import source_name
from web.tallies import one_tally

XML: Final = "application/xml"
PLAIN: Final = "text/plain"
# So many addresses are in one file of the sitemap.
LISTED: Final = 5_000
# What has pages that are worth finding; classes below these are among them.
LISTED_CLASSES: Final = (
    "Source",
    "Actor",
    "Instrument",
    "Programme",
    "AssistanceProject",
    "BudgetLine",
    "PolicyEvent",
    "RecipientCount",
    "EquipmentClass",
)
PAGES: Final = (
    "/",
    "/about",
    "/browse",
    "/explore",
    "/links",
    "/compare",
    "/contradictions",
    "/path",
    "/perspectives",
    "/sources",
    "/ontology",
    "/queries",
    "/snapshots",
    "/timeline",
    "/map",
)
# Questions cost more than pages, and views are the same pages once more.
CLOSED: Final = (
    "/sparql",
    "/store",
    "/query?",
    "/search?",
    "/api/",
    "/explain",
    "/explore?",
    "/explore/",
    "/export/",
    "/export?",
    "/fragments",
    "/path?",
    "/reconcile",
    "/as-of/",
    "/perspective/",
    "/*as-of=",
    "/*perspective=",
)


def crawler_routes(site: Site) -> Blueprint:
    """The routes of robots.txt and of the sitemap."""
    routes = Blueprint("crawlers", __name__)

    @routes.get("/robots.txt")
    def robots() -> Response:
        return page_answer(site, lambda: _robots(site), PLAIN)

    @routes.get("/sitemap.xml")
    def sitemap() -> Response:
        return page_answer(site, lambda: _index(site), XML)

    @routes.get("/sitemap/<name>-<int:number>.xml")
    def part(name: str, number: int) -> Response:
        return page_answer(site, lambda: _part(site, name, number), XML)

    return routes


def _robots(site: Site) -> str:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Allow: /", ""]
    return "\n".join([*lines, f"Sitemap: {site.address}/sitemap.xml", ""])


def _counts(site: Site) -> dict[str, int]:
    counted = one_tally(site, CLASSES)
    return {name: counted[OSA[name].value] for name in LISTED_CLASSES}


def _index(site: Site) -> str:
    parts = [("pages", 1)]
    for name, total in _counts(site).items():
        parts += [(name, number) for number in range(1, Paging(1, LISTED, total).last + 1) if total]
    addresses = [f"{site.address}/sitemap/{name}-{number}.xml" for name, number in parts]
    return render_template("sitemap_index.xml", addresses=addresses, made=_day(site))


def _part(site: Site, name: str, number: int) -> str:
    if (name, number) == ("pages", 1):
        paths = [*PAGES, *(f"/queries/{query.name}" for query in site.questions)]
    else:
        paging = Paging(number, LISTED, _counts(site).get(name, 0))
        if not 1 <= number <= paging.last or not paging.total:
            raise NotFound(f"The sitemap has no part {name}-{number}. /sitemap.xml has a list of all.")
        found = [text_of(row, "thing") for row in site.rows("members", {"class": OSA[name]}, window=paging)]
        paths = [
            f"/sources/{quote(source_name(iri))}" if name == "Source" else page_address(iri) for iri in found
        ]
    return render_template("sitemap.xml", addresses=[site.address + path for path in paths], made=_day(site))


def _day(site: Site) -> str:
    return (site.here().made or "")[:10]
