"""Every type of page that the site has, each with an address: a new one is one line here.

`tests/unit/web/test_page_types.py` fails where a route of the site is in neither of the two lists.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class PageType(NamedTuple):
    """A page to visit; `is_error` where the server rightly says that it has not what was asked for.

    `found_on` is a page whose first link that begins with `path` is followed, where nobody knows the rest of
    it beforehand. `ready` selects what is there once the page's scripts have done their work.
    """

    path: str
    is_error: bool = False
    found_on: str = ""
    ready: str = "main"


PAGE_TYPES: Final = (
    PageType("/"),
    PageType("/about"),
    PageType("/browse"),
    PageType("/browse/AssistanceProject"),
    PageType("/compare"),
    PageType("/compare?iri=id:philippines"),
    PageType("/contradictions?kind=osa:ValueClash"),
    PageType("/contradictions/", found_on="/contradictions?kind=osa:ValueClash"),
    PageType("/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23amount"),
    PageType("/explain"),
    PageType("/explain?s=", found_on="/page/project/osa-fy2023-fiji"),
    PageType("/explore"),
    PageType("/explore?iri=id:philippines", ready="html[data-ready=explore]"),
    PageType("/explore/links?", found_on="/explore?iri=id:osa"),
    PageType("/links"),
    PageType("/links?confidence=osa:NearMiss"),
    PageType("/export"),
    PageType("/export?iri=id:sanae-takaichi"),
    PageType("/fragments?predicate=osa:programme"),
    PageType("/map"),
    PageType("/ontology"),
    PageType("/ontology/CommittedProject"),
    PageType("/page/budget/osa-fy2026"),
    PageType("/page/event/ev-2026-04-21-revision"),
    PageType("/page/japan?lang=ja"),
    PageType("/page/osa"),
    PageType("/page/project/osa-fy2023-fiji"),
    PageType("/page/recipient-count/osa-fy2025"),
    PageType("/path"),
    PageType("/path?from=id:fiji&to=id:malaysia"),
    PageType("/perspectives"),
    PageType("/publishers"),
    PageType("/queries"),
    PageType("/queries/budget-by-year"),
    PageType("/query", ready="html[data-ready=query]"),
    PageType("/reconcile/preview?id=fiji"),
    PageType("/search"),
    PageType("/search?q=fjii"),
    PageType("/snapshots"),
    PageType("/snapshots/1"),
    PageType("/sources"),
    PageType("/sources/seed-002-news"),
    PageType("/sparql?query=ASK%7B%7D"),
    PageType("/timeline"),
    PageType("/nowhere", is_error=True),
    PageType("/page/project/osa-fy2023-fij", is_error=True),
    PageType("/queries/budget-by-year?programme=osa", is_error=True),
)
# Endpoints that give no page for people, each with what they give.
NO_PAGES: Final = {
    "compare.answer": "JSON",
    "crawlers.part": "XML",
    "crawlers.robots": "text for crawlers",
    "crawlers.sitemap": "XML",
    "entities.dereference": "a redirection to a page",
    "entities.give_data": "files",
    "exports.export": "files",
    "links.answer": "JSON",
    "further_exports.ftm": "JSON lines",
    "further_exports.ftm_report": "JSON",
    "further_exports.refusals": "a file",
    "further_exports.statements": "files",
    "map.world": "a picture",
    "neighbours.neighbours": "JSON",
    "ontology.send_context": "a file",
    "ontology.send_ontology": "files",
    "openapi.describe": "JSON",
    "paths.give_paths": "JSON",
    "query.citation": "JSON",
    "query_api.check": "JSON",
    "query_api.find_labels": "JSON",
    "query_api.find_terms": "JSON",
    "query_api.prefixes": "JSON",
    "reconcile.ask": "JSON",
    "reconcile.fly_out": "JSON",
    "reconcile.properties": "JSON",
    "reconcile.suggest": "JSON",
    "reconcile.view": "a redirection to a page",
    "search.answer": "JSON",
    "snapshots.feed": "Atom",
    "static": "files",
    "vendor.vendor_file": "files",
    "void.describe": "RDF",
}
