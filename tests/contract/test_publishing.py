"""A snapshot goes to another engine whole: its readers see the old dataset or the new one, come what may."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from graph.datadir import DataDirectory, Snapshot
from graph.digest import dataset_digest
from graph.digest_command import digest_command
from graph.embedded import EmbeddedStore
from graph.engine_access import Engine
from graph.engine_kinds import Ability, EngineKind, detect
from graph.errors import (
    QueryTimeoutError,
    RemoteAccessError,
    RemoteStoreError,
    StoreBusyError,
    StoreWriteError,
)
from graph.publication import PUBLICATION, read_publication
from graph.publish_command import publish_command
from graph.publishing import Published, Publisher, Way
from graph.publishing_staging import staged_quad
from graph.publishing_trix import TRIX, trix
from graph.remote import RemoteStore
from graph.remote_client import Credentials, RemoteClient
from ontology.namespaces import GRAPH, ID, OSA, RDF
from tests.contract.engines import ROOT, Remote, fuseki, ours, oxigraph

THINGS = 60
NOTE = NamedNode("http://example.org/note")
ODD = Literal('日本 "\\\n\t{ } <a> # ', language="ja")
# What a reader asks all the time: the versions that it finds anywhere, and how much of them.
VERSION: Final = "?s <http://example.org/version> ?version"
ANYWHERE: Final = f"{{ {VERSION} }} UNION {{ GRAPH ?g {{ {VERSION} }} }}"
VERSIONS: Final = f"SELECT ?version (COUNT(*) AS ?n) WHERE {{ {ANYWHERE} }} GROUP BY ?version"
STAGED_ONLY: Final = Ability(body_bytes=6000)
KILLED = """
import os, signal, sys
from pathlib import Path
from graph import publishing, publishing_staging
from graph.datadir import DataDirectory
from graph.engine_access import Engine, engine_at
from graph.engine_kinds import ABILITIES, Ability, EngineKind
from graph import engine_access
from graph.publishing import Publisher
from graph.remote import RemoteAddresses
data, kind, way, *where = sys.argv[1:]
publishing.PART_BYTES, publishing_staging.BATCH = 4000, 20
if way == "staged":
    ability = Ability(body_bytes=6000, added_whole=ABILITIES[EngineKind(kind)].added_whole)
    engine_access.ABILITIES = {EngineKind(kind): ability}
engine = engine_at(EngineKind(kind), RemoteAddresses(*where))
folder = DataDirectory(Path(data))
def die(done, total):
    os.kill(os.getpid(), signal.SIGKILL)
