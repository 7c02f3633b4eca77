"""Documents that come over HTTP are read to the end before anything of them is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from graph.embedded import EmbeddedStore
from graph.errors import LimitExceededError, MalformedSourceError, SourceError, UnsupportedMediaTypeError
from graph.write_protocol import Document
from loaders import documents
from loaders.documents import check_document
from loaders.rdf_parse import ParseLimits

BASE = "http://e.example/"
GRAPH = NamedNode("http://e.example/g")
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    '<rdf:Description rdf:about="a"><e:b>c</e:b></rdf:Description></rdf:RDF>'
)


def document(folder: Path, text: str, media_type: str = "text/turtle", base: str | None = BASE) -> Document:
    (folder / "document").write_text(text)
    return Document(str(folder / "document"), media_type, base)


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("<a> <b> 'c' .", "text/turtle"),
        ("\ufeff<a> <b> 'c' .", "text/turtle; charset=utf-8"),
        ('<http://e.example/a> <http://e.example/b> "c" .', "application/n-triples"),
        ('<http://e.example/a> <http://e.example/b> "c" .', "application/n-quads"),
        ("{ <a> <b> 'c' }", "application/trig"),
        (XML, "application/rdf+xml"),
        ('{"@id": "a", "http://e.example/b": "c"}', "application/ld+json"),
    ],
)
@pytest.mark.parametrize("kept_bytes", [0, 1 << 20])
def test_every_format_is_read_small_or_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, media_type: str, kept_bytes: int
) -> None:
    monkeypatch.setattr(documents, "KEPT_BYTES", kept_bytes)
    store = EmbeddedStore()
    for graph in (GRAPH, DefaultGraph()):
        check_document(document(tmp_path, text, media_type)).insert_into(store, graph)
        assert [str(quad.triple) for quad in store.quads(graph=graph)] == [
            '<http://e.example/a> <http://e.example/b> "c"'
        ]


@pytest.mark.parametrize("kept_bytes", [0, 1 << 20])
def test_blank_nodes_are_new_ones_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_bytes: int
) -> None:
    monkeypatch.setattr(documents, "KEPT_BYTES", kept_bytes)
    store = EmbeddedStore()
    for _ in range(2):
        check_document(document(tmp_path, "_:a <b> _:c . _:c <b> _:a .")).insert_into(store, GRAPH)
    assert len({quad.subject for quad in store.quads()}) == 4


@pytest.mark.parametrize(
    ("text", "media_type", "error", "message"),
    [
        ("<a> <b> <c> .", "text/html", UnsupportedMediaTypeError, "no RDF format"),
        ("<a> <b> <c> .", "text/n3", UnsupportedMediaTypeError, "no RDF format"),
        ("<a> <b>\n <c> , .", "text/turtle", MalformedSourceError, "line 2, column 8"),
        ("<g> { <a> <b> <c> }", "application/trig", MalformedSourceError, "contains named graphs"),
        (XML[:-3], "application/rdf+xml", MalformedSourceError, "line 1, column"),
        ('{"@context": "http://127.0.0.1:1/"}', "application/ld+json", MalformedSourceError, "never fetched"),
        ("[" * 600, "application/ld+json", LimitExceededError, "deeper than 512"),
        ("<a> <b> <c> .", "text/turtle", MalformedSourceError, "line 1"),
    ],
)
def test_what_is_no_document_of_one_graph_is_refused(
    tmp_path: Path, text: str, media_type: str, error: type[SourceError], message: str
) -> None:
    base = None if message == "line 1" else BASE
    with pytest.raises(error) as caught:
        check_document(document(tmp_path, text, media_type, base))
    assert message in str(caught.value)
    assert caught.value.file is None


def test_a_document_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "FREE_OUTPUT_BYTES", 0)
    entity = "x" * 100
    text = f'<!DOCTYPE r [<!ENTITY e "{entity}">]>' + XML.replace("<e:b>c", f"<e:b>{'&e;' * 100}")
    with pytest.raises(LimitExceededError, match="more than 2 times its size"):
        check_document(document(tmp_path, text, "application/rdf+xml"), ParseLimits(ratio=2))
