"""Each type of Wikidata's values as a term, and each value that no term says rightly, with the reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from graph.claims import Claim
from graph.terms import WKT
from loaders.wikidata_claims import SOURCE
from loaders.wikidata_values import PassedOverError, Value, read_snak, text_literal
from ontology.namespaces import ID, OSA, WD, WDT, XSD
from tests.unit.loaders.wikidata_made import JULIAN, item, quantity, snak, string, time

LINKED = {"Q17": ID.japan}
PLACE = {
    "latitude": Decimal("35.68"),
    "longitude": Decimal("139.7"),
    "globe": "http://www.wikidata.org/entity/Q2",
}


def read(made: dict[str, Any]) -> Value:
    return read_snak(made, "Q1 P1 0", LINKED)


@pytest.mark.parametrize(
    ("made", "term"),
    [
        (item("P17", "Q17"), ID.japan),
        (item("P17", "Q148"), WD.Q148),
        (snak("P17", "wikibase-entityid", {"entity-type": "item", "numeric-id": 17}), ID.japan),
        (snak("P1", "wikibase-entityid", {"entity-type": "property", "numeric-id": 6}), WD.P6),
        (snak("P1", "wikibase-entityid", {"entity-type": "form", "id": "L7-F2"}), WD["L7-F2"]),
        (string("P297", "JP", "external-id"), Literal("JP")),
        (string("P854", "javascript:alert(1)", "url"), Literal("javascript:alert(1)", datatype=XSD.anyURI)),
        (snak("P1476", "monolingualtext", {"text": "題", "language": "ja"}), Literal("題", language="ja")),
        (time("P571", "+2013-12-17T00:00:00Z"), Literal("2013-12-17", datatype=XSD.date)),
        (time("P571", "+2013-12-00T00:00:00Z", 10), Literal("2013-12", datatype=XSD.gYearMonth)),
        (time("P571", "+2013-12-17T00:00:00Z", 9), Literal("2013", datatype=XSD.gYear)),
        (time("P571", "+00000000794-00-00T00:00:00Z", 9), Literal("0794", datatype=XSD.gYear)),
        (quantity("P1082", "+125"), Literal("125", datatype=XSD.decimal)),
        (quantity("P2044", "-4.50"), Literal("-4.5", datatype=XSD.decimal)),
        (snak("P625", "globecoordinate", PLACE), Literal("Point(139.7 35.68)", datatype=WKT)),
        (
            snak("P625", "globecoordinate", {**PLACE, "globe": "http://www.wikidata.org/entity/Q405"}),
            Literal("<http://www.wikidata.org/entity/Q405> Point(139.7 35.68)", datatype=WKT),
        ),
        ({"snaktype": "novalue", "property": "P40"}, NamedNode("http://www.wikidata.org/prop/novalue/P40")),
    ],
)  # fmt: skip
def test_a_value_is_a_term_that_a_claim_may_have(made: dict[str, Any], term: Any) -> None:
    assert read(made).term == term
    assert Claim(SOURCE, ID.japan, OSA.Asserted, WDT.P1, term).value == term


def test_an_unknown_value_is_another_one_at_each_place() -> None:
    unknown = {"snaktype": "somevalue", "property": "P22"}
    one, same, other = (read_snak(unknown, seed, {}).term for seed in ("Q1$a", "Q1$a", "Q2$a"))
    assert one == same != other
    assert str(one).startswith("<http://www.wikidata.org/.well-known/genid/")


def test_a_number_keeps_its_bounds_and_its_unit() -> None:
    made = quantity("P2043", "+7.5", lowerBound="+7.4", upperBound="+7.6", unit=f"{WD}Q11573")
    assert read(made) == Value(
        Literal("7.5", datatype=XSD.decimal), Decimal("7.4"), Decimal("7.6"), WD.Q11573
    )


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (time("P571", "-0660-02-11T00:00:00Z"), "dates before the year 1"),
        (time("P571", "+12026-00-00T00:00:00Z", 9), "dates after the year 9999"),
        (time("P571", "+1500-01-01T00:00:00Z", calendarmodel=JULIAN), "dates of the Julian calendar"),
        (time("P571", "+1990-00-00T00:00:00Z", 8), "dates coarser than a year"),
        (time("P571", "+1990-01-01T00:00:00Z", 14), "dates finer than a day"),
        (time("P571", "+1990-01-01T00:00:00Z", after=2), "dates of a range"),
        (time("P571", "+2023-02-30T00:00:00Z"), "dates that are in no calendar"),
        (time("P571", "2023"), "values not in Wikidata's form"),
        (quantity("P1082", "+" + "9" * 19), "numbers with more than 18 digits"),
        (quantity("P1082", "+1", lowerBound="+2"), "numbers outside of their bounds"),
        (quantity("P1082", "lots"), "values not in Wikidata's form"),
        (quantity("P1082", "+1", unit="http://e.example/"), "values not in Wikidata's form"),
        (item("P17", "japan"), "values not in Wikidata's form"),
        (string("P297", ""), "values not in Wikidata's form"),
        (string("P297", "\ud800"), "texts that are no Unicode"),
        (snak("P1", "monolingualtext", {"text": "x", "language": "_"}), "texts in a language without a tag"),
        (snak("P625", "globecoordinate", {**PLACE, "latitude": 91}), "places on no globe"),
        (snak("P1", "musical-notation", {}), "values of type musical-notation"),
        ({"snaktype": "value", "property": "P1"}, "values not in Wikidata's form"),
    ],
)  # fmt: skip
def test_what_no_term_says_rightly_is_passed_over_with_the_reason(made: dict[str, Any], reason: str) -> None:
    with pytest.raises(PassedOverError) as caught:
        read(made)
    assert str(caught.value) == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["time", "precision", "amount", "text", "language", "id"]), inner)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(
        ["time", "quantity", "string", "monolingualtext", "globecoordinate", "wikibase-entityid"]
    ),
    JSON,
)
def test_whatever_a_value_is_it_is_read_or_passed_over(kind: str, value: Any) -> None:
    try:
        assert str(read(snak("P1", kind, value)).term)
    except PassedOverError as error:
        assert str(error)


def test_a_text_without_letters_is_none() -> None:
    with pytest.raises(PassedOverError):
        text_literal(" ", "en")
