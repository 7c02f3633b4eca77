"""Decimals on their way to other engines and back."""

from __future__ import annotations

import io
import json

import pytest
from pyoxigraph import BlankNode, Literal, Triple

from graph import remote_numbers
from graph.remote_numbers import foreign_lines, foreign_text, own_results, own_term
from ontology.namespaces import ID, OSA, XSD

DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("12.0", "12"),
        ("12.50", "12.5"),
        ("-0.0", "0"),
        ("0.10", "0.1"),
        ("120", "120"),
        ("100.0", "100"),
        ("+7.00", "+7"),
    ],
)
def test_an_engine_s_decimal_is_brought_into_our_form(theirs: str, ours: str) -> None:
    term = Literal(theirs, datatype=XSD.decimal)
    expected = Literal(ours, datatype=XSD.decimal)
    assert own_term(term) == expected
    assert own_term(Triple(ID.osa, OSA.amount, term)) == Triple(ID.osa, OSA.amount, expected)
    for pair in ({"datatype": DECIMAL, "value": theirs}, {"value": theirs, "datatype": DECIMAL}):
        file = io.BytesIO(json.dumps({"bindings": [{"a": {"type": "literal", **pair}}]}).encode())
        own_results(file)
        assert json.load(file)["bindings"][0]["a"] == {"type": "literal", "datatype": DECIMAL, "value": ours}


def test_what_is_no_decimal_stays_as_it_is() -> None:
    for term in (Literal("12.0"), ID.osa, BlankNode(), Literal("12.0", datatype=XSD.double)):
        assert own_term(term) == term
    said = '"value":"12.0","datatype":"' + DECIMAL + '"'
    text = json.dumps({"bindings": [{"a": {"type": "literal", "value": said}}, {"b": {"value": "1.0"}}]})
    file = io.BytesIO(text.encode())
    own_results(file)
    assert file.read().decode() == text


def test_long_results_are_the_same_in_whatever_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"a": {"datatype": DECIMAL, "value": f"{n}.0"}, "b": {"value": "}{" * n}} for n in range(30)]
    expected = [{**row, "a": {"datatype": DECIMAL, "value": f"{n}"}} for n, row in enumerate(rows)]
    for size in (1, 7, 64, 1 << 20):
        monkeypatch.setattr(remote_numbers, "PIECE_BYTES", size)
        file = io.BytesIO(json.dumps(rows).encode())
        own_results(file)
        assert json.load(file) == expected


def test_what_is_sent_has_a_point() -> None:
    line = f'<a:s> <a:p> "12"^^<{DECIMAL}> .'
    assert foreign_lines(line.encode()).decode() == line.replace("12", "12.0")
    assert foreign_lines(foreign_lines(line.encode())) == foreign_lines(line.encode())
    said = f'<a:s> <a:p> "say \\"12\\"^^<{DECIMAL}>" .'.encode()
    assert foreign_lines(said) == said


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('ASK { ?s ?p "12"^^xsd:decimal }', 'ASK { ?s ?p "12.0"^^xsd:decimal }'),
        (f"ASK {{ ?s ?p '-3'^^<{DECIMAL}> }}", f"ASK {{ ?s ?p '-3.0'^^<{DECIMAL}> }}"),
        ('ASK { ?s ?p "12.5"^^xsd:decimal }', 'ASK { ?s ?p "12.5"^^xsd:decimal }'),
        ("""ASK { ?s ?p '"12"^^xsd:decimal' }""", """ASK { ?s ?p '"12"^^xsd:decimal' }"""),
        ('ASK { ?s ?p "12"^^xsd:integer }', 'ASK { ?s ?p "12"^^xsd:integer }'),
    ],
)
def test_a_query_is_sent_with_points_in_its_whole_decimals(text: str, sent: str) -> None:
    assert foreign_text(text) == sent
