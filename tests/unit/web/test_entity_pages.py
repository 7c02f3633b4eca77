"""Pages and files of things, asked without a server: the shipped dataset, and one that strangers wrote."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
)

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.label_keeping import make_labels
from graph.named_query import Catalogue
from graph.reader_protocol import ReadRequest
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS
from tests.browser.hostile_data import SHARE, hostile_quads
from tests.browser.payloads import IRIS, PAYLOADS
from web.app import build_app
from web.citation import Citation
from web.settings import Settings
from web.site import Site

QUERIES = Path(__file__).parents[3] / "queries"
HTML = "text/html; charset=utf-8"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FIJI = "/page/project/osa-fy2023-fiji"
MADE = "2026-11-22T10:00:00Z"


class Answered:
    """What a reader would have sent."""

    form, media_type, snapshot = "select", "application/sparql-results+json", 3

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self.body

    def read(self) -> bytes:
        return self.body

    def close(self) -> None:
        """Nothing: no reader is held."""


class StoreReaders:
    """Asks one store in this process."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store
        self.asked = 0

    def query(self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None) -> Answered:
        self.asked += 1
        results = self.store.query(request.text)
        assert isinstance(results, QuerySolutions)
        body = results.serialize(format=QueryResultsFormat.JSON)
        assert body is not None
        return Answered(body)


def client_of(readers: StoreReaders, report_url: str | None = None, data: Path | None = None) -> FlaskClient:
    snapshot = Snapshot(3, Path(), {"made": MADE, "claims": 3148, "operation": "build"})
    site = Site(
        Settings(data or Path(), public_url="https://example.org", report_url=report_url),
        readers,  # type: ignore[arg-type]
        Catalogue.read(QUERIES),
        Catalogue.read(QUERIES / "pages"),
        lambda: snapshot,
        lambda: [snapshot],
    )
    app = build_app(site)
    app.testing = True
    return app.test_client()


@pytest.fixture(scope="module")
def readers(shipped_store: EmbeddedStore) -> StoreReaders:
    return StoreReaders(shipped_store)


@pytest.fixture(scope="module")
def client(readers: StoreReaders) -> FlaskClient:
    return client_of(readers)


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements with their attributes, and what stands in scripts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._is_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._is_script = tag == "script"
        if self._is_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self.scripts[-1] += data

    def shapes(self) -> set[tuple[str, str]]:
        """Each element with each name of an attribute that one of its kind has."""
        return {(tag, name) for tag, attributes in self.elements for name in ("", *attributes)}

    def addresses(self) -> set[str]:
        """Where anything leads to or is loaded from."""
        names = ("href", "src", "action", "formaction", "data", "poster")
        return {
            attributes[name] or "" for _, attributes in self.elements for name in names if name in attributes
        }


def row_of(page: str, label: str) -> str:
    """The part of a page that tells the values of the property with this label."""
    start = page.index(f">{label}</a>", page.index("<dt>"))
    return page[start : page.index("<dt>", start) if "<dt>" in page[start:] else len(page)]


def test_fijis_amount_stands_with_its_three_receipts(client: FlaskClient) -> None:
    row = row_of(client.get(FIJI, headers=BROWSER).text, "amount")
    assert '<span dir="auto" title="400000000">400,000,000</span>' in row
    assert "<summary>3 claims, 3 voices</summary>" in row
    assert "Accepted: primary source." in row
    assert row.count('rel="nofollow noopener">original</a>') == 3
    assert '<q lang="ja" dir="auto">4億円</q>' in row
    assert (
        "yjj2023121800741/japan-to-give-fiji-400-m-yen-for-patrol-rescue-boats.html#:~:text=400%20million%20yen"
        in row
    )
    assert (
        "Jiji Press" in row
        and "(news agency)" in row
        and '<time class="nowrap" datetime="2023-12-18">' in row
    )


def test_the_number_of_recipients_is_contested_in_words_and_shape(client: FlaskClient) -> None:
    row = row_of(client.get("/page/recipient-count/osa-fy2025", headers=BROWSER).text, "recipient count")
    assert '<dd class="disputed">' in row
    assert "<strong>contested</strong> · 6 claims, 4 voices; 5 against</summary>" in row
    assert row.count('<li class="for">') == 5 and row.count('<li class="against">') == 5
    assert "PLA Academy of Military Sciences" in row
    assert "predicate=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23recipientCount" in row


def test_what_nothing_was_accepted_for_is_open_with_its_rivals(client: FlaskClient) -> None:
    row = row_of(client.get("/page/event/ev-2026-05-26-china", headers=BROWSER).text, "event type")
    assert '<dd class="open">' in row
    assert "1 value claimed" in row


