"""The files of the label index: commits on a snapshot, lost ones, and what is forgotten."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.embedded import EmbeddedStore
from graph.label_entries import NAMING, Entry, LabelName, NameKind, all_entries, entry_of
from graph.label_file import (
    alive_entries,
    apply_commit,
    covered_until,
    create_file,
    forget_rows,
    label_file,
    opened,
)
from graph.label_keeping import (
    clear_label_orphans,
    forget_labels,
    keep_labels,
    labels_cover,
    make_labels,
)
from graph.projection import ASSESSMENTS
from ontology.namespaces import DCTERMS, ID, OSA, RDF, RDFS, SKOS, WD

FACTS = DefaultGraph()
SECRET = "Zanzibarquux"


def entry(name: str, text: str, *classes: str) -> Entry:
    return Entry(f"http://e.example/{name}", (LabelName(text, "en", NameKind.LABEL),), classes)


A, A2, B, C = entry("a", "Alpha"), entry("a", "Alpha two"), entry("b", "Beta", "k"), entry("c", SECRET)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    create_file(tmp_path, 3, [A, B])
    with contextlib.closing(opened(tmp_path / "000003.db")) as connection:
        yield connection


def at(connection: sqlite3.Connection, number: int) -> set[Entry]:
    return set(alive_entries(connection, number))


def token_count(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT term, doc FROM token_count"))


def test_each_snapshot_has_its_own_entries(file: sqlite3.Connection) -> None:
    assert apply_commit(file, 3, 4, {A.iri: A2, B.iri: None})
    assert apply_commit(file, 4, 5, {B.iri: B, C.iri: C})
    assert [at(file, number) for number in (2, 3, 4, 5)] == [set(), {A, B}, {A2}, {A2, B, C}]
    assert covered_until(file) == 5


def test_what_is_as_it_was_gets_no_new_rows(file: sqlite3.Connection) -> None:
    assert apply_commit(file, 3, 4, {A.iri: A, B.iri: B, C.iri: None})
    assert file.execute("SELECT count(*) FROM entry").fetchone() == (2,)
    assert covered_until(file) == 4


def test_a_commit_that_never_became_current_is_taken_back_by_the_next(file: sqlite3.Connection) -> None:
    before = token_count(file)
    assert apply_commit(file, 3, 4, {A.iri: None, C.iri: C})
    assert at(file, 3) == {A, B}
    assert apply_commit(file, 3, 4, {})
    assert at(file, 4) == {A, B}
    assert token_count(file) == before
    assert file.execute("SELECT count(*) FROM entry").fetchone() == (2,)


def test_a_file_that_is_behind_takes_no_commit(file: sqlite3.Connection) -> None:
    assert not apply_commit(file, 4, 5, {C.iri: C})
    assert covered_until(file) == 3


def test_an_error_leaves_the_file_as_it_was(file: sqlite3.Connection) -> None:
    wrong = Entry("x", (LabelName("x", "", NameKind.LABEL), LabelName(5, "", NameKind.LABEL)), ())  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        apply_commit(file, 3, 4, {A.iri: None, "x": wrong})
    assert (at(file, 3), covered_until(file)) == ({A, B}, 3)


def test_rows_that_no_snapshot_sees_are_removed(file: sqlite3.Connection) -> None:
    apply_commit(file, 3, 4, {C.iri: C})
    apply_commit(file, 4, 5, {C.iri: None, A.iri: A2})
    forget_rows(file, [3, 5])
    assert [at(file, number) for number in (3, 5)] == [{A, B}, {A2, B}]
    assert SECRET.lower() not in token_count(file)
    forget_rows(file, [5])
    assert file.execute("SELECT count(*) FROM entry").fetchone() == (2,)
    assert token_count(file) == {"alpha": 1, "two": 1, "beta": 1}


def test_the_file_of_a_snapshot_is_the_last_that_begins_by_then(tmp_path: Path) -> None:
    assert label_file(tmp_path, 9) is None
    for number in (2, 7):
        create_file(tmp_path, number, [A])
    names = [getattr(label_file(tmp_path, number), "name", None) for number in (1, 2, 6, 7, 9)]
    assert names == [None, "000002.db", "000002.db", "000007.db", "000007.db"]


def test_files_go_when_no_snapshot_needs_them(tmp_path: Path) -> None:
    for number in (2, 7, 9):
        create_file(tmp_path / "labels", number, [A])
    forget_labels(tmp_path, [1, 8, 9])
    assert sorted(path.name for path in (tmp_path / "labels").iterdir()) == ["000007.db", "000009.db"]
    clear_label_orphans(tmp_path, 8)
    assert [path.name for path in (tmp_path / "labels").iterdir()] == ["000007.db"]


def test_a_file_of_another_format_covers_nothing(tmp_path: Path) -> None:
    create_file(tmp_path / "labels", 2, [A])
    assert labels_cover(tmp_path, 2)
    assert not labels_cover(tmp_path, 3)
    with contextlib.closing(opened(tmp_path / "labels" / "000002.db")) as connection:
        connection.execute("UPDATE fact SET value = '0' WHERE key = 'format'")
    assert not labels_cover(tmp_path, 2)
    (tmp_path / "labels" / "000002.db").write_bytes(b"no database")
    assert not labels_cover(tmp_path, 2)


def test_an_index_that_cannot_be_written_fails_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "labels").write_text("in the way")
    store = EmbeddedStore()
    make_labels(tmp_path, store, 1)
    keep_labels(tmp_path, store, [NamedNode(A.iri)], 1, 2)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_an_entry_is_read_alone_as_with_all_others() -> None:
    store = EmbeddedStore()
    link, fiji = ID.iri("link/fiji"), ID.fiji
    store.insert(
        [
            Quad(fiji, RDFS.label, Literal("Fiji", language="en"), FACTS),
            Quad(fiji, RDF.type, OSA.State, FACTS),
            Quad(fiji, OSA.iso3166Alpha2, Literal("FJ"), FACTS),
            Quad(fiji, SKOS.altLabel, Literal("フィジー", language="ja"), FACTS),
            Quad(link, OSA.subject, fiji, ASSESSMENTS),
            Quad(link, OSA.linkedTo, WD.Q712, ASSESSMENTS),
            Quad(ID.iri("source/s"), DCTERMS.title, Literal("A title"), FACTS),
            Quad(ID.unnamed, RDF.type, OSA.State, FACTS),
        ]
    )
    expected = Entry(
        fiji.value,
        (
            LabelName("FJ", "", NameKind.CODE),
            LabelName("Fiji", "en", NameKind.LABEL),
            LabelName("Q712", "", NameKind.CODE),
            LabelName("fiji", "", NameKind.LOCAL_NAME),
            LabelName("フィジー", "ja", NameKind.ALIAS),
        ),
        (OSA.State.value,),
    )
    assert entry_of(store, fiji) == expected
    assert entry_of(store, ID.unnamed) is None
    everything = {each.iri: each for each in all_entries(store)}
    assert sorted(everything) == [fiji.value, ID.iri("source/s").value]
    assert everything == {iri: entry_of(store, NamedNode(iri)) for iri in everything}


THINGS = [NamedNode(f"http://e.example/{letter}") for letter in "abc"]
TRIPLES = st.tuples(
    st.sampled_from(THINGS),
    st.sampled_from([(RDFS.label, Literal("One")), (SKOS.altLabel, Literal("Two")), (RDF.type, OSA.State)]),
)
STEPS = st.lists(st.tuples(st.booleans(), st.lists(TRIPLES, max_size=4)), max_size=6)


@given(steps=STEPS, lost=st.sets(st.integers(0, 5)))
def test_an_index_kept_up_with_commits_is_as_one_made_anew(
    steps: list[tuple[bool, list[tuple[NamedNode, tuple[NamedNode, Literal]]]]],
    lost: set[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root, store = tmp_path_factory.mktemp("labels"), EmbeddedStore()
    store.watch(NAMING)
    make_labels(root, store, 1)
    number = 1
    for position, (is_insert, triples) in enumerate(steps):
        quads = [Quad(thing, *named, FACTS) for thing, named in triples]
        (store.insert if is_insert else store.delete)(quads)
        noted = store.take_noted()
        if position in lost:
            # Its pointer was never switched, and the next commit writes it once more.
            keep_labels(root, store, noted, number, number + 1)
        keep_labels(root, store, noted, number, number + 1)
        number += 1
    path = label_file(root / "labels", number)
    assert path is not None
    with contextlib.closing(opened(path, read_only=True)) as connection:
        assert at(connection, number) == set(all_entries(store))
