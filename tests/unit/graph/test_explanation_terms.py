"""The three texts of a question: what they may look like, and what is wrong with the others."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.errors import InvalidParameterError
from graph.explanation_terms import read_triple
from graph.terms import Term
from ontology.namespaces import ID, OSA, XSD


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("id:osa", ID.osa),
        ("id:project/osa-fy2023-fiji", ID.iri("project/osa-fy2023-fiji")),
        (" https://example.org/a ", NamedNode("https://example.org/a")),
        ("<https://example.org/a>", NamedNode("https://example.org/a")),
        ("urn:x:y", NamedNode("urn:x:y")),
        ("_:core1", BlankNode("core1")),
        ('"text"', Literal("text")),
        ('"日本"@ja', Literal("日本", language="ja")),
        ('"a\\"b\\n"', Literal('a"b\n')),
        ('"600000000"^^xsd:decimal', Literal("600000000", datatype=XSD.decimal)),
        ('"12.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', Literal("12.5", datatype=XSD.decimal)),
        ('"007"^^xsd:integer', Literal("7", datatype=XSD.integer)),
        ('"2026-02"^^xsd:gYearMonth', Literal("2026-02", datatype=XSD.gYearMonth)),
        ('"true"^^xsd:boolean', Literal("true", datatype=XSD.boolean)),
        ('"<b>"', Literal("<b>")),
    ],
)
def test_a_value_is_read_as_the_store_would_hold_it(text: str, term: Term) -> None:
    assert read_triple("id:osa", "osa:amount", text) == Triple(ID.osa, OSA.amount, term)


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        (("", "osa:amount", '"1"'), "s"),
        (("japan", "osa:amount", '"1"'), "s"),
        (('"japan"', "osa:amount", '"1"'), "s"),
        (("id:japan", "_:b", '"1"'), "p"),
        (("id:japan", "amount", '"1"'), "p"),
        (("id:japan", "osa:amount", "600000000"), "o"),
        (("id:japan", "osa:amount", '"1'), "o"),
        (("id:japan", "osa:amount", '"1"^^decimal'), "o"),
        (("id:japan", "osa:amount", '"1" . <x:s> <x:p> "2"'), "o"),
        (("id:japan", "osa:amount", '"1" <x:g>'), "o"),
        (("id:japan", "osa:amount", '"' + "a" * 2000 + '"'), "o"),
        (("id:japan", "osa:amount", "<no iri>"), "o"),
        (("id:japan", "osa:amount", "_:a b"), "o"),
        (("id:ja\ud800pan", "osa:amount", '"1"'), "s"),
    ],
)
def test_what_is_no_term_is_refused_by_the_name_of_its_parameter(
    terms: tuple[str, str, str], name: str
) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        read_triple(*terms)
    assert caught.value.name == name