def test_what_follows_by_a_rule_is_marked_and_what_is_given_is_not(client: FlaskClient) -> None:
    page = client.get(FIJI, headers=BROWSER).text
    assert ">inferred</a></span>" in row_of(page, "supplies kind")
    assert "inferred" not in row_of(page, "currency")
    term = client.get(
        "/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fid%2Fequipment%2Fpatrol-boat", headers=BROWSER
    )
    assert term.headers["Location"] == "/page/equipment/patrol-boat"
    assert "inferred" not in row_of(client.get(term.headers["Location"]).text, "broader concept")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/page/japan?lang=ja", {}), ("/page/japan", {"Accept-Language": "ja-JP,en;q=0.5"})],
)
def test_labels_are_in_the_readers_language_where_there_are_any(
    client: FlaskClient, path: str, headers: Mapping[str, str]
) -> None:
    page = client.get(path, headers={**BROWSER, **headers}).text
    assert '<h1 lang="ja" dir="auto">日本</h1>' in page
    assert '<a href="/page/article-9' in page and 'lang="ja" dir="auto"' in page
    assert 'lang="en" dir="auto">Japan</span>' in page
    assert ("?lang=ja" in page_links(page)) == ("lang=ja" in path)


def page_links(page: str) -> str:
    links = [link for link in Reader(page).addresses() if link.startswith("/page/article-9")]
    return " ".join(links)


def test_an_unknown_thing_has_neighbours_by_name(
    client: FlaskClient, readers: StoreReaders, shipped_store: EmbeddedStore, tmp_path: Path
) -> None:
    make_labels(tmp_path, shipped_store, 3)
    named = client_of(readers, data=tmp_path)
    # Without an index of names nothing is like it.
    for asked, has_neighbours in ((named, True), (client, False)):
        response = asked.get("/page/project/osa-fy2023-fij", headers=BROWSER)
        assert response.status_code == 404
        assert ('<a href="/page/project/osa-fy2023-fiji"' in response.text) is has_neighbours


@pytest.mark.parametrize(
    ("path", "accept", "status", "leads_to"),
    [
        ("/id/osa", BROWSER["Accept"], 303, "/page/osa"),
        ("/id/osa", "text/turtle", 303, "/data/osa.ttl"),
        ("/id/osa", "*/*", 303, "/data/osa.ttl"),
        ("/id/osa", "application/rdf+xml, text/turtle;q=0.5", 303, "/data/osa.rdf"),
        ("/id/osa", "application/ld+json", 303, "/data/osa.jsonld"),
        ("/id/osa?lang=ja", "text/html", 303, "/page/osa?lang=ja"),
        ("/id/osa", "image/png", 406, None),
        ("/data/osa.nt", "text/turtle", 200, "application/n-triples"),
        ("/data/osa.trig", BROWSER["Accept"], 200, "application/trig"),
        ("/data/osa.csv", "", 200, "text/csv; charset=utf-8"),
        ("/data/osa", "application/ld+json", 200, "application/ld+json"),
        ("/data/osa", "", 200, "text/turtle; charset=utf-8"),
        ("/data/none.ttl", "", 404, "text/plain; charset=utf-8"),
        ("/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fid%2Fosa", "text/html", 303, "/page/osa"),
        ("/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23amount", "text/html", 200, HTML),
        (
            "/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23amount",
            "text/turtle",
            200,
            "text/turtle; charset=utf-8",
        ),
        ("/entity?iri=osa", "text/html", 400, HTML),
        ("/entity?iri=http%3A%2F%2Fexample.org%2Fnone", "text/html", 404, HTML),
        ("/page/source/seed-002-news", "text/html", 303, "/sources/seed-002-news"),
        ("/page/contradiction/ab?lang=ja", "text/html", 303, "/contradictions/ab?lang=ja"),
    ],
)
def test_each_client_is_led_to_what_it_reads(
    client: FlaskClient, path: str, accept: str, status: int, leads_to: str | None
) -> None:
    response = client.get(path, headers={"Accept": accept} if accept else {})
    found = response.headers.get("Location") if status == 303 else response.content_type
    assert (response.status_code, found if leads_to else None) == (status, leads_to)


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_every_format_holds_the_same_statements(
    client: FlaskClient, shipped_store: EmbeddedStore, name: str, format: RdfFormat
) -> None:
    held = {quad.triple for quad in shipped_store.quads(ID.osa, None, None, DefaultGraph())}
    read = {quad.triple for quad in parse(client.get(f"/data/osa.{name}").data, format=format)}
    assert read == held


