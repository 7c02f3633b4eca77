"""What somebody knows of a thing beside what is accepted of it, by the kinds of values."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal

from graph.results import ResultTerm
from ontology.namespaces import ID, WD, XSD
from web.reconcile_agreement import Known, agreement
from web.reconcile_request import Reference, Value

FIJI = ID.fiji
KNOWN = Known({FIJI.value: ["Fiji", "フィジー"]}, {"Fidschi": [FIJI.value], "Q712": [FIJI.value]})


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=XSD[datatype])


@pytest.mark.parametrize(
    ("given", "accepted", "expected"),
    [
        ("2023-12-18", typed("2023-12-18", "date"), 1),
        ("2023-12", typed("2023-12-18", "date"), 1),
        ("2023", typed("2023-12-18", "date"), 1),
        (2023, typed("2023-12-18", "date"), 1),
        ("2023-12-18T10:00:00Z", typed("2023-12", "gYearMonth"), 1),
        ("2023-11", typed("2023-12-18", "date"), 0),
        ("18 December 2023", typed("2023-12-18", "date"), 0),
        (2023, typed("2023", "integer"), 1),
        ("2023-04-01", typed("2023", "integer"), 1),
        (2024, typed("2023", "integer"), 0),
        ("400,000,000", typed("400000000", "decimal"), 1),
        (4e8, typed("400000000", "decimal"), 1),
        (401_000_000, typed("400000000", "decimal"), 0.8),
        (500_000_000, typed("400000000", "decimal"), 0),
        ("-1.5", typed("-1.5", "decimal"), 1),
        ("many", typed("3", "integer"), 0),
        (True, typed("true", "boolean"), 1),
        ("FALSE", typed("true", "boolean"), 0),
        ("Fiji", Literal("FIJI", language="en"), 1),
        ("patrol boats", Literal("patrol boat"), 0.96),
        ("rescue boat", Literal("radar"), 0),
        (Reference("x", "Radar"), Literal("radar"), 1),
        (Reference("fiji"), FIJI, 1),
        (Reference("https://w3id.org/osagraph/id/fiji"), FIJI, 1),
        (Reference("Q712"), FIJI, 1),
        (Reference("Q712"), WD.Q712, 1),
        (Reference("42", "Fiji"), FIJI, 1),
        (Reference("tonga"), FIJI, 0),
        ("id:fiji", FIJI, 1),
        ("フィジー", FIJI, 1),
        ("Fidschi", FIJI, 1),
        ("Tonga", FIJI, 0),
        ("x", BlankNode(), 0),
        ("", FIJI, None),
    ],
)
def test_values_are_compared_by_their_kind(
    given: Value, accepted: ResultTerm, expected: float | None
) -> None:
    found = agreement([given], [accepted], KNOWN)
    assert (found if found is None else round(found, 2)) == expected


def test_the_best_of_several_values_counts() -> None:
    years = [typed("2023", "integer"), typed("2024", "integer")]
    assert agreement([2022, 2024], years, Known()) == 1
    assert agreement([2022], years, Known()) == 0
    assert agreement([2022], [], Known()) is None
    assert agreement([], years, Known()) is None
