"""The page of an explanation and its other formats, asked without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import DefaultGraph, Literal, Quad

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.explanation_formats import written_explanation
from graph.named_query import Catalogue
from graph.reader_protocol import ReadRequest
from ontology.namespaces import ID, RDFS
from web.app import build_app
from web.settings import Settings
from web.site import Site

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = '"<script>alert(1)</script>"'


class Answered:
    """What a reader would have sent."""

    def __init__(self, body: bytes) -> None:
        self.snapshot = 7
        self.is_closed = False
        self._body = body

    def read(self) -> bytes:
        return self._body

    def close(self) -> None:
        self.is_closed = True


class ReadersOfOne:
    """Explains the triples of one store in this process."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store
        self.given: list[Answered] = []

    def query(self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None) -> Answered:
        assert request.explain is not None
        media_type = request.media_types["explanation"]
        self.given.append(Answered(written_explanation(self.store, request.explain, media_type)))
        return self.given[-1]


@pytest.fixture(scope="module")
def readers() -> ReadersOfOne:
    store = EmbeddedStore()
    label = Literal("<script>alert(1)</script>")
    store.insert([Quad(ID.osa, RDFS.label, label, DefaultGraph())])
    return ReadersOfOne(store)


@pytest.fixture(scope="module")
def client(readers: ReadersOfOne) -> FlaskClient:
    none = Catalogue({})
    site = Site(Settings(Path()), readers, none, none, lambda: Snapshot(1, Path()), list)  # type: ignore[arg-type]
    app = build_app(site)
    app.testing = True
    return app.test_client()


def ask(**parameters: str) -> dict[str, dict[str, str]]:
    return {"query_string": {"s": "id:osa", "p": "rdfs:label", "o": SCRIPT, **parameters}}


@pytest.mark.parametrize(
    ("accept", "format", "media_type"),
    [
        ("", "", "text/plain; charset=utf-8"),
        ("*/*", "", "text/plain; charset=utf-8"),
        ("application/json", "", "application/json"),
        ("text/turtle, */*;q=0.1", "", "text/turtle; charset=utf-8"),
        (BROWSER["Accept"], "", "text/html; charset=utf-8"),
        (BROWSER["Accept"], "json", "application/json"),
        (BROWSER["Accept"], "ttl", "text/turtle; charset=utf-8"),
        (BROWSER["Accept"], "text", "text/plain; charset=utf-8"),
        ("application/json", "html", "text/html; charset=utf-8"),
    ],
)
def test_the_answer_has_the_form_asked_for(
    client: FlaskClient, accept: str, format: str, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = client.get("/explain", headers=headers, **ask(format=format))
    assert (response.status_code, response.content_type) == (200, media_type)
    assert response.headers["X-Osagraph-Snapshot"] == "7"


@pytest.mark.parametrize("accept", ["text/plain", "text/html"])
def test_who_has_the_answer_already_does_not_get_it_again(
    client: FlaskClient, readers: ReadersOfOne, accept: str
) -> None:
    first = client.get("/explain", headers={"Accept": accept}, **ask())
    tag = first.headers["ETag"]
    assert tag.startswith('"7-')
    headers = {"Accept": accept, "If-None-Match": tag}
    again = client.get("/explain", headers=headers, **ask())
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert all(answer.is_closed for answer in readers.given)
    other = client.get("/explain", headers=headers, **ask(o='"other"'))
    assert other.status_code == 200


def test_a_head_request_has_the_same_headers_and_no_body(client: FlaskClient) -> None:
    get, head = (method("/explain", **ask()) for method in (client.get, client.head))
    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]


def test_nothing_that_is_put_in_or_found_comes_out_as_markup(client: FlaskClient) -> None:
    for parameters in (ask(), ask(o='"<script>alert(1)"@en'), ask(p=SCRIPT), ask(s="javascript:alert(1)")):
        page = client.get("/explain", headers=BROWSER, **parameters).text
        assert "alert(1)" in page
        assert "<script>" not in page
        assert 'href="javascript' not in page


def test_a_page_without_a_question_is_a_form(client: FlaskClient) -> None:
    page = client.get("/explain", headers=BROWSER)
    assert page.status_code == 200
    assert '<form method="get" action="/explain">' in page.text


def test_a_malformed_question_is_told_where_it_is_wrong(client: FlaskClient) -> None:
    page = client.get("/explain", headers=BROWSER, **ask(o="<no iri>"))
    assert page.status_code == 400
    assert page.text.count('aria-invalid="true"') == 1
    assert "Parameter o is" in page.text
    problem = client.get("/explain", headers={"Accept": "application/json"}, **ask(p=""))
    assert (problem.status_code, problem.json["name"]) == (400, "p")  # type: ignore[index]
    assert client.get("/explain", **ask(x="1")).status_code == 400


@pytest.mark.parametrize("parameters", [{"format": "csv"}, {}])
def test_a_form_that_is_not_offered_is_refused(client: FlaskClient, parameters: dict[str, str]) -> None:
    headers = {} if parameters else {"Accept": "image/png"}
    response = client.get("/explain", headers=headers, **ask(**parameters))
    assert response.status_code == 406
