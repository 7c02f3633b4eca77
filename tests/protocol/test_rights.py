"""Who may write what over HTTP: one table of routes, credentials and graphs; all refusals change nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from graph.audit import AUDIT_FILE
from graph.clock import utc_now
from graph.datadir import DataDirectory
from graph.tokens import TOKEN_FILE, TokenFile
from loaders.loader import installed_loaders
from loaders.operations import build
from loaders.replay import Workshop
from ontology.namespaces import GRAPH

Serving = Callable[..., AbstractContextManager[Any]]

TABLES = {
    "sources.csv": (
        "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
        "s1,One,Kyodo,,news_agency,,2025,en,\ns2,Two,Reuters,,news_agency,,2025,en,\n"
    ),
    "relations.csv": (
        "subject,predicate,object,modality,attributed_to,fiscal_year,source_id,quote\n"
        "OSA,based_on,Rules,asserted,,,s1,\nOSA,based_on,Law,asserted,,,s2,\n"
    ),
}
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
OSA, ID = "https://w3id.org/osagraph/ontology#", "https://w3id.org/osagraph/id/"
CLAIM = (
    f"_:c {TYPE} <{OSA}RelationClaim> . _:c <{OSA}statedIn> <{ID}source/{{source}}> . "
    f"_:c <{OSA}subject> <{ID}osa> . _:c <{OSA}predicate> <{OSA}basedOn> . "
    f"_:c <{OSA}object> <{ID}charter> . _:c <{OSA}modality> <{OSA}Asserted> ."
)
SOURCE = (
    f"<{ID}source/{{source}}> {TYPE} <{OSA}Source> . "
    f"<{ID}source/{{source}}> <{OSA}publisherKind> <{OSA}NewsAgency> . "
    f"<{ID}source/{{source}}> <http://purl.org/dc/terms/title> 'A source'@en . "
)
TRIPLE = "<urn:s> <urn:p> <urn:o> ."
NAMES = {
    "default": None,
    "assessments": f"{GRAPH}assessments",
    "meta": f"{GRAPH}meta",
    "reference": f"{GRAPH}reference",
    "foreign": "http://example.org/graph",
    "no source": f"{GRAPH}source/a/b",
    "no user": f"{GRAPH}user/../meta",
    "source": f"{GRAPH}source/s5",
    "new source": f"{GRAPH}source/s9",
    "user": f"{GRAPH}user/there",
    "new user": f"{GRAPH}user/new",
}
CONTENT = {"source": CLAIM.format(source="s5"), "new source": (SOURCE + CLAIM).format(source="s9")}
ORIGINAL = (SOURCE + CLAIM).format(source="s5").replace("charter", "law").replace("_:c", "_:d")
# By graph and operation: what tokens of the scopes user, source of this graph, another source, and admin get.
STATUSES = """
    default     update 409 409 409 409
    default     put    409 409 409 409
    default     post   409 409 409 409
    default     delete 409 409 409 409
    assessments update 409 409 409 409
    assessments put    409 409 409 409
    assessments post   409 409 409 409
    assessments delete 409 409 409 409
    meta        update 409 409 409 409
    meta        put    409 409 409 409
    meta        post   409 409 409 409
    meta        delete 409 409 409 409
    reference   update 409 409 409 409
    reference   put    409 409 409 409
    reference   post   409 409 409 409
    reference   delete 409 409 409 409
    foreign     update 403 403 403 403
    foreign     put    403 403 403 403
    foreign     post   403 403 403 403
    foreign     delete 403 403 403 403
    no_source   update 403 403 403 403
    no_source   put    403 403 403 403
    no_source   post   403 403 403 403
    no_source   delete 403 403 403 403
    no_user     update 403 403 403 403
    no_user     put    403 403 403 403
    no_user     post   403 403 403 403
    no_user     delete 403 403 403 403
    source      update 403 204 403 204
    source      put    403 204 403 204
    source      post   403 204 403 204
    source      delete 403 403 403 204
    new_source  update 403 403 403 204
    new_source  put    403 403 403 201
    new_source  post   403 403 403 201
    new_source  delete 403 404 403 404
    user        update 204 403 403 204
    user        put    204 403 403 204
    user        post   204 403 403 204
    user        delete 204 403 403 204
    new_user    update 204 403 403 204
    new_user    put    201 403 403 201
    new_user    post   201 403 403 201
    new_user    delete 404 403 403 404
    variable    update 403 403 403 403
    all         update 409 409 409 409
    named       update 409 409 409 409
    implicit    update 409 409 409 409
    two_graphs  update 403 403 403 204
    new         post   201 403 403 201
