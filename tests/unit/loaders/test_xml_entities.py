"""How large entities make a document, found without putting them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import LimitExceededError
from graph.write_protocol import Document
from loaders.documents import check_document
from loaders.xml_entities import ENDLESS, entity_growth, entity_sizes

RDF = b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'
LAUGHS = b'<!DOCTYPE rdf:RDF [<!ENTITY e0 "x">' + b"".join(
    b'<!ENTITY e%d "%s">' % (level + 1, b"&e%d;" % level * 10) for level in range(9)
)
BODY = b"]><rdf:RDF%b><rdf:Description><e:p>&e9;</e:p></rdf:Description></rdf:RDF>" % RDF


def test_a_billion_laughs_is_counted() -> None:
    assert entity_growth(LAUGHS + BODY) > 10**9


def test_short_names_for_namespaces_are_no_bomb() -> None:
    text = b'<!DOCTYPE rdf:RDF [ <!ENTITY owl "http://www.w3.org/2002/07/owl#"> ]><rdf:RDF a="&owl;Class"/>'
    assert entity_growth(text) == 30


def test_an_entity_that_contains_itself_has_no_end() -> None:
    assert entity_sizes(b'<!ENTITY a "&b;"><!ENTITY b "&a;">') == {b"a": ENDLESS, b"b": ENDLESS}


def test_text_without_entities_does_not_grow() -> None:
    assert entity_growth(b"<rdf:RDF>&amp;</rdf:RDF>") == 0


@pytest.mark.parametrize("padding", [b"", b"<!-- " + b"]<rdf" * 50_000 + b" -->"])
def test_a_bomb_is_refused_before_it_is_parsed(tmp_path: Path, padding: bytes) -> None:
    path = tmp_path / "bomb.rdf"
    path.write_bytes(padding + LAUGHS + BODY)
    with pytest.raises(LimitExceededError, match="grows to more than"):
        check_document(Document(str(path), "application/rdf+xml", "http://e/"))