Publisher(engine, engine.client, folder, folder.current(), die, force=way == "whole").run()
"""


def version_of(number: int) -> list[Quad]:
    """A dataset all of whose parts say which version it is."""
    version = Literal(f"version {number}")
    quads = [
        Quad(NamedNode(f"http://example.org/{n}"), NamedNode("http://example.org/version"), version, graph)
        for n in range(THINGS)
        for graph in (DefaultGraph(), GRAPH.iri(f"source/{n % 7}"))
    ]
    quads.append(Quad(ID.japan, NOTE, Literal(f'{number} of "{THINGS}"'), GRAPH.assessments))
    quads.append(Quad(ID.japan, NOTE, ODD, GRAPH.iri(f"source/only-{number}")))
    return [*quads, Quad(ID.japan, RDF.type, OSA.State, DefaultGraph()), *blank_nodes(2 + number // 3)]


def blank_nodes(count: int) -> Iterator[Quad]:
    """A list in the default graph, and a node that is in two graphs."""
    nodes = [BlankNode(f"n{number}") for number in range(count)]
    for one, other in pairwise(nodes):
        yield Quad(one, NOTE, other, DefaultGraph())
    yield Quad(ID.fiji, NOTE, nodes[0], GRAPH.iri("source/0"))


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")


def build(data: DataDirectory, number: int) -> Snapshot:
    """The next snapshot of a data directory has that version."""
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.insert(version_of(number))
        store.flush()
        store.close()
        return data.publish(stage, {"claims": number, "made": f"2026-01-{number:02}T00:00:00Z"}, "build")


@pytest.fixture(scope="module", params=["osagraph", "oxigraph", "fuseki"])
def remote(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    serving: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp(request.param)
    starting: dict[str, Callable[[Path], AbstractContextManager[Remote]]] = {
        "osagraph": lambda folder: ours(folder, serving),
        "oxigraph": oxigraph,
        "fuseki": fuseki,
    }
    with starting[request.param](folder) as started:
        yield started


def on(*names: str) -> pytest.MarkDecorator:
    """For a test of these engines alone."""
    return pytest.mark.parametrize("remote", names, indirect=True, scope="module")


@pytest.fixture
def engine(remote: Remote) -> Engine:
    """The engine, empty."""
    remote.empty()
    kind = detect(base_of(remote), remote.client)
    return Engine(kind, remote.addresses, remote.client, remote.store)


def base_of(remote: Remote) -> str:
    return remote.addresses.graphs.rpartition("/")[0]


def publish(engine: Engine, data: DataDirectory, sender: Any = None, **options: Any) -> Published:
    sender = sender or engine.client
    return Publisher(engine, sender, data, data.current(), lambda *_: None, **options).run()


def holds(engine: Engine, number: int) -> bool:
    """Whether the engine holds that version, the marker, and nothing else."""
    wanted = EmbeddedStore()
    wanted.insert(version_of(number))
    plain = {quad for quad in engine.store.quads() if quad.graph_name != PUBLICATION}
    blank = {quad for quad in plain if BlankNode in (type(quad.subject), type(quad.object))}
    expected = {
        quad for quad in version_of(number) if BlankNode not in (type(quad.subject), type(quad.object))
    }
    joined = f"ASK {{ GRAPH ?g {{ ?x {NOTE} ?a }} {' '.join(chain_of(number))} }}"
    return (
        plain - blank == expected
        and len(blank) == 2 + number // 3
        and bool(engine.store.query(joined))
        and dataset_digest(engine.store) == dataset_digest(wanted)
    )


def chain_of(number: int) -> Iterator[str]:
    names = "abcdefgh"
    for one, other in pairwise(names[: 2 + number // 3]):
        yield f"?{one} {NOTE} ?{other} ."


def test_the_first_snapshot_and_its_successors_arrive_whole(engine: Engine, data: DataDirectory) -> None:
    ways = []
    for number in (1, 2, 3, 4):
        snapshot = build(data, number)
        done = publish(engine, data)
        ways.append(done.way)
        assert holds(engine, number)
        found = read_publication(engine.store)
        assert found is not None and found.holds(snapshot) and found.id == done.id
    first = {EngineKind.FUSEKI: Way.WHOLE, EngineKind.OXIGRAPH: Way.FIRST}.get(engine.kind, Way.CHANGES)
    # With the third, blank nodes change as well: that takes more than one operation.
    third = Way.WHOLE if engine.kind is EngineKind.FUSEKI else Way.CHANGES
    assert ways == [first, Way.CHANGES, third, Way.CHANGES]
    assert publish(engine, data).way is Way.NOTHING


def test_a_dataset_that_was_built_elsewhere_replaces_what_is_there(
    engine: Engine, data: DataDirectory, tmp_path: Path
) -> None:
    build(data, 1)
    build(data, 2)
    publish(engine, data)
    other = DataDirectory(tmp_path / "other")
    build(other, 5)
    done = publish(engine, other)
    assert done.way is (Way.WHOLE if engine.kind is EngineKind.FUSEKI else Way.CHANGES)
    assert holds(engine, 5) and done.snapshot == 1


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """The engine takes short updates only, and has no way of its own."""
    monkeypatch.setattr("graph.engine_access.ABILITIES", {engine.kind: STAGED_ONLY})


@pytest.mark.usefixtures("staging")
def test_what_is_too_long_for_an_update_is_staged(engine: Engine, data: DataDirectory) -> None:
    for number in (1, 2, 7):
        build(data, number)
        assert publish(engine, data).way is Way.STAGED
        assert holds(engine, number)


class Crowd:
    """Reads all the time, and notes whatever is not one version whole."""

    def __init__(self, store: RemoteStore) -> None:
        self.store = store
        self.stop = threading.Event()
        self.wrong: list[Any] = []
        self.seen: set[str] = set()
        self.count = 0
        self.changed = threading.Condition()

    def run(self) -> None:
        while not self.stop.is_set():
            answer = self.store.query(VERSIONS)
            assert isinstance(answer, QuerySolutions)
            found = {row["version"].value: int(row["n"].value) for row in answer if row["version"]}
            if found and list(found.values()) != [2 * THINGS]:
                self.wrong.append(found)
            with self.changed:
                self.seen.update(found)
                self.count += 1
                self.changed.notify_all()

    def wait_for_another(self) -> None:
        """Until a question that begins now has been answered."""
        with self.changed:
            wanted = self.count + 2
            assert self.changed.wait_for(lambda: self.count >= wanted, 60)


@pytest.mark.parametrize("way", ["its own", "staged"])
def test_a_reader_sees_the_old_dataset_or_the_new_one(
    way: str, engine: Engine, data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "staged":
        monkeypatch.setattr("graph.engine_access.ABILITIES", {engine.kind: STAGED_ONLY})
    crowd = Crowd(engine.store)
    thread = threading.Thread(target=crowd.run)
    thread.start()
    try:
        for number in (1, 2, 3):
            build(data, number)
            publish(engine, data, force=way == "its own" and number == 3)
            crowd.wait_for_another()
    finally:
        crowd.stop.set()
        thread.join()
    assert crowd.wrong == []
    assert crowd.seen == {"version 1", "version 2", "version 3"}


def test_data_of_somebody_else_is_not_overwritten_unless_one_says_so(
    engine: Engine, data: DataDirectory
) -> None:
    theirs = Quad(ID.japan, RDF.type, OSA.Actor, GRAPH.iri("user/theirs"))
    engine.store.insert([theirs])
    build(data, 1)
    with pytest.raises(StoreWriteError, match=r"holds data that osagraph has not published.*--replace"):
        publish(engine, data)
    assert list(engine.store.quads()) == [theirs]
    publish(engine, data, force=True)
    assert holds(engine, 1)


def test_what_an_interrupted_publication_left_is_cleared(engine: Engine, data: DataDirectory) -> None:
    left = [NamedNode(f"urn:osagraph:staged:{name}") for name in ("0f", "0f:+", "0f:-:http://example.org/g")]
    engine.store.insert([Quad(ID.japan, RDF.type, OSA.State, graph) for graph in left])
    build(data, 1)
    publish(engine, data)
    assert holds(engine, 1)


@pytest.mark.parametrize(
    ("remote", "way"),
    [("oxigraph", "staged"), ("fuseki", "whole"), ("fuseki", "staged")],
    indirect=["remote"],
    scope="module",
)
def test_a_publisher_that_is_killed_leaves_the_old_dataset(
    way: str, engine: Engine, data: DataDirectory
) -> None:
    build(data, 1)
    publish(engine, data)
    build(data, 5)
    kill_while(engine, data, way)
    found = read_publication(engine.store)
    assert found is not None and found.counts["claims"] == 1
    assert {row["version"].value for row in solutions(engine, VERSIONS)} == {"version 1"}
    publish(engine, data)
    assert holds(engine, 5)


def kill_while(engine: Engine, data: DataDirectory, way: str) -> None:
    """A publisher that ends as soon as it has sent something."""
    where = engine.addresses
    arguments = [str(data.root), engine.kind.value, way, where.query, where.update, where.graphs]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


def solutions(engine: Engine, text: str) -> QuerySolutions:
    found = engine.store.query(text)
    assert isinstance(found, QuerySolutions)
    return found


@on("oxigraph", "fuseki")
def test_half_a_body_changes_nothing(engine: Engine, data: DataDirectory) -> None:
    if engine.ability.whole:
        build(data, 1)
        publish(engine, data)
        send_half(engine.addresses.graphs, "PUT", TRIX, b"".join(half_a_document()))
        assert holds(engine, 1)
    else:
        send_half(engine.bulk_address, "POST", "application/n-quads", LINES)
        assert list(engine.store.quads()) == []


LINE: Final = b"<http://e/%d> <http://e/p> <http://e/o> <http://e/g> .\n"
LINES: Final = b"".join(LINE % number for number in range(999))


def half_a_document() -> Iterator[bytes]:
    yield from list(trix(iter([LINES])))[:-1]
    yield b"</graph>\n"


def send_half(url: str, method: str, media_type: str, body: bytes) -> None:
    """A body that breaks off where it might as well have ended; returns when the engine has closed, too."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    with contextlib.closing(connection):
        connection.putrequest(method, f"{address.path}?{address.query}".rstrip("?"))
        connection.putheader("Content-Type", media_type)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        connection.sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            assert connection.getresponse().status >= 400