"""
INSERTION = "INSERT DATA {{ GRAPH <{}> {{ {} }} }}"
A_SOURCE = NAMES["source"], CONTENT["source"]
UPDATES = {
    "variable": "INSERT { GRAPH ?g { <urn:s> <urn:p> ?g } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "all": "CLEAR ALL",
    "named": "DROP SILENT NAMED",
    "implicit": "DELETE WHERE { ?s ?p ?o }",
    "two graphs": " ; ".join([INSERTION.format(NAMES["user"], TRIPLE), INSERTION.format(*A_SOURCE)]),
}
SCOPES = ("user", "this", "other", "admin")
STRANGERS = ("none", "bare", "empty", "basic", "unknown", "revoked")
OUTCOMES = {
    401: "UnauthenticatedError",
    403: "ForbiddenError",
    404: "UnknownResourceError",
    409: "ComputedGraphError",
}
CASES = [line.strip().replace("_", " ").rsplit(None, 5) for line in STATUSES.strip().splitlines()]


@dataclass
class Desk:
    """A server, and an Authorization header for each credential."""

    server: Any
    credentials: Mapping[str, str | None]
    admin: Any

    def send(self, operation: str, how: str, kind: str, credential: str) -> tuple[Any, str]:
        """The reply, and the id that the request had."""
        header = self.credentials[credential]
        request_id = uuid4().hex
        headers = {"X-Request-Id": request_id, **({"Authorization": header} if header else {})}
        client = self.server.client()
        if operation == "update":
            options = body(UPDATES.get(kind) or insertion(kind), how)
            return client.post("/sparql", headers=headers, **options), request_id
        text = CONTENT.get(kind, TRIPLE)
        if kind == "source" and operation == "put":
            text = f"{ORIGINAL} {text}"
        options = {} if operation == "delete" else {"data": text, "content_type": "text/turtle"}
        return client.open(place(kind), method=operation.upper(), headers=headers, **options), request_id

    def lines(self, request_id: str) -> list[dict[str, Any]]:
        """What the audit log says of a request."""
        text = (self.server.data / AUDIT_FILE).read_text()
        return [line for line in map(json.loads, text.splitlines()) if line["request_id"] == request_id]

    @property
    def snapshot(self) -> int:
        number: int = self.admin.get("/readyz").json["snapshot"]
        return number

    def restore(self) -> None:
        """Make the graphs as they were."""
        for name in ("new user", "new source"):
            self.admin.delete(place(name))
        for name, text in (("source", ORIGINAL), ("user", TRIPLE)):
            reply = self.admin.put(place(name), data=text, content_type="text/turtle")
            assert reply.status_code in (201, 204)


def body(text: str, how: str) -> dict[str, Any]:
    if how == "form":
        return {"data": urlencode({"update": text}), "content_type": "application/x-www-form-urlencoded"}
    return {"data": text, "content_type": "application/sparql-update"}


def insertion(kind: str) -> str:
    name, text = NAMES[kind], CONTENT.get(kind, TRIPLE)
    return f"INSERT DATA {{ {text} }}" if name is None else INSERTION.format(name, text)


def place(kind: str) -> str:
    if kind == "new":
        return "/store"
    name = NAMES[kind]
    return "/store?default" if name is None else f"/store?graph={quote(name, safe='')}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[Desk]:
    tables = tmp_path_factory.mktemp("rights-tables")
    for name, text in TABLES.items():
        (tables / name).write_text(text)
    data = DataDirectory(tmp_path_factory.mktemp("rights") / "data")
    build(Workshop(data, tables, installed_loaders(), utc_now), lambda _done, _total: None)
    tokens = TokenFile(data.root / TOKEN_FILE)
    scopes = {
        "user": ["user"],
        "this": ["source:s5", "source:s9"],
        "other": ["source:s2"],
        "admin": ["admin"],
    }
    secrets = {name: tokens.add(name, given) for name, given in scopes.items()}
    revoked = tokens.add("revoked", ["admin"])
    tokens.revoke("revoked")
    basic = b64encode(f"admin:{secrets['admin']}".encode()).decode()
    credentials = {
        "none": None,
        "bare": secrets["admin"],
        "empty": "Bearer ",
        "basic": f"Basic {basic}",
        "unknown": "Bearer osag_unknown",
        "revoked": f"Bearer {revoked}",
        **{name: f"Bearer {secret}" for name, secret in secrets.items()},
    }
    with serving(data.root) as server:
        admin = server.client("admin")
        made = Desk(server, credentials, admin)
        made.restore()
        yield made


@pytest.mark.parametrize("credential", [*STRANGERS, *SCOPES])
@pytest.mark.parametrize(("kind", "operation", "statuses"), [(c[0], c[1], c[2:]) for c in CASES],
                         ids=[f"{c[0]}-{c[1]}" for c in CASES])  # fmt: skip
def test_a_write_is_for_those_who_may(
    desk: Desk, kind: str, operation: str, statuses: list[str], credential: str
) -> None:
    expected = int(statuses[SCOPES.index(credential)]) if credential in SCOPES else 401
    before = desk.snapshot
    for how in ("direct", "form") if operation == "update" else ("",):
        reply, request_id = desk.send(operation, how, kind, credential)
        assert reply.status_code == expected
        assert reply.headers["www-authenticate"] == ('Bearer realm="osagraph"' if expected == 401 else None)
        [line] = desk.lines(request_id)
        who = credential if credential in SCOPES else ""
        assert (line["op"], line["who"], line["outcome"]) == (operation, who, OUTCOMES.get(expected, "ok"))
        assert line["client"] == "127.0.0.1"
        if expected < 300:
            assert line["snapshot"] == int(reply.headers["x-osagraph-snapshot"]) == desk.snapshot > before
            if kind == "new":
                assert (
                    desk.admin.delete(f"/store?graph={quote(reply.headers['location'])}").status_code == 204
                )
            desk.restore()
        else:
            assert (line["snapshot"], desk.snapshot) == (None, before)


def test_the_name_of_the_scheme_may_be_written_in_any_way(desk: Desk) -> None:
    secret = str(desk.credentials["user"]).removeprefix("Bearer ")
    for scheme in ("bearer", "BEARER", "Bearer "):
        headers = {"Authorization": f"{scheme} {secret}"}
        reply = desk.server.client().put(
            place("user"), data=TRIPLE, content_type="text/turtle", headers=headers
        )
        assert reply.status_code == 204


def test_a_token_in_a_url_or_in_a_form_is_no_credential(desk: Desk) -> None:
    secret = str(desk.credentials["admin"]).removeprefix("Bearer ")
    options = body(insertion("user"), "direct")
    reply = desk.server.client().post("/sparql", query_string={"access_token": secret}, **options)
    assert reply.status_code == 401
    form = {"update": insertion("user"), "access_token": secret}
    assert desk.server.client().post("/sparql", data=form).status_code == 401


def test_a_token_that_is_revoked_ends_with_the_next_request(desk: Desk) -> None:
    tokens = TokenFile(desk.server.data / TOKEN_FILE)
    headers = {"Authorization": f"Bearer {tokens.add('soon-gone', ['user'])}"}
    options = {"data": TRIPLE, "content_type": "text/turtle", "headers": headers}
    assert desk.server.client().put(place("user"), **options).status_code == 204
    tokens.revoke("soon-gone")
    assert desk.server.client().put(place("user"), **options).status_code == 401


def test_a_source_that_was_deleted_is_not_found(desk: Desk) -> None:
    content = {"data": CONTENT["new source"], "content_type": "text/turtle"}
    assert desk.admin.put(place("new source"), **content).status_code == 201
    assert desk.admin.delete(place("new source")).status_code == 204
    assert desk.admin.get(place("new source")).status_code == 404


def test_reading_needs_no_token(desk: Desk) -> None:
    for credential in ("none", "unknown", "revoked", "basic"):
        header = desk.credentials[credential]
        headers = {"Authorization": header} if header else {}
        for url in ("/sparql?query=ASK%7B%7D", place("default"), place("source"), place("meta")):
            assert desk.server.client().get(url, headers=headers).status_code == 200
