"""What is found by a name, how well it fits and why; and what a stranger's text cannot do."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import LabelsPendingError, SearchTimeoutError
from graph.label_entries import Entry, LabelName, NameKind
from graph.label_file import create_file
from graph.label_index import LONGEST, Found, LabelIndex, Why

ID = "https://w3id.org/osagraph/id/"
STATE, BODY, SOURCE = (
    f"https://w3id.org/osagraph/ontology#{name}" for name in ("State", "Organization", "Source")
)
LABEL, ALIAS, CODE, LOCAL = NameKind
THINGS = {
    "fiji": ([("Fiji", "en", LABEL), ("フィジー", "ja", LABEL), ("FJ", "", CODE), ("Q712", "", CODE)], STATE),
    "fiji-navy": ([("Republic of Fiji Navy", "en", LABEL), ("Fiji Navy", "en", ALIAS)], BODY),
    "philippines": ([("Philippines", "en", LABEL), ("フィリピン", "ja", LABEL)], STATE),
    "philippine-navy": ([("Philippine Navy", "en", LABEL)], BODY),
    "malaysia": ([("Malaysia", "en", LABEL)], STATE),
    "sao-tome": ([("São Tomé and Príncipe", "en", LABEL)], STATE),
    "japan": ([("Japan", "en", LABEL), ("日本", "ja", LABEL)], STATE),
    "mod": (
        [("Ministry of Defense", "en", LABEL), ("防衛省", "ja", LABEL), ("Defense of Japan", "en", ALIAS)],
        BODY,
    ),
    "source/kyodo-1": ([("Japan to give Fiji patrol boats", "en", LABEL)], SOURCE),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LabelIndex:
    folder = tmp_path_factory.mktemp("labels")
    entries = [
        Entry(
            f"{ID}{path}",
            tuple(LabelName(*name) for name in [*names, (path, "", LOCAL)]),
            (kind,),
        )
        for path, (names, kind) in THINGS.items()
    ]
    create_file(folder, 5, entries)
    return LabelIndex(folder, seconds=60)


def found(index: LabelIndex, text: str, *classes: str) -> list[tuple[str, Why]]:
    return [(hit.iri.removeprefix(ID), hit.why) for hit in index.find(text, 5, classes).hits]


@pytest.mark.parametrize(
    ("text", "thing", "score", "why", "name"),
    [
        ("Fiji", "fiji", 100, Why.EXACT, "Fiji"),
        ("フィジー", "fiji", 100, Why.EXACT, "フィジー"),
        ("FJ", "fiji", 100, Why.EXACT, "FJ"),
        ("Q712", "fiji", 100, Why.EXACT, "Q712"),
        ("wd:Q712", "fiji", 100, Why.IRI, "Q712"),
        ("https://www.wikidata.org/wiki/Q712", "fiji", 100, Why.IRI, "Q712"),
        ("http://www.wikidata.org/entity/Q712", "fiji", 100, Why.IRI, "Q712"),
        ("id:fiji", "fiji", 100, Why.IRI, "Fiji"),
        (f"{ID}fiji", "fiji", 100, Why.IRI, "Fiji"),
        (f"<{ID}fiji>", "fiji", 100, Why.IRI, "Fiji"),
        ("Fiji Navy", "fiji-navy", 95, Why.EXACT, "Fiji Navy"),
        (" fiji ", "fiji", 90, Why.FOLDED, "Fiji"),
        ("ＦＩＪＩ", "fiji", 90, Why.FOLDED, "Fiji"),
        ("ﾌｨｼﾞｰ", "fiji", 90, Why.FOLDED, "フィジー"),
        ("sao tome and principe", "sao-tome", 90, Why.FOLDED, "São Tomé and Príncipe"),
        ("fiji NAVY", "fiji-navy", 88, Why.FOLDED, "Fiji Navy"),
        ("philippine-navy", "philippine-navy", 89, Why.EXACT, "philippine-navy"),
    ],
)
def test_a_thing_is_found_by_whatever_is_its_name(
    index: LabelIndex, text: str, thing: str, score: float, why: Why, name: str
) -> None:
    hit = index.find(text, 5).hits[0]
    assert (hit.iri, hit.score, hit.why, hit.name.text) == (f"{ID}{thing}", score, why, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ministry of", [("mod", Why.BEGINNING)]),
        ("mal", [("malaysia", Why.BEGINNING)]),
        ("m", [("malaysia", Why.BEGINNING), ("mod", Why.BEGINNING)]),
        ("boats fiji", [("source/kyodo-1", Why.WORDS)]),
        ("navy phil", [("philippine-navy", Why.WORDS)]),
        ("防", [("mod", Why.BEGINNING)]),
        ("衛省", [("mod", Why.WORDS)]),
        ("省", [("mod", Why.WORDS)]),
        ("フィリ", [("philippines", Why.BEGINNING)]),
        ("mylaysia", [("malaysia", Why.NEAR)]),
        ("malasia", [("malaysia", Why.NEAR)]),
        ("fjii navy", [("fiji-navy", Why.NEAR)]),
        ("philipines navy", [("philippine-navy", Why.NEAR)]),
        ("フィリビン", [("philippines", Why.PART)]),
        ("who gives fiji boats", [("source/kyodo-1", Why.PART)]),
        ("zzzzz", []),
        ("***", []),
        ("日本海軍工廠", [("japan", Why.PART)]),
        ("日本海軍工廠長官", []),
        ("http://e.example/nothing", []),
        ("", []),
    ],
)
def test_a_part_of_a_name_or_a_slip_of_it_will_do(
    index: LabelIndex, text: str, expected: list[tuple[str, Why]]
) -> None:
    assert found(index, text) == expected


def test_the_better_reason_comes_first(index: LabelIndex) -> None:
    assert found(index, "fiji") == [
        ("fiji", Why.FOLDED),
        ("fiji-navy", Why.BEGINNING),
        ("source/kyodo-1", Why.WORDS),
    ]
    scores = [hit.score for hit in index.find("fiji", 5).hits]
    assert scores == sorted(scores, reverse=True)


def test_only_what_is_spelled_otherwise_is_corrected(index: LabelIndex) -> None:
    assert index.find("philipines navy", 5).corrected == {"philipines": ("philippines", "philippine")}
    assert index.find("malaysia navy", 5).corrected == {}
    assert index.find("fiji", 5).corrected == {}
    assert index.find("fiji zzzzzzz", 5).corrected == {}


def test_classes_narrow_what_is_found(index: LabelIndex) -> None:
    assert found(index, "fiji", SOURCE) == [("source/kyodo-1", Why.WORDS)]
    assert found(index, "fiji", SOURCE, STATE) == [("fiji", Why.FOLDED), ("source/kyodo-1", Why.WORDS)]
    assert found(index, "fiji", "http://e.example/Unknown") == []
    assert index.find("fiji", 5).hits[0].classes == (STATE,)


def test_a_snapshot_without_an_index_is_said_to_be_waited_for(index: LabelIndex, tmp_path: Path) -> None:
    for number in (4, 6):
        with pytest.raises(LabelsPendingError, match="being made"):
            index.find("fiji", number)
    with pytest.raises(LabelsPendingError):
        LabelIndex(tmp_path / "nothing").find("fiji", 1)
    (tmp_path / "000001.db").write_bytes(b"no database at all")
    with pytest.raises(LabelsPendingError):
        LabelIndex(tmp_path).find("fiji", 1)


def test_a_text_that_is_too_long_is_refused(index: LabelIndex) -> None:
    assert index.find("x" * LONGEST, 5) == Found(hits=[])
    with pytest.raises(ValueError, match="longer than 200"):
        index.find("x" * (LONGEST + 1), 5)


def test_a_search_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    many = [
        Entry(f"http://e.example/{number}", (LabelName(f"thing {number}", "", LABEL),), ())
        for number in range(3000)
    ]
    create_file(tmp_path, 1, many)
    with pytest.raises(SearchTimeoutError, match="Try fewer words"):
        LabelIndex(tmp_path, seconds=-1).find("t", 1)


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    many = [
        Entry(
            f"http://e.example/{number:04}",
            (LabelName(f"thing {number:04}", "", LABEL),),
            (BODY, STATE)[number % 2 :],
        )
        for number in range(1500)
    ]
    create_file(tmp_path, 1, many)
    everything = LabelIndex(tmp_path, 60).find("thing", 1)
    assert (len(everything.hits), everything.is_cut) == (1000, True)
    few = LabelIndex(tmp_path, 60).find("thing 0003", 1)
    assert ([hit.iri[-4:] for hit in few.hits], few.is_cut) == (["0003"], False)


SYNTAX = st.text(
    st.sampled_from("abfijFIJ 日本フ\"'*^:(){}[]+-_%;\\\0\n\u0301\u200f") | st.characters(), max_size=LONGEST
)


@given(text=SYNTAX)
def test_no_text_is_syntax(index: LabelIndex, text: str) -> None:
    hits = index.find(text, 5).hits
    assert all(hit.iri.removeprefix(ID) in THINGS for hit in hits)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        "fiji OR japan",
        "NEAR(fiji japan)",
        "token : fiji",
        "fiji*",
        "^fiji",
        "{fiji}",
        "a:b:c",
        "' OR 1=1 --",
    ],
)
def test_the_language_of_the_full_text_index_is_words_like_others(index: LabelIndex, text: str) -> None:
    index.find(text, 5)


def test_random_words_are_answered(index: LabelIndex) -> None:
    rng = random.Random(5)
    for _ in range(50):
        index.find("".join(rng.choice("abc 日本*\"'(") for _ in range(LONGEST)), 5)
