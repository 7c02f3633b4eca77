"""What the search tells of a thing: its kinds, and where the words stand in its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.label_entries import LabelName, NameKind
from graph.label_index import Hit, Why
from ontology.namespaces import OSA, OWL, SKOS, prefixed_name
from web.highlights import highlighted
from web.search import TEXTS, VALUES, kinds_of

QUERY = Path(__file__).parents[3] / "queries" / "pages" / "told-of-things.rq"


def marks(text: str, *words: str) -> str:
    """The text with brackets around what is marked."""
    return "".join(f"[{piece.text}]" if piece.is_marked else piece.text for piece in highlighted(text, words))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Fiji Navy", ["fiji"], "[Fiji] Navy"),
        ("Fiji Navy", ["fiji", "navy"], "[Fiji] [Navy]"),
        ("Fijilive", ["fiji"], "[Fiji]live"),
        ("notfiji fiji", ["fiji"], "notfiji [fiji]"),
        ("São Tomé", ["sao"], "[São] Tomé"),
        ("Sa\u0303o Tomé", ["tome"], "Sa\u0303o [Tomé]"),
        ("Straße", ["strasse"], "[Straße]"),
        ("日本国政府", ["日本"], "[日本]国政府"),
        ("フィジー軍", ["フィシー"], "[フィ]ジー軍"),
        ("ﾌｨｼﾞｰ", ["フィ"], "[ﾌｨ]ｼﾞｰ"),
        ("<b>", ["b"], "<[b]>"),
        ("", ["b"], ""),
        ("Fiji", [], "Fiji"),
    ],
)
def test_words_are_marked_where_they_begin(text: str, words: list[str], expected: str) -> None:
    assert marks(text, *words) == expected


def hit(*classes: str) -> Hit:
    return Hit("http://e.example/x", 100, Why.EXACT, LabelName("x", "", NameKind.LABEL), classes)


def test_a_thing_is_of_the_narrowest_of_its_classes() -> None:
    state, actor, organization = OSA.State.value, OSA.Actor.value, OSA.Organization.value
    assert kinds_of(hit(actor, state)) == [state]
    assert kinds_of(hit(actor, organization, state)) == [organization, state]
    assert kinds_of(hit(OWL.Class.value, "http://e.example/Other")) == [OWL.Class.value]
    assert kinds_of(hit(SKOS.Concept.value)) == [SKOS.Concept.value]
    assert kinds_of(hit()) == []


def test_the_query_asks_for_the_properties_that_are_told() -> None:
    (listed,) = re.findall(r"IN \(([^)]*)\)", QUERY.read_text())
    names = [prefixed_name(predicate.value) for predicate in (*TEXTS, *VALUES)]
    assert [name.strip() for name in listed.split(",")] == names
