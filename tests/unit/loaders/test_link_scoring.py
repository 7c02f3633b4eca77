"""The scores of candidates: exact sums, of which every part says what it rests on."""

from __future__ import annotations

import pytest

from loaders.link_candidates import Candidate
from loaders.link_scoring import Part, Scored, leads, likeness, plain, ranked, scored
from loaders.link_things import Thing, without_remark
from loaders.link_types import KnownClasses, Verdict, known_classes
from ontology.namespaces import ID

FIJI = Thing(ID.fiji, "country", {"en": ["Fiji"], "ja": ["フィジー"]}, iso_code="FJ")
NAVY = Thing(
    ID.navy,
    "organisation",
    {"en": ["Navy of Mongolia (armed service)", "Mongolian Navy"]},
    countries=frozenset({"Q711"}),
)
LAW = Thing(ID.law, "instrument", {"en": ["Export Act"]}, days=("2014-04-01",))
NOTHING = Verdict(None)
YES, NO = Verdict(True, "island country (Q112099)"), Verdict(False, "album (Q482994)")


def candidate(*names: str, number: str = "Q900", ja: str = "", **said: tuple[str, ...]) -> Candidate:
    return Candidate(number, {"en": names, **({"ja": (ja,)} if ja else {})}, **said)  # type: ignore[arg-type]


def test_what_agrees_in_everything_has_the_full_score_and_says_why() -> None:
    found = scored(FIJI, candidate("Fiji", ja="フィジー", iso_codes=("FJ",)), YES)
    assert found.score == 100
    assert found.parts == (
        Part("English name", 50, 50, "“Fiji”, the same"),
        Part("Japanese name", 20, 20, "“フィジー”, the same"),
        Part("type", 20, 20, "island country (Q112099)"),
        Part("ISO code", 25, 25, "FJ"),
    )
    assert found.reasons == (
        "English name +50: “Fiji”, the same; Japanese name +20: “フィジー”, the same; "
        "type +20: island country (Q112099); ISO code +25: FJ"
    )


@pytest.mark.parametrize(
    ("thing", "other", "verdict", "score"),
    [
        (FIJI, candidate("Fiji"), NOTHING, 50),
        (FIJI, candidate("fiji"), YES, 70),
        (FIJI, candidate("Republic of Fiji", "Fiji"), YES, 65),
        (FIJI, candidate("Fiji", iso_codes=("FR",)), YES, 20),
        (FIJI, candidate("Fiji"), NO, 20),
        (FIJI, candidate("Fidji"), NOTHING, 13),
        (FIJI, candidate("France", iso_codes=("FR",)), YES, 0),
        (FIJI, candidate("Fiji", ja="タイ"), NOTHING, 50),
        (NAVY, candidate("The Navy of Mongolia"), NOTHING, 50),
        (NAVY, candidate("Mongolian Navy"), NOTHING, 45),
        (NAVY, candidate("Mongolia, Navy of", countries=("Q711", "Q17")), NOTHING, 45),
        (NAVY, candidate("Mongolian Navy", countries=("Q17",)), YES, 40),
        (LAW, candidate("Export Act", days=("2014",)), NOTHING, 60),
        (LAW, candidate("Export Act", days=("2015-01-01", "2014-04")), YES, 80),
        (LAW, candidate("Export Act", days=("2014-04-02",)), NOTHING, 35),
    ],
)
def test_each_part_earns_or_costs_its_points(
    thing: Thing, other: Candidate, verdict: Verdict, score: int
) -> None:
    assert scored(thing, other, verdict).score == score


def test_what_only_one_side_says_counts_for_nothing() -> None:
    found = scored(LAW, candidate("Export Act", iso_codes=("JP",), countries=("Q17",)), NOTHING)
    assert [part.what for part in found.parts] == ["English name"]


def test_the_best_comes_first_and_among_equals_the_older_item() -> None:
    several = [scored(FIJI, candidate("Fiji", number=number), NOTHING) for number in ("Q900", "Q88", "Q100")]
    best = scored(FIJI, candidate("Fiji", number="Q999"), YES)
    order = ranked([*several, best])
    assert [each.candidate.item for each in order] == ["Q999", "Q88", "Q100", "Q900"]
    assert leads(order)
    assert not leads(order[1:])
    assert leads(order[:1])
    assert not leads([])


def test_names_are_compared_without_case_accents_articles_and_marks() -> None:
    assert plain("The Côte-d'Ivoire  NAVY") == "cote d ivoire navy"
    assert likeness("navy of mongolia", "mongolia navy of") == 1.0
    assert without_remark("(remark)") == "(remark)"


def test_a_score_stays_between_0_and_100() -> None:
    parts = tuple(Part("x", points, 50, "") for points in (50, 50, 50))
    assert Scored(candidate("x"), parts).score == 100
    assert Scored(candidate("x"), (Part("x", -50, 50, ""),)).score == 0


@pytest.mark.parametrize(
    ("kind", "classes", "agrees"),
    [
        ("country", ("Q3624078",), True),
        ("country", ("Q43229",), False),
        ("country", ("Q43229", "Q3624078"), True),
        ("organisation", ("Q5",), False),
        ("organisation", ("Q999999999",), None),
        ("person", ("Q5", "Q4167410"), False),
        ("actor", ("Q5",), True),
        ("concept", ("Q43229",), None),
        ("", ("Q5",), None),
    ],
)
def test_classes_speak_for_a_kind_or_against_it(
    kind: str, classes: tuple[str, ...], agrees: bool | None
) -> None:
    assert known_classes().verdict(kind, classes).agrees is agrees


def test_classes_are_followed_upwards_until_one_is_known() -> None:
    classes = KnownClasses({"Q3": "person"}, {"Q3": "human"})
    above: dict[str, tuple[str, ...]] = {"Q1": ("Q2",), "Q2": ("Q3",), "Q3": ("Q4",)}
    asked: list[list[str]] = []

    def look(frontier: object) -> dict[str, tuple[str, ...]]:
        asked.append(list(frontier))  # type: ignore[call-overload]
        return above

    assert classes.closure(candidate("x", types=("Q1",)), look) == ["Q1", "Q2", "Q3"]
    assert asked == [["Q1"], ["Q2"]]


def test_classes_that_are_above_each_other_are_followed_a_few_steps() -> None:
    classes = KnownClasses({}, {})
    found = classes.closure(candidate("x", parents=("Q1",)), lambda _: {"Q1": ("Q2",), "Q2": ("Q1", "Q3")})
    assert found == ["Q1", "Q2", "Q3"]
