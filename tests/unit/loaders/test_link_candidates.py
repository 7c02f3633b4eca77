"""Entities of Wikidata as candidates: what is read of them, and what no entity is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.link_candidates import Candidate, item_number, printable, read_candidate


def statement(value: object, rank: str = "normal") -> dict[str, object]:
    snak = {"snaktype": "value", "datavalue": {"value": value}}
    return {"mainsnak": snak, "rank": rank}


def item(number: str, rank: str = "normal") -> dict[str, object]:
    return statement({"entity-type": "item", "id": number}, rank)


def day(time: str, precision: int) -> dict[str, object]:
    return statement({"time": time, "precision": precision})


ENTITY = {
    "id": "Q900",
    "type": "item",
    "labels": {"en": {"value": "Navy of\x1b[31m X"}, "ja": {"value": "X海軍"}, "fr": {"value": "Marine"}},
    "descriptions": {"en": {"value": "a navy"}},
    "aliases": {"en": [{"value": "X Navy"}, {"value": "X Navy"}], "mul": [{"value": "XN"}]},
    "claims": {
        "P31": [item("Q4508"), item("Q1", "deprecated")],
        "P279": [{"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"}],
        "P17": [item("Q928"), item("Q17", "preferred")],
        "P297": [statement("XX")],
        "P571": [
            day("+1998-05-20T00:00:00Z", 11),
            day("+1990-00-00T00:00:00Z", 9),
            day("-0044-01-01T00:00:00Z", 11),
        ],
    },
    "lastrevid": 77,
}


def test_a_candidate_has_what_a_comparison_looks_at() -> None:
    candidate = read_candidate(ENTITY)
    assert candidate == Candidate(
        item="Q900",
        names={"en": ("Navy of [31m X", "X Navy", "XN"), "ja": ("X海軍",)},
        description="a navy",
        types=("Q4508",),
        countries=("Q17",),
        iso_codes=("XX",),
        days=("1998-05-20", "1990"),
        revision=77,
    )
    assert candidate.label == "Navy of [31m X"
    assert candidate.page == "https://www.wikidata.org/w/index.php?title=Q900&oldid=77"


def test_an_entity_that_says_nothing_is_a_candidate_without_names() -> None:
    candidate = read_candidate({"id": "Q900", "labels": [], "claims": []})
    assert candidate == Candidate("Q900")
    assert (candidate.label, candidate.page) == ("Q900", "https://www.wikidata.org/wiki/Q900")


@pytest.mark.parametrize("entity", [{"id": "Q900", "missing": ""}, {"id": "P31"}, {"id": "L4-F1"}])
def test_what_is_missing_or_no_item_is_no_candidate(entity: object) -> None:
    assert read_candidate(entity) is None


@pytest.mark.parametrize(
    "entity",
    [
        [],
        None,
        {"labels": {}},
        {"id": 900},
        {"id": "Q900", "labels": {"en": "Japan"}},
        {"id": "Q900", "labels": {"en": {"value": 7}}},
        {"id": "Q900", "labels": ["Japan"]},
        {"id": "Q900", "aliases": {"en": "Japan"}},
        {"id": "Q900", "claims": {"P31": {"0": {}}}},
        {"id": "Q900", "claims": {"P31": ["Q5"]}},
        {"id": "Q900", "claims": {"P31": [{"rank": "normal"}]}},
        {"id": "Q900", "claims": {"P31": [{"mainsnak": {"snaktype": "value"}}]}},
    ],
)
def test_what_has_not_the_shape_of_an_entity_is_refused(entity: object) -> None:
    with pytest.raises(ValueError, match=r" that (is|are) no | without an id"):
        read_candidate(entity)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"id": st.just("Q1")}, optional=dict.fromkeys(ENTITY.keys() - {"id"}, ANYTHING)))
def test_whatever_stands_in_an_entity_it_is_read_or_refused(entity: dict[str, object]) -> None:
    try:
        candidate = read_candidate(entity)
    except ValueError:
        return
    if candidate is not None:
        assert candidate.label.isprintable()


def test_names_are_shown_without_what_a_terminal_obeys() -> None:
    assert printable("a\x1b[2J\r\n\u202eb\x9b c") == "a [2J b c"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Q17", "Q17"),
        (" wd:Q17 ", "Q17"),
        ("<http://www.wikidata.org/entity/Q17>", "Q17"),
        ("https://www.wikidata.org/wiki/Q17", "Q17"),
        ("Q0", None),
        ("Q17x", None),
        ("P17", None),
        ("Japan", None),
    ],
)
def test_an_item_is_named_by_its_number_or_its_page(text: str, number: str | None) -> None:
    assert item_number(text) == number
