"""The choice of a view: dates and perspectives are read, rounded to what was published, or refused."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.bundle import source_graph
from graph.embedded import EmbeddedStore
from graph.errors import InvalidParameterError, UnknownResourceError
from graph.sources import source_iri
from graph.terms import date_literal
from graph.view_sources import ChosenSources, choose_sources, publication_dates
from graph.views import ViewChoice, perspectives, publication_days, read_choice, round_down
from ontology.namespaces import DCTERMS, ID, OSA, RDF

DAY = datetime.date(2024, 12, 20)
NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
DAYS = [datetime.date(2023, 4, 5), DAY, datetime.date(2025, 12, 31)]
SHIPPED = {"china-state", "international-press", "japan-government", "primary-sources", "recipient-press"}


def describe(store: EmbeddedStore, name: str, issued: str, kind: NamedNode, country: NamedNode) -> NamedNode:
    iri = source_iri(name)
    parts = [(RDF.type, OSA.Source), (OSA.publisherKind, kind), (OSA.publisherCountry, country)]
    parts += [(DCTERMS.issued, date_literal(issued))] if issued else []  # type: ignore[list-item]
    for graph in (DefaultGraph(), source_graph(iri)):
        store.insert(Quad(iri, predicate, value, graph) for predicate, value in parts)
    return iri


@pytest.fixture
def store() -> EmbeddedStore:
    """Sources of Japan's government, of recipients, of China and of nobody known."""
    store = EmbeddedStore()
    describe(store, "mofa", "2024-12-20", OSA.Government, ID.japan)
    describe(store, "budget", "2025", OSA.Government, ID.japan)
    describe(store, "xinhua", "", OSA.StateMedia, ID.china)
    describe(store, "star", "2024-12", OSA.Newspaper, ID.philippines)
    describe(store, "times", "2023-04-05", OSA.Newspaper, ID.singapore)
    project = ID.iri("project/p")
    facts = [(OSA.programme, ID.osa), (OSA.provider, ID.japan), (OSA.recipient, ID.philippines)]
    store.insert(Quad(project, predicate, value, DefaultGraph()) for predicate, value in facts)
    return store


def ids(chosen: ChosenSources) -> list[str]:
    return [source.value.rsplit("/", 1)[-1] for source in chosen.sources]


@pytest.mark.parametrize(
    ("as_of", "perspective", "choice"),
    [
        (None, None, ViewChoice()),
        ("", "", ViewChoice()),
        ("2024-12-20", None, ViewChoice(DAY)),
        ("2024-12-20", "china-state", ViewChoice(DAY, "china-state")),
    ],
)
def test_a_choice_is_read_from_a_date_and_a_name(
    as_of: str | None, perspective: str | None, choice: ViewChoice
) -> None:
    assert read_choice(as_of, perspective) == choice
    assert choice.is_whole == (not as_of and not perspective)


@pytest.mark.parametrize(
    "text", ["2024-13-01", "2024-02-30", "2024", "2024-12", "20241220", "2024-W51-5", "２024-12-20", "x", " "]
)
def test_a_malformed_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="a day of the calendar such as 2024-12-31"):
        read_choice(text, None)


@pytest.mark.parametrize("name", ["nobody", "../../x", "China-State", "a" * 500])
def test_an_unknown_perspective_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(UnknownResourceError, match="There are: china-state, international-press") as caught:
        read_choice(None, name)
    assert len(str(caught.value)) < 250


def test_the_shipped_perspectives_say_what_is_in_and_what_is_not() -> None:
    assert {query.name for query in perspectives()} == SHIPPED
    for query in perspectives():
        assert query.description.startswith("In: ") and " Not in: " in query.description


@pytest.mark.parametrize(
    ("asked", "rounded"),
    [("2024-12-20", DAY), ("2025-12-30", DAY), ("2023-04-05", DAYS[0]), ("2026-11-23", DAYS[2])],
)
def test_a_date_is_rounded_down_to_the_last_day_of_publication(asked: str, rounded: datetime.date) -> None:
    choice = ViewChoice(datetime.date.fromisoformat(asked), "china-state")
    assert round_down(choice, DAYS, NOON) == ViewChoice(rounded, "china-state")


