"""Values in the grammar of QuickStatements: its reader reads back what was meant, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from graph.quickstatement_values import (
    NotCarriedError,
    item_value,
    monolingual_value,
    quantity_value,
    text_value,
    time_value,
    typed_value,
    url_value,
)
from ontology.namespaces import XSD
from tests.unit.graph.quickstatement_reader import read_v1, read_value

TRICKY = st.text(st.sampled_from('ab日 \t\n\r|"“”/*\\:\u2028\x00\x85'), max_size=8)


@pytest.mark.parametrize(
    ("text", "datatype", "written"),
    [
        ("2025-12-05", XSD.date, "+2025-12-05T00:00:00Z/11"),
        ("2025-12", XSD.gYearMonth, "+2025-12-00T00:00:00Z/10"),
        ("2025", XSD.gYear, "+2025-00-00T00:00:00Z/9"),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(text: str, datatype: object, written: str) -> None:
    literal = Literal(text, datatype=datatype)  # type: ignore[arg-type]
    assert time_value(literal) == written
    assert read_value(written)[0] == "time"


@pytest.mark.parametrize(
    ("literal", "datatype"),
    [
        (Literal("2025"), "Time"),
        (Literal("2025-12-05T00:00:00Z", datatype=XSD.dateTime), "Time"),
        (Literal("many"), "Quantity"),
        (Literal("1e3", datatype=XSD.double), "Quantity"),
        (Literal("text"), "Monolingualtext"),
        (Literal("text", language="en-GB-x-1"), "Monolingualtext"),
        (Literal("ftp://example.org/"), "Url"),
        (Literal("https://"), "Url"),
        (Literal(""), "String"),
        (Literal("x" * 401), "String"),
        (Literal("1,2"), "GlobeCoordinate"),
    ],
)
def test_what_is_not_of_the_type_is_refused(literal: Literal, datatype: str) -> None:
    with pytest.raises(NotCarriedError):
        typed_value(literal, datatype)


def test_numbers_items_and_texts_are_written_plainly() -> None:
    assert quantity_value(Literal("8.1", datatype=XSD.decimal)) == "8.1"
    assert typed_value(Literal(14), "Quantity") == "14"
    assert item_value("http://www.wikidata.org/entity/Q17") == "Q17"
    assert typed_value(Literal("JP"), "ExternalId") == '"JP"'
    assert monolingual_value(Literal("防衛省", language="ja")) == 'ja:"防衛省"'


@given(TRICKY | st.text(max_size=30))
def test_a_text_is_read_back_as_it_is_or_refused(text: str) -> None:
    try:
        written = text_value(text)
    except NotCarriedError:
        return
    (command,) = read_v1(f"Q1\tP1\t{written}\tS854\t{written}\n")
    assert (command.value, command.references) == (("text", text), [[("P854", ("text", text))]])


@given(st.lists(TRICKY | st.text(max_size=12), max_size=4).map("/".join))
def test_an_address_is_one_field_whatever_is_in_it(path: str) -> None:
    try:
        written = url_value(f"https://example.org/{path}")
    except NotCarriedError:
        return
    (command,) = read_v1(f"Q1\tP1\tQ2\tS854\t{written}\n")
    ((_, (kind, address)),) = command.references[0]
    assert kind == "text" and address.startswith("https://example.org/")
    assert not set('"|\t\n ') & set(address)


def test_what_would_end_a_field_in_an_address_is_percent_encoded() -> None:
    assert url_value('https://example.org/a|b"c') == '"https://example.org/a%7Cb%22c"'
    assert url_value("https://example.org/%E6%97%A5?a=b&c=d#e") == '"https://example.org/%E6%97%A5?a=b&c=d#e"'
