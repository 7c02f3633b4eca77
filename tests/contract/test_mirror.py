"""`osagraph serve --store`: the whole product in front of a dataset that another engine holds."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from pyoxigraph import BlankNode, NamedNode, Triple

from graph.axiom_names import with_known_names
from graph.datadir import DataDirectory
from graph.engine_access import engine_at
from graph.engine_kinds import EngineKind
from graph.publication import PUBLICATION, Publication, publication_quads
from graph.remote_mirror import follow, mirror
from ontology.namespaces import ID, OWL, RDF
from server import main
from tests.contract.engines import Remote, oxigraph
from tests.contract.mirrors import Middleman, middleman, mirror_of, publish

KIND = EngineKind.OXIGRAPH
LEFT, RIGHT = (NamedNode(f"http://example.org/{name}") for name in ("left", "right"))
BOTH = "SELECT ?left ?right { ?a <http://example.org/left> ?left . ?b <http://example.org/right> ?right }"
COUNTS = {"quads": 77_884, "made": "2026-01-01T00:00:00Z", "operation": "build"}
CSV = {"Accept": "text/csv"}


class Mirrored(NamedTuple):
    """A server in front of a middleman in front of an engine."""

    engine: Remote
    between: Middleman
    server: Any


@pytest.fixture(scope="module")
def mirrored(
    tmp_path_factory: pytest.TempPathFactory,
    built: Path,
    serving: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Mirrored]:
    folder = tmp_path_factory.mktemp("mirror")
    with oxigraph(folder) as engine:
        publish(built, engine, KIND)
        _version(engine, 1)
        base = engine.addresses.query.removesuffix("/query")
        with (
            middleman(base) as between,
            mirror_of(between.address, KIND, folder / "mirror", serving, "--readers", "9") as server,
        ):
            yield Mirrored(engine, between, server)


def _version(engine: Remote, number: int) -> None:
    """Publish, in one update as a publisher does, a version in which two things say which it is."""
    written = "".join(
        f"{quad.triple} ." for quad in publication_quads(Publication(number, f"v{number}", COUNTS))
    )
    told = "".join(
        f'{thing} {name} "version {number}" .' for thing, name in ((ID.fiji, LEFT), (ID.japan, RIGHT))
    )
    parts = [f"DELETE WHERE {{ ?s {name} ?o }}" for name in (LEFT, RIGHT)]
    parts += [
        f"DROP SILENT GRAPH {PUBLICATION}",
        f"INSERT DATA {{ GRAPH {PUBLICATION} {{ {written} }} {told} }}",
    ]
    engine.client.post(engine.addresses.update, ";".join(parts).encode(), "application/sparql-update")


@pytest.fixture
def server(mirrored: Mirrored) -> Iterator[Any]:
    """The server, with an engine that does as it should; and it does so again afterwards."""
    yield mirrored.server
    mirrored.between.mode = "honest"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/page/osa", "8,100,000,000"),
        ("/browse/State", "Malaysia"),
        ("/contradictions?kind=osa:ValueClash", "exclude each other"),
        ("/sources/seed-000-pla-ams", "Official Security Assistance"),
        ("/explain?s=id:fiji&p=osa:recipientOf&o=id:osa", "A chain of three properties"),
        ("/query?receipts=1&query=SELECT * { ?s osa:recipientOf id:osa } LIMIT 1", "receipt"),
        ("/queries/budget-by-year", "18,100,000,000"),
        ("/explore?iri=id:fiji", "Fiji"),
        ("/fragments?predicate=osa:programme&object=id:osa", "osa-fy2023-fiji"),
        ("/snapshots/1", "77,884"),
        ("/timeline", "2023"),
    ],
)
def test_pages_are_those_of_the_published_dataset(server: Any, path: str, said: str) -> None:
    reply = server.client().get(path.replace(" ", "%20"), headers={"Accept": "text/html"})
    assert reply.status_code == 200
    assert said in reply.text


def test_answers_come_in_every_format_and_name_the_snapshot(server: Any) -> None:
    query = {"query": "SELECT ?c { ?c osa:recipientOf id:osa } ORDER BY ?c LIMIT 1"}
    reply = server.client().get("/sparql", query_string=query, headers=CSV)
    assert (reply.data, reply.headers["x-osagraph-snapshot"]) == (
        b"c\r\nhttps://w3id.org/osagraph/id/bangladesh\r\n",
        "1",
    )
    again = server.client().get(
        "/sparql", query_string=query, headers={**CSV, "If-None-Match": reply.headers["etag"]}
    )
    assert again.status_code == 304
    turtle = {"query": "CONSTRUCT { ?s a ?o } { VALUES (?s ?o) { (id:fiji osa:State) } ?s a ?o }"}
    reply = server.client().get("/sparql", query_string=turtle, headers={"Accept": "application/n-triples"})
    assert (
        reply.text
        == f"{Triple(ID.fiji, RDF.type, NamedNode('https://w3id.org/osagraph/ontology#State'))} .\n"
    )


def test_the_protocols_dataset_is_handed_on(server: Any) -> None:
    source = "https://w3id.org/osagraph/graph/source/seed-000-pla-ams"
    query = {"query": "ASK { ?c a osa:Claim }", "default-graph-uri": source}
    reply = server.client().get("/sparql", query_string=query, headers={"Accept": "application/json"})
    assert reply.json["boolean"] is True
    plain = server.client().get("/sparql", query_string={"query": query["query"]})
    assert plain.json["boolean"] is False
    union = server.client().get("/union/sparql", query_string={"query": query["query"]})
    assert union.json["boolean"] is True


def test_whole_graphs_are_handed_on(server: Any) -> None:
    graph = "https://w3id.org/osagraph/graph/source/seed-000-pla-ams"
    reply = server.client().get("/store", query_string={"graph": graph}, headers={"Accept": "text/turtle"})
    assert reply.status_code == 200 and "osa:Claim" in reply.text
    absent = server.client().get("/store", query_string={"graph": "http://example.org/none"})
    assert absent.status_code == 404


def test_a_mistake_is_told_with_its_place_before_the_engine_is_asked(mirrored: Mirrored, server: Any) -> None:
    mirrored.between.mode = "broken"
    reply = server.client().get(
        "/sparql", query_string={"query": "SELECT *\n{ ?s ?p }"}, headers={"Accept": "application/json"}
    )
    assert (reply.status_code, reply.json["line"]) == (400, 2)


@pytest.mark.parametrize(
    ("path", "method", "status", "said"),
    [
        ("/as-of/2024-12-31/sparql?query=ASK{}", "GET", 501, "published from"),
        ("/page/osa?perspective=china-state", "GET", 501, "published from"),
        ("/perspectives?p=china-state", "GET", 501, "published from"),
        ("/snapshots/7", "GET", 404, "There is no snapshot"),
        ("/sparql?query=SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "GET", 400, "SERVICE"),
    ],
)
def test_what_needs_snapshots_of_our_own_is_refused_with_the_reason(
    server: Any, path: str, method: str, status: int, said: str
) -> None:
    reply = server.client().open(path.replace(" ", "%20"), method=method, headers={"Accept": "text/plain"})
    assert (reply.status_code, said in reply.text) == (status, True)


def test_nothing_is_written(server: Any) -> None:
    client, graph = server.client("admin"), "https://w3id.org/osagraph/graph/user/x"
    update = client.post("/sparql", data={"update": f"INSERT DATA {{ GRAPH <{graph}> {{ <a:b> <a:c> 1 }} }}"})
    sent = client.put(f"/store?graph={graph}", data="<a:b> <a:c> 1 .", content_type="text/turtle")
    assert (update.status_code, sent.status_code) == (403, 403)
    assert "another engine" in update.text


@pytest.mark.parametrize(
    ("mode", "page", "said"),
    [
        ("cut", "/browse/Law", "The engine does not answer"),
        ("html", "/browse/Policy", "The engine answered text/html instead of SPARQL results"),
        ("half", "/browse/Strategy", "What The engine answered is broken"),
        ("strangers", "/browse/Person", "The engine refuses our credentials (401)"),
        ("broken", "/browse/Source", "The engine answered 500 Internal Server Error: out of memory"),
    ],
)
def test_a_page_says_what_is_wrong_with_the_engine(
    mirrored: Mirrored, server: Any, mode: str, page: str, said: str
) -> None:
    mirrored.between.mode = mode
    for path in (page, f"/sparql?query=ASK%20%7B%3Fs%20a%20%22{mode}%22%7D"):
        reply = server.client().get(path, headers={"Accept": "text/plain"})
        assert (reply.status_code, said in reply.text) == (502, True), reply.text
        # Strangers need not know where the engine is.
        assert mirrored.between.address not in reply.text
    mirrored.between.mode = "honest"
    assert server.client().get(page, headers={"Accept": "text/html"}).status_code == 200


def test_an_engine_that_says_nothing_is_given_up_at_the_deadline(mirrored: Mirrored, server: Any) -> None:
    mirrored.between.mode = "silent"
    query = {"query": "ASK { ?s a 'silent' }"}
    reply = server.client().get("/sparql", query_string=query, headers={"Accept": "text/plain"})
    assert reply.status_code == 504
    mirrored.between.mode = "honest"
    assert server.client().get("/sparql", query_string=query).json["boolean"] is False


def test_readiness_tells_of_an_engine_that_is_down_until_it_is_back(mirrored: Mirrored, server: Any) -> None:
    def until(status: int, reason: str = "") -> Any:
        while True:
            reply = server.client().get("/readyz")
            if reply.status_code == status and reason in reply.text:
                return reply.json
            threading.Event().wait(0.02)

    mirrored.between.mode = "broken"
    assert until(503, "out of memory")["status"] == "engine"
    mirrored.between.mode = "honest"
    assert until(200) == {"status": "ready", "snapshot": 1}
    assert server.client().get("/healthz").status_code == 200


def test_each_answer_is_of_one_publication(mirrored: Mirrored, server: Any) -> None:
    """The last but one: from now on other versions are published."""
    stop, seen = threading.Event(), set[tuple[str, str, str]]()

    def ask(form: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            # A comment makes it another query, so that no answer is remembered.
            query = f"{BOTH} # {form} {number}"
            reply = server.client().get("/sparql", query_string={"query": query}, headers=CSV)
            assert reply.status_code == 200, reply.text
            left, right = reply.text.split("\r\n")[1].split(",")
            seen.add((reply.headers["x-osagraph-snapshot"], left, right))

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask, form) for form in range(2)]
        try:
            for number in (1, 2, 3):
                if number > 1:
                    _version(mirrored.engine, number)
                while not any(number_ == str(number) for number_, _, _ in seen):
                    for each in asking:
                        if each.done():
                            each.result()
                    threading.Event().wait(0.02)
        finally:
            stop.set()
        for each in asking:
            each.result()
    assert seen == {(str(number), f"version {number}", f"version {number}") for number in (1, 2, 3)}
    page = server.client().get("/page/fiji", headers={"Accept": "text/html"})
    assert "version 3" in page.text and page.headers["x-osagraph-snapshot"] == "3"
    assert server.client().get("/snapshots/1", headers={"Accept": "text/plain"}).status_code == 410


def test_a_server_that_starts_again_has_what_was_published_meanwhile(
    mirrored: Mirrored, serving: Callable[..., AbstractContextManager[Any]]
) -> None:
    """The last one: the server of the others is stopped."""
    mirrored.server.stop()
    _version(mirrored.engine, 4)
    base = mirrored.between.address
    with mirror_of(base, KIND, mirrored.server.data, serving) as server:
        reply = server.client().get("/sparql", query_string={"query": BOTH}, headers=CSV)
        assert reply.text == "left,right\r\nversion 4,version 4\r\n"
        assert reply.headers["x-osagraph-snapshot"] == "4"


def _serve(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["serve", *arguments])
    return result.exit_code, result.output


def _nowhere() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_the_first_start_says_what_is_missing_and_leaves_nothing(tmp_path: Path, built: Path) -> None:
    code, said = _serve("--store", _nowhere(), "--data", str(tmp_path / "new"))
    assert code == 3 and "does not answer: [Errno 111] Connection refused" in said
    code, said = _serve("--store", _nowhere(), "--raw", "--data", str(tmp_path / "new"))
    assert code == 2 and "--raw and --store do not go together" in said
    assert not DataDirectory(tmp_path / "new").is_mirror
    with oxigraph(tmp_path) as engine:
        base = engine.addresses.query.removesuffix("/query")
        code, said = _serve("--store", base, "--data", str(tmp_path / "new"))
        assert (
            code == 3 and f"{base} holds no dataset of osagraph. Send it one with: osagraph publish" in said
        )
        engine.store.insert(publication_quads(Publication(1, "ab", {})))
        with contextlib.closing(engine_at(KIND, engine.addresses)) as opened:
            number = _numbers(tmp_path, engine, opened)
        assert number == [1, 2, 7]
        code, said = _serve("--data", str(tmp_path / "new"))
        assert code == 3 and f"Serve it with: --store {base}" in said
    code, said = _serve("--store", _nowhere(), "--engine", "oxigraph", "--data", str(built))
    assert code == 3 and "holds a dataset of its own" in said


def _numbers(folder: Path, engine: Remote, opened: Any) -> list[int]:
    """The numbers that a mirror gives when snapshots 1, 1 of another dataset, and 7 are published."""
    data = DataDirectory(folder / "new")
    numbers = [mirror(data, opened, engine.addresses.query.removesuffix("/query")).number]
    for snapshot, name in ((1, "cd"), (7, "ef")):
        engine.empty()
        engine.store.insert(publication_quads(Publication(snapshot, name, {"quads": 4})))
        numbers.append(follow(data, opened).number)
        assert follow(data, opened) == data.current()
    assert [snapshot.number for snapshot in data.kept()] == numbers[-1:]
    return numbers


def test_blank_nodes_of_axioms_get_the_names_that_we_know_them_by() -> None:
    def chain(*names: str) -> set[Triple]:
        first, second = map(BlankNode, names)
        return {
            Triple(ID.p, OWL.propertyChainAxiom, first),
            Triple(first, RDF.first, ID.a),
            Triple(first, RDF.rest, second),
            Triple(second, RDF.first, ID.b),
            Triple(second, RDF.rest, RDF.nil),
        }

    unknown = Triple(BlankNode("z"), OWL.onProperty, ID.p)
    assert set(with_known_names([*chain("x", "y"), unknown], chain("c1", "c2"))) == {
        *chain("c1", "c2"),
        unknown,
    }
    # Two that have the same place cannot be told apart.
    twins = {Triple(BlankNode(name), OWL.onProperty, ID.p) for name in "xy"}
    assert set(with_known_names(twins, twins)) == twins