def test_trig_has_the_decisions_and_the_claims_in_their_graphs(client: FlaskClient) -> None:
    quads = list(parse(client.get("/data/project/osa-fy2023-fiji.trig").data, format=RdfFormat.TRIG))
    graphs = {quad.graph_name for quad in quads}
    assert {DefaultGraph(), GRAPH.assessments, GRAPH.iri("source/mofa-jp-2023-12-18-fiji")} <= graphs
    assert sum(quad.object == OSA.Claim for quad in quads) == 98


def test_csv_has_a_row_for_each_statement(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/data/osa.csv").text)))
    labels = {(row["value"], row["language"]) for row in rows if row["property"] == RDFS.label.value}
    assert labels == {("Official Security Assistance", "en"), ("政府安全保障能力強化支援", "ja")}


def test_the_citation_names_snapshot_day_and_the_hash_of_the_triples(client: FlaskClient) -> None:
    page = client.get(FIJI, headers=BROWSER).text
    sha256 = hashlib.sha256(client.get("/data/project/osa-fy2023-fiji.nt").data).hexdigest()
    assert f"snapshot 3 of 2026-11-22, SHA-256 of the N-Triples {sha256}. https://example.org{FIJI}" in page
    assert "@misc{osagraph-official-security-assistance-fiji-fy2023," in page


def test_a_citation_is_well_formed_whatever_its_title() -> None:
    citation = Citation('50% & {more} "x" \\ _', "https://example.org/page/a_b", 3, "2026-11-22", "ab")
    assert 'title = {{50\\% \\& \\{more\\} "x" \\textbackslash{} \\_}}' in citation.bibtex
    assert citation.bibtex.count("{") - citation.bibtex.count("\\{") == citation.bibtex.count(
        "}"
    ) - citation.bibtex.count("\\}")
    [item] = json.loads(citation.csl)
    assert item["issued"] == {"date-parts": [[2026, 11, 22]]}
    assert item["title"] == '50% & {more} "x" \\ _'


def test_a_page_that_the_client_has_is_neither_read_nor_sent_again(
    client: FlaskClient, readers: StoreReaders
) -> None:
    first = client.get(FIJI, headers=BROWSER)
    assert first.headers["Cache-Control"] == "no-cache"
    asked = readers.asked
    again = client.get(FIJI, headers={**BROWSER, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, readers.asked) == (304, b"", asked)
    japanese = client.get(FIJI, headers={**BROWSER, "Accept-Language": "ja"})
    assert japanese.headers["ETag"] != first.headers["ETag"]


def test_a_page_is_packed_and_small(client: FlaskClient) -> None:
    response = client.get(FIJI, headers={**BROWSER, "Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["ETag"].startswith('W/"')
    assert len(response.data) < 20_000


def test_the_other_forms_are_named_in_the_headers_and_in_the_page(client: FlaskClient) -> None:
    response = client.get(FIJI, headers=BROWSER)
    link = '</data/project/osa-fy2023-fiji.ttl>; rel="alternate"; type="text/turtle"'
    assert link in response.headers.getlist("Link")
    [structured] = [text for text in Reader(response.text).scripts if text]
    assert json.loads(structured)["@id"] == "https://w3id.org/osagraph/id/project/osa-fy2023-fiji"


def test_what_points_to_a_thing_is_counted_and_listed_page_by_page(
    client: FlaskClient, shipped_store: EmbeddedStore
) -> None:
    held = len(list(shipped_store.quads(None, OSA.party, ID.japan, DefaultGraph())))
    assert (
        f'party</a>\n <span class="quiet">({held})</span>' in client.get("/page/japan", headers=BROWSER).text
    )
    query = {"from": OSA.party.value}
    pages = [
        client.get("/page/japan", query_string={**query, "page": str(number)}, headers=BROWSER).text
        for number in (1, 2)
    ]
    listed = [set(page[page.index("<ul") : page.index("</ul>")].split("<li>")[1:]) for page in pages]
    assert (len(listed[0] | listed[1]), len(listed[0])) == (held, 100)
    assert client.get("/page/japan", query_string={**query, "page": "3"}, headers=BROWSER).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/page/claim/9f82fb75985d1b842c344ef2",
        "/page/resolution/343e2b826314534eb6363a49",
        "/page/project/osa-fy2023-fiji/item/patrol-boat",
        "/page/budget/osa-fy2026",
        "/page/event/ev-2026-04-21-revision",
        "/page/equipment/patrol-boat",
        "/page/fy2026",
        "/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23Delivered",
    ],
)
def test_everything_with_an_iri_has_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200
    assert '<section aria-labelledby="statements">' in response.text


def test_a_claim_is_called_by_what_it_is_about(client: FlaskClient) -> None:
    page = client.get("/page/claim/9f82fb75985d1b842c344ef2", headers=BROWSER).text
    assert "Relation claim: Official Security Assistance: Fiji, FY2023, delivered on</h1>" in page


@pytest.mark.parametrize(
    ("report_url", "href"),
    [
        (
            "mailto:data@example.org",
            "mailto:data@example.org?subject=Error+on+https%3A%2F%2Fexample.org%2Fpage%2Fosa",
        ),
        ("https://example.org/issues", "https://example.org/issues"),
        ("javascript:alert(1)", "/about#corrections"),
        (None, "/about#corrections"),
    ],
)
def test_every_page_says_where_errors_are_reported(
    readers: StoreReaders, report_url: str | None, href: str
) -> None:
    page = Reader(client_of(readers, report_url).get("/page/osa", headers=BROWSER).text)
    assert href in page.addresses()
    assert not any(address.startswith("javascript") for address in page.addresses())


def test_tables_of_named_queries_name_things_by_label(client: FlaskClient) -> None:
    page = client.get("/queries/budget-by-year", headers=BROWSER).text
    cell = '<a href="/page/budget/osa-fy2026" lang="en" dir="auto" title="https://w3id.org/osagraph/id/budget/osa-fy2026">'
    assert f"{cell}Official Security Assistance (budget line), FY2026</a>" in page
    assert ">閣議決定済み</a>" in client.get("/queries/budget-by-year?lang=ja", headers=BROWSER).text


def test_the_home_page_counts_asks_and_cites(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER).text
    assert "<dt>claims</dt><dd>3148</dd>" in page
    assert page.count('<h2><a href="/queries/') == 4
    assert "18,100,000,000" in page
    assert "Snapshot 3</a>, <time" in page
    assert "snapshot 3 of 2026-11-22. https://example.org/" in page


def test_every_thing_of_the_shipped_dataset_has_a_page(
    client: FlaskClient, shipped_store: EmbeddedStore
) -> None:
    kinds = {quad.object: quad.subject for quad in shipped_store.quads(None, RDF.type, None, DefaultGraph())}
    shown = [thing for thing in kinds.values() if isinstance(thing, NamedNode) and thing in ID]
    assert len(shown) > 20
    for thing in shown:
        path = "/page/" + thing.value.removeprefix(str(ID))
        assert client.get(path, headers=BROWSER).status_code in (200, 303), path


HOUSE_PAGES = (
    FIJI,
    "/page/osa",
    "/page/japan?lang=ja",
    f"/page/japan?from={OSA.party.value.replace('#', '%23')}",
    "/page/claim/9f82fb75985d1b842c344ef2",
    "/page/recipient-count/osa-fy2025",
    "/page/project/osa-fy2023-fij",
    "/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23amount",
)


@pytest.fixture(scope="module")
def house_shapes(client: FlaskClient) -> set[tuple[str, str]]:
    """The elements and attributes that our own pages have."""
    pages = [Reader(client.get(path, headers=BROWSER).text).shapes() for path in HOUSE_PAGES]
    return set[tuple[str, str]]().union(*pages)


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), SHARE))
def test_nothing_that_strangers_wrote_becomes_markup(house_shapes: set[tuple[str, str]], start: int) -> None:
    hostile = client_of(StoreReaders(hostile_store(PAYLOADS[start : start + SHARE])))
    pointing = f"/page/thing?from={OSA.actor.value.replace('#', '%23')}"
    for path in ("/page/thing", "/page/thing?lang=ja", "/page/claim/1", pointing, "/page/thin"):
        page = Reader(hostile.get(path, headers=BROWSER).text)
        assert page.shapes() <= house_shapes, path
        outward = (address for address in page.addresses() if not address.startswith(("/", "#", "?")))
        assert {address.partition(":")[0] for address in outward} <= {"http", "https"}, path
        assert not any(address.startswith("//") for address in page.addresses()), path
        for script in filter(None, page.scripts):
            assert json.loads(script)["@context"] == "https://schema.org"


def test_no_language_tag_is_anything_else() -> None:
    for payload in PAYLOADS:
        with pytest.raises(ValueError, match=r"\w"):
            Literal("x", language=payload)


def hostile_store(payloads: Sequence[str]) -> EmbeddedStore:
    store = EmbeddedStore()
    store.insert(hostile_quads(payloads))
    return store


def test_an_address_of_a_thing_cannot_lead_elsewhere() -> None:
    hostile = client_of(StoreReaders(hostile_store(())))
    for iri in IRIS:
        response: Any = hostile.get("/entity", query_string={"iri": iri}, headers=BROWSER)
        assert response.status_code in (200, 303)
        assert response.headers.get("Location", "/page/").startswith("/page/")