class Loses:
    """A client whose answers get lost, after the engine has done what it was asked, or before."""

    def __init__(self, client: RemoteClient, *, is_done: bool) -> None:
        self._client = client
        self._is_done = is_done

    def put(self, *arguments: Any) -> None:
        self._lose(self._client.put, *arguments)

    def post(self, *arguments: Any) -> None:
        self._lose(self._client.post, *arguments)

    def _lose(self, send: Callable[..., object], *arguments: Any) -> None:
        if self._is_done:
            send(*arguments)
        raise QueryTimeoutError("The engine did not answer in time.")


def test_after_a_lost_answer_the_marker_says_what_happened(engine: Engine, data: DataDirectory) -> None:
    build(data, 1)
    with pytest.raises(QueryTimeoutError, match="publish again to find out"):
        publish(engine, data, Loses(engine.client, is_done=False))
    assert list(engine.store.quads()) == []
    assert publish(engine, data, Loses(engine.client, is_done=True)).snapshot == 1
    assert holds(engine, 1)


def test_of_two_who_publish_at_once_one_is_told(engine: Engine, data: DataDirectory, tmp_path: Path) -> None:
    build(data, 1)
    publish(engine, data)
    build(data, 2)
    other = DataDirectory(tmp_path / "other")
    build(other, 6)

    class Late(Loses):
        def _lose(self, send: Callable[..., object], *arguments: Any) -> None:
            publish(engine, other, force=True)
            send(*arguments)

    with pytest.raises(StoreBusyError, match="Somebody else has published"):
        publish(engine, data, Late(engine.client, is_done=True))
    assert holds(engine, 6)