def test_a_choice_without_a_date_needs_no_days() -> None:
    assert round_down(ViewChoice(None, "china-state"), [], NOON) == ViewChoice(None, "china-state")


def test_a_day_in_the_future_is_refused_once_it_is_so_all_over_the_earth() -> None:
    evening = NOON.replace(hour=10)
    assert round_down(ViewChoice(datetime.date(2026, 11, 23)), DAYS, evening).as_of == DAYS[2]
    with pytest.raises(InvalidParameterError, match="it lies in the future"):
        round_down(ViewChoice(datetime.date(2026, 11, 23)), DAYS, NOON.replace(hour=9))


@pytest.mark.parametrize(("days", "first"), [(DAYS, "The first one is of 2023-04-05."), ([], "")])
def test_a_day_before_the_first_publication_is_refused(days: list[datetime.date], first: str) -> None:
    with pytest.raises(UnknownResourceError) as caught:
        round_down(ViewChoice(datetime.date(2023, 4, 4)), days, NOON)
    assert str(caught.value) == f"No source was published by 2023-04-04. {first}".strip()


@given(st.dates(DAYS[0], datetime.date(2026, 11, 22)))
def test_there_are_no_more_views_than_days_of_publication(day: datetime.date) -> None:
    rounded = round_down(ViewChoice(day), DAYS, NOON).as_of
    assert rounded in DAYS and rounded <= day


def test_a_date_that_is_cut_counts_from_its_last_day(store: EmbeddedStore) -> None:
    assert publication_days(publication_dates(store)) == [
        datetime.date(2023, 4, 5),
        DAY,
        datetime.date(2024, 12, 31),
        datetime.date(2025, 12, 31),
    ]
    assert ids(choose_sources(store, ViewChoice(datetime.date(2024, 12, 30)))) == ["mofa", "times"]
    assert ids(choose_sources(store, ViewChoice(datetime.date(2024, 12, 31)))) == ["mofa", "star", "times"]


def test_sources_without_a_date_are_in_no_view_of_a_date_and_are_counted(store: EmbeddedStore) -> None:
    chosen = choose_sources(store, ViewChoice(datetime.date(2026, 1, 1)))
    assert (ids(chosen), chosen.left_out, chosen.undated) == (["budget", "mofa", "star", "times"], 1, 1)
    china = choose_sources(store, ViewChoice(datetime.date(2026, 1, 1), "china-state"))
    assert (ids(china), china.left_out, china.undated) == ([], 5, 1)
    assert choose_sources(store, ViewChoice(None, "china-state")).undated == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("japan-government", ["budget", "mofa"]),
        ("primary-sources", ["budget", "mofa"]),
        ("china-state", ["xinhua"]),
        ("recipient-press", ["star"]),
        ("international-press", ["times"]),
    ],
)
def test_a_perspective_names_its_sources(name: str, expected: list[str], store: EmbeddedStore) -> None:
    assert ids(choose_sources(store, ViewChoice(None, name))) == expected


def test_the_press_of_recipients_follows_the_recipients_in_the_data(store: EmbeddedStore) -> None:
    store.insert([Quad(ID.iri("project/q"), OSA.recipient, ID.singapore, DefaultGraph())])
    assert ids(choose_sources(store, ViewChoice(None, "recipient-press"))) == ["star"]
    store.insert([Quad(ID.iri("project/q"), OSA.programme, ID.osa, DefaultGraph())])
    assert ids(choose_sources(store, ViewChoice(None, "recipient-press"))) == ["star", "times"]
    assert ids(choose_sources(store, ViewChoice(None, "international-press"))) == []


def test_only_who_describes_itself_in_its_graph_is_a_source(store: EmbeddedStore) -> None:
    store.insert([Quad(ID.x, RDF.type, OSA.Source, DefaultGraph()), Quad(ID.x, ID.y, Literal("z"), ID.g)])
    assert len(choose_sources(store, ViewChoice()).sources) == 5
