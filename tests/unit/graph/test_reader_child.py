"""What a reader process does with a request, asked here without the process."""

from __future__ import annotations

import gzip
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad

from graph import reader_child
from graph.embedded import EmbeddedStore
from graph.explanation_child import explain
from graph.reader_child import FRAME_BYTES, FrameWriter, Snapshots, answer, serve
from graph.reader_protocol import DATA, END, FAULT, HEAD, LEAVING, PREFIX, WHOLE, Frame, ReadRequest
from ontology.namespaces import GRAPH, ID, OSA

CSV, TURTLE, JSON = "text/csv", "text/turtle", "application/sparql-results+json"
TYPES = {"select": CSV, "ask": JSON, "graph": TURTLE}
NOTES = GRAPH.iri("user/notes")


@pytest.fixture
def store(tmp_path: Path) -> str:
    writable = EmbeddedStore(tmp_path / "store")
    writable.insert(
        [Quad(ID.japan, OSA.note, Literal("fact")), Quad(ID.japan, OSA.note, Literal("aside"), NOTES)]
    )
    writable.flush()
    writable.close()
    return str(tmp_path / "store")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the tests may be larger than a reader ever should be."""
    monkeypatch.setattr(reader_child, "resident_bytes", lambda: 0)


def frames(output: io.BytesIO) -> Iterator[Frame]:
    output.seek(0)
    while head := output.read(PREFIX.size):
        kind, length = PREFIX.unpack(head)
        yield Frame(kind, output.read(length))


def answered(store: str, request: ReadRequest) -> list[Frame]:
    output = io.BytesIO()
    answer(Snapshots(), replace(request, store=store), output)
    return list(frames(output))


@pytest.mark.parametrize(
    ("text", "form", "content"),
    [
        ("SELECT ?n { ?s osa:note ?n }", "select", b"n\r\nfact\r\n"),
        ("ASK { ?s osa:note 'aside' }", "ask", b'{"head":{},"boolean":false}'),
        (
            "CONSTRUCT { ?s osa:note ?n } { ?s osa:note ?n }",
            "graph",
            b'<https://w3id.org/osagraph/id/japan> <https://w3id.org/osagraph/ontology#note> "fact" .\n',
        ),
    ],
)
def test_each_form_of_query_is_answered_in_its_format(
    store: str, text: str, form: str, content: bytes
) -> None:
    head, whole = answered(store, ReadRequest(text, TYPES))
    assert (head.kind, json.loads(head.payload)) == (HEAD, {"form": form, "media_type": TYPES[form]})
    assert whole == Frame(WHOLE, content)


def test_a_request_may_name_its_dataset(store: str) -> None:
    text = "SELECT ?n { ?s osa:note ?n }"
    _, whole = answered(store, ReadRequest(text, TYPES, default_graphs=(NOTES.value,)))
    assert whole.payload == b"n\r\naside\r\n"
    text = "SELECT ?n { GRAPH ?g { ?s osa:note ?n } }"
    _, whole = answered(store, ReadRequest(text, TYPES, default_graphs=(), named_graphs=()))
    assert whole.payload == b"n\r\n"


@pytest.mark.parametrize(
    ("request_", "kind", "message"),
    [
        (ReadRequest("SELECT * {", TYPES), "syntax", "This is not SPARQL"),
        (ReadRequest("ASK { ?s osa:note 1 }", TYPES, known_prefixes=False), "syntax", "This is not SPARQL"),
        (ReadRequest("ASK {}", {"select": CSV}), "format", "The answer of this query (ask) has none of"),
        (
            ReadRequest("ASK {}", {"ask": TURTLE}),
            "format",
            "text/turtle is no format of this query's answer.",
        ),
        (ReadRequest("DESCRIBE id:japan", {"graph": CSV}), "format", "text/csv is no format of a graph."),
        (ReadRequest("ASK {}", TYPES, base_iri="no iri"), "failed", "The query could not be evaluated: "),
    ],
)
def test_what_is_wrong_is_reported_and_no_end_of_the_process(
    store: str, request_: ReadRequest, kind: str, message: str
) -> None:
    last = answered(store, request_)[-1]
    report = json.loads(last.payload)
    assert (last.kind, report["kind"]) == (FAULT, kind)
    assert report["message"].startswith(message)
    assert (report["line"] is not None) == (kind == "syntax")


def test_a_process_that_has_grown_says_so_and_leaves(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_child, "resident_bytes", lambda: reader_child.LARGE_BYTES + 1)
    monkeypatch.setattr(reader_child, "QUICK_SECONDS", 0)
    asked = ReadRequest("ASK {}", TYPES).frame(store).encode()
    output = io.BytesIO()
    serve(io.BytesIO(asked * 2), output)
    assert [frame.kind for frame in frames(output)] == [HEAD, LEAVING, WHOLE]


def test_requests_are_served_until_there_are_no_more(store: str) -> None:
    asked = [ReadRequest(f"ASK {{ ?s osa:note '{word}' }}", TYPES) for word in ("fact", "other")]
    requests, output = io.BytesIO(b"".join(each.frame(store).encode() for each in asked)), io.BytesIO()
    serve(requests, output)
    answers = [json.loads(frame.payload)["boolean"] for frame in frames(output) if frame.kind == WHOLE]
    assert answers == [True, False]


def test_much_is_sent_in_parts_and_little_at_once() -> None:
    output = io.BytesIO()
    writer = FrameWriter(output)
    assert writer.write(b"x" * FRAME_BYTES) == FRAME_BYTES
    writer.write(b"y")
    writer.flush()
    assert writer.finish() == Frame(END)
    assert list(frames(output)) == [Frame(DATA, b"x" * FRAME_BYTES), Frame(DATA, b"y")]


def test_what_comes_slowly_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.05, 0.2, 0.2, 0.2])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    output = io.BytesIO()
    writer = FrameWriter(output)
    for part in (b"a", b"b"):
        writer.write(part)
    assert list(frames(output)) == [Frame(DATA, b"ab")]


def test_nothing_is_not_passed_on_while_the_packer_holds_all_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", iter(range(100)).__next__)
    output = io.BytesIO()
    writer = FrameWriter(output, is_packed=True)
    for part in (b"a", b"b", b"c"):
        writer.write(part)
    end = writer.finish()
    payloads = [frame.payload for frame in (*frames(output), end) if frame.kind != END]
    assert all(payloads)
    assert gzip.decompress(b"".join(payloads)) == b"abc"


def test_a_graph_is_sent_whole_and_one_that_is_not_there_is_told(store: str) -> None:
    asked = ReadRequest("", {"graph": "application/n-triples"}, graph=NOTES.value)
    _, whole = answered(store, asked)
    assert whole.payload.endswith(b'"aside" .\n')
    _, head = answered(store, replace(asked, is_head=True))
    assert head == Frame(WHOLE, b"")
    [fault] = answered(store, replace(asked, graph="urn:none"))
    assert json.loads(fault.payload)["kind"] == "unknown"


def test_the_explanation_of_a_triple_is_sent_in_its_format(store: str) -> None:
    terms = (str(ID.japan), str(OSA.note), '"fact"')
    asked = ReadRequest("", {"explanation": "application/json"}, explain=terms)
    output = io.BytesIO()
    assert answer(Snapshots(), ReadRequest.read(asked.frame(store).payload), output, explain)
    head, *pieces = frames(output)
    assert json.loads(head.payload)["form"] == "explanation"
    # What takes long is sent in more than one piece.
    assert json.loads(b"".join(piece.payload for piece in pieces))["ways"] == [{"kind": "given"}]


def test_a_packed_answer_is_gzip(store: str) -> None:
    asked = ReadRequest("SELECT ?n { ?s osa:note ?n }", TYPES, is_packed=True)
    _, whole = answered(store, asked)
    assert gzip.decompress(whole.payload) == b"n\r\nfact\r\n"


def test_a_snapshot_that_cannot_be_opened_is_the_stores_fault(tmp_path: Path) -> None:
    [fault] = answered(str(tmp_path / "none"), ReadRequest("ASK {}", TYPES))
    assert json.loads(fault.payload)["kind"] == "store"