@on("osagraph")
def test_who_may_not_write_is_told_and_nothing_changes(engine: Engine, data: DataDirectory) -> None:
    build(data, 1)
    with contextlib.closing(RemoteClient(Credentials(token="wrong"))) as stranger:
        barred = replace(engine, client=stranger, store=RemoteStore(engine.addresses, stranger))
        with pytest.raises(RemoteAccessError, match="refuses our credentials"):
            publish(barred, data)
    assert list(engine.store.quads()) == []


def test_a_damaged_marker_is_an_error_until_it_is_replaced(engine: Engine, data: DataDirectory) -> None:
    engine.store.insert([Quad(ID.japan, OSA.snapshotNumber, Literal("none"), PUBLICATION)])
    build(data, 1)
    with pytest.raises(RemoteStoreError, match="is damaged"):
        publish(engine, data)
    publish(engine, data, force=True)
    assert holds(engine, 1)


@on("oxigraph", "fuseki")
def test_the_commands_publish_and_verify(engine: Engine, remote: Remote, data: DataDirectory) -> None:
    build(data, 1)
    run = CliRunner().invoke
    to = ["--to", base_of(remote), "--data", str(data.root)]
    rehearsed = run(publish_command, [*to, "--dry-run"])
    assert rehearsed.output.startswith("Snapshot 1 would go to the engine (")
    assert list(engine.store.quads()) == []
    report = json.loads(run(publish_command, [*to, "--json"]).output)
    assert (report["snapshot"], report["engine"], report["removed"]) == (1, engine.kind.value, 0)
    assert run(publish_command, to).output == "The engine has snapshot 1 already.\n"
    here = run(digest_command, ["--data", str(data.root)])
    there = run(digest_command, ["--store", base_of(remote)])
    assert here.output == there.output != ""
    assert here.exit_code == there.exit_code == 0


# Each names an IRI, and so meets nothing that is staged.
QUESTIONS: Final = (
    VERSIONS,
    f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s {NOTE} ?o }} }}",
    f"SELECT ?s ?g WHERE {{ GRAPH ?g {{ ?s ?p {ID.fiji} }} }}",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
)
ANY_STAGED: Final = "ASK { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), 'urn:osagraph:staged')) }"


@on("oxigraph")
def test_staged_quads_are_met_by_no_pattern_that_names_an_iri(engine: Engine, data: DataDirectory) -> None:
    build(data, 1)
    publish(engine, data)
    before = [sorted(map(str, solutions(engine, text))) for text in QUESTIONS]
    engine.store.insert([staged_quad(quad, "urn:osagraph:staged:0f:+") for quad in version_of(5)[:9]])
    assert bool(engine.store.query(ANY_STAGED))
    assert [sorted(map(str, solutions(engine, text))) for text in QUESTIONS] == before
    build(data, 5)
    publish(engine, data)
    assert holds(engine, 5)
