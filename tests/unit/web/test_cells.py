"""How terms are shown."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.results import ResultTerm
from ontology.namespaces import OSA, XSD
from web.terms import Cell, cell, heading

EXAMPLE = NamedNode("http://example.org/a")


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (None, Cell("")),
        (OSA.amount, Cell("osa:amount", OSA.amount.value, title=OSA.amount.value)),
        (EXAMPLE, Cell("http://example.org/a", "http://example.org/a", title="http://example.org/a")),
        (NamedNode("javascript:alert(1)"), Cell("javascript:alert(1)", title="javascript:alert(1)")),
        (NamedNode("urn:x:y"), Cell("urn:x:y", title="urn:x:y")),
        (BlankNode("b"), Cell("_:b")),
        (Literal("日本", language="ja"), Cell("日本", language="ja")),
        (Literal("<b>"), Cell("<b>")),
        (
            Literal("18100000000", datatype=XSD.decimal),
            Cell("18,100,000,000", is_number=True, title="18100000000"),
        ),
        (
            Literal("http://example.org/", datatype=XSD.anyURI),
            Cell("http://example.org/", "http://example.org/"),
        ),
        (Literal("javascript:x", datatype=XSD.anyURI), Cell("javascript:x")),
        (Triple(EXAMPLE, EXAMPLE, Literal("x")), Cell('<http://example.org/a> <http://example.org/a> "x"')),
    ],
)
def test_a_term_is_shown_as_text_with_what_belongs_to_it(term: ResultTerm | None, shown: Cell) -> None:
    assert cell(term) == shown


def test_a_variable_is_read_as_words() -> None:
    assert heading("publisherKind") == "publisher kind"
