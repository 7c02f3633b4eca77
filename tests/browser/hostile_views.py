"""Where texts of strangers are shown: each view is one line, with the address that shows them.

A new type of page gets its line here. `{n}` stands for each bundle of payloads in turn, `{m}` for each share,
`{text}` for what somebody typed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from tests.browser.payloads import IRIS, NAMES


class View(NamedTuple):
    """A page to look at: `ready` is there once scripts have done their work, then `tabs` are clicked in turn.

    `shows` is whether payloads have to be on it, as text.
    """

    path: str
    tabs: tuple[str, ...] = ()
    ready: str = "body"
    shows: bool = True


def asked(query: str, view: str = "") -> str:
    """The address of a query with its answer."""
    directive = f"#view: {view}\n" if view else ""
    return f"/query?query={quote(directive + query)}"


QUERIES: Final = Path(__file__).parent / "queries"
EVENTS, GRAPHS, TAGS = ((QUERIES / f"{name}.rq").read_text("utf-8") for name in ("events", "graphs", "tags"))
RESULT: Final = "#panel-table tbody tr"
VIEWS: Final = (
    View("/", shows=False),
    View("/about", shows=False),
    View("/browse", shows=False),
    View("/browse/AssistanceProject"),
    View("/browse/Programme?page=1"),
    View("/changes.atom"),
    View("/compare", shows=False),
    View("/compare?iri=id:bundle{n}"),
    View("/contradictions"),
    View("/contradictions/bundle{n}"),
    *(View(f"/entity?iri={quote(iri, safe='')}", shows=False) for iri in IRIS),
    View("/explain?s=id:bundle0&p=osa:programme&o=id:bundle0", shows=False),
    View("/explore?iri=id:bundle0"),
    View("/explore/links?of=id:bundle0&property=osa:programme&direction=in"),
    View("/links"),
    View("/links?confidence=osa:Likely&type=osa:State"),
    View("/export", shows=False),
    View("/export?iri=id:bundle{n}"),
    View("/fragments?subject=id:bundle{n}"),
    View("/map"),
    View("/map?type=osa:PolicyEvent", shows=False),
    View("/ontology/Programme"),
    View("/ontology/programme"),
    View("/page/bundle{n}"),
    View("/page/claim/bundle{n}/claim"),
    View("/page/thing{m}"),
    View("/path?from=id:bundle1&to=id:bundle3"),
    View("/perspectives?subject=id:bundle{n}&p=china-state&p=international-press"),
    View("/queries/who-says-so?subject=id:bundle0&predicate=osa:equipment"),
    View(asked(EVENTS), ("table", "raw", "receipts"), RESULT),
    View(asked(EVENTS, "chart x=?label y=?amount"), ("chart",), "#panel-chart figure"),
    View(asked(EVENTS, "timeline x=?date label=?label"), ("timeline",), "#panel-timeline figure"),
    View(asked(EVENTS, "map place=?label size=?amount"), ("map",), "#panel-map figure"),
    View(asked("DESCRIBE id:bundle0 id:bundle1"), ("table", "graph", "raw"), RESULT),
    View(asked(GRAPHS), ("table", "raw"), RESULT),
    View(asked(TAGS), ("table", "raw"), RESULT, shows=False),
    View(f"/sparql?query={quote(EVENTS)}&receipts=1"),
    View("/reconcile/preview?id=bundle{n}"),
    View("/search?q=alert"),
    View("/search?q=alert&type=osa:State"),
    View("/snapshots"),
    View("/snapshots/2"),
    View("/sources?kind=osa:StateMedia"),
    View("/sources/bundle{n}"),
    View("/timeline"),
    View("/timeline?about=id:bundle0", shows=False),
    *(View(f"/sources/{quote(name, safe='')}", shows=False) for name in NAMES),
)
# What is for programs, as XML.
FILES: Final = (
    "/changes.atom",
    "/sitemap.xml",
    "/sitemap/Source-1.xml",
    "/export/graph.gexf?iri=id:bundle0&iri=id:bundle1&iri=id:bundle2&iri=id:bundle3",
    "/export/graph.graphml?iri=id:bundle0&iri=id:bundle1&iri=id:bundle2&iri=id:bundle3",
)
# Where what somebody typed comes back; all of them are errors, or find nothing.
ECHOES: Final = (
    "/nowhere/{text}",
    "/browse/{text}",
    "/browse/State?osa:x={text}",
    "/compare?iri={text}",
    "/compare?verdict={text}",
    "/contradictions?subject={text}",
    "/entity?iri={text}",
    "/explain?s={text}&p=osa:amount&o=1",
    "/explore?iri={text}",
    "/export/graph.gexf?iri={text}",
    "/export?iri={text}",
    "/export?retrieved={text}",
    "/links?confidence={text}",
    "/fragments?object={text}",
    "/map?year={text}",
    "/ontology/{text}",
    "/page/osa?sort={text}",
    "/page/{text}",
    "/path?from={text}&to=id:osa",
    "/perspectives?subject={text}",
    "/queries/{text}",
    "/queries/who-says-so?subject={text}",
    "/query?query={text}",
    "/map?{text}=1",
    "/reconcile/preview?id={text}",
    "/reconcile/suggest/entity?prefix={text}",
    "/search?q={text}",
    "/snapshots/{text}",
    "/sources/{text}",
    "/sources?{text}=1",
    "/sparql?query={text}",
    "/timeline?about={text}",
    "/timeline?from={text}",
)
