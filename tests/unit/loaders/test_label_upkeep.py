"""The label index after whatever makes a snapshot; the fixture holds it against one that is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from graph.backup import write_backup
from graph.curation import RETRACT
from graph.datadir import DataDirectory
from graph.label_file import FOLDER, label_files
from graph.label_index import LabelIndex
from graph.label_keeper import has_labels, make_missing_labels
from graph.label_keeping import labels_cover
from graph.restore import restore_backup
from graph.write_protocol import Document, WriteRequest
from loaders.curating import Decision, decide, undo
from loaders.desk import Desk
from loaders.operations import LoadOptions, build, load_files, remove
from loaders.replay import Workshop
from ontology.namespaces import GRAPH, OSA
from tests.unit.loaders.conftest import NOON, require_labels

S9 = GRAPH.iri("source/s9").value
NINE = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix id: <https://w3id.org/osagraph/id/> .
@prefix source: <https://w3id.org/osagraph/id/source/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
source:s9 a osa:Source ; dcterms:title "Ninth Report"@en ; osa:publisherKind osa:NewsAgency .
"""


def found(data: DataDirectory, text: str) -> list[str]:
    """The sources that are found in the current snapshot, by the last part of their IRI."""
    return found_at(data, text, data.current_number())


def found_at(data: DataDirectory, text: str, number: int) -> list[str]:
    """Those that are found in some snapshot."""
    hits = LabelIndex(data.root / FOLDER, seconds=60).find(text, number, [OSA.Source.value]).hits
    return [hit.iri.rpartition("/")[2] for hit in hits]


def put(workshop: Workshop, desk: Desk, text: str) -> None:
    """Replace the graph of source s9 at a desk, and publish that as the writer does."""
    path = workshop.data.root.parent / "document"
    path.write_text(text)
    document = Document(str(path), "text/turtle", S9)
    request = WriteRequest("put", "test", raw=False, graph=S9, documents=(document,), may_describe=True)
    desk.write(request, lambda: None)
    publish(workshop.data, desk)


def publish(data: DataDirectory, desk: Desk) -> None:
    with data.writer():
        stage = data.stage()
        report = desk.save(stage, data.next_number())
        data.publish(stage, report["counts"], report["operation"])


def retract(workshop: Workshop, _folder: Path) -> None:
    decide(workshop, Decision(RETRACT, ("s2",), "Mori", "It is wrong."))


def undo_last(workshop: Workshop, _folder: Path) -> None:
    undo(workshop, None, "Mori")


def load(workshop: Workshop, folder: Path) -> None:
    (folder / "nine.ttl").write_text(NINE)
    load_files(workshop, [folder / "nine.ttl"], LoadOptions())


def load_again(workshop: Workshop, folder: Path) -> None:
    (folder / "nine.ttl").write_text(NINE.replace("Ninth", "Another"))
    load_files(workshop, [folder / "nine.ttl"], LoadOptions())


def take_away(workshop: Workshop, _folder: Path) -> None:
    remove(workshop, "s1")


def rebuild(workshop: Workshop, _folder: Path) -> None:
    build(workshop, lambda _done, _total: None)


def restore(workshop: Workshop, folder: Path) -> None:
    write_backup(workshop.data, folder / "backup.tar", NOON)
    restore_backup(workshop.data, folder / "backup.tar", NOON)


def write(workshop: Workshop, folder: Path) -> None:
    desk = Desk(workshop, workshop.data.current(), folder / "live" / "1")
    put(workshop, desk, NINE)
    desk.tidy()
    put(workshop, desk, NINE.replace("Ninth", "Tenth"))
    desk.close()


STEPS: list[Callable[[Workshop, Path], None]] = [
    load,
    retract,
    load_again,
    write,
    undo_last,
    rebuild,
    take_away,
    restore,
    write,
]


def test_a_mixed_sequence_keeps_the_index_in_step(workshop: Workshop, tmp_path: Path) -> None:
    data = workshop.data
    assert found(data, "One") == ["s1"]
    for step in STEPS:
        before = data.current_number()
        shutil.rmtree(tmp_path / "backup.tar", ignore_errors=True)
        (tmp_path / "backup.tar").unlink(missing_ok=True)
        step(workshop, tmp_path)
        assert data.current_number() > before
        assert labels_cover(data.root, data.current_number()), step.__name__
        require_labels(data)
    assert (found(data, "One"), found(data, "Tenth Report"), found(data, "Ninth")) == ([], ["s9"], [])


def test_older_snapshots_are_searched_as_they_were(workshop: Workshop, tmp_path: Path) -> None:
    load(workshop, tmp_path)
    rebuild(workshop, tmp_path)
    take_away(workshop, tmp_path)
    data = workshop.data
    assert [found_at(data, "Ninth Report", each) for each in (1, 2, 3, 4)] == [[], ["s9"], ["s9"], ["s9"]]
    assert [found_at(data, "One", each) for each in (1, 2, 3, 4)] == [["s1"], ["s1"], ["s1"], []]


def test_a_crash_before_the_pointer_switches_leaves_no_name(workshop: Workshop, tmp_path: Path) -> None:
    data = workshop.data
    desk = Desk(workshop, data.current(), tmp_path / "live" / "1")
    path = tmp_path / "document"
    path.write_text(NINE)
    request = WriteRequest(
        "put",
        "test",
        raw=False,
        graph=S9,
        documents=(Document(str(path), "text/turtle", S9),),
        may_describe=True,
    )
    desk.write(request, lambda: None)
    with data.writer():
        desk.save(data.stage(), data.next_number())
    desk.close()
    assert found(data, "Ninth Report") == []
    retract(workshop, tmp_path)
    assert found(data, "Ninth Report") == []
    assert found(data, "Two") == []


def test_a_crash_before_a_built_index_is_current_leaves_none(workshop: Workshop, tmp_path: Path) -> None:
    data = workshop.data
    (only,) = label_files(data.root / FOLDER).values()
    shutil.copy(only, only.with_name("000002.db"))
    retract(workshop, tmp_path)
    assert list(label_files(data.root / FOLDER)) == [1]
    assert found(data, "Two") == []


def test_a_power_failure_that_the_index_lost_a_commit_to_is_made_good(
    workshop: Workshop, tmp_path: Path
) -> None:
    data = workshop.data
    shutil.copytree(data.root / FOLDER, tmp_path / "earlier")
    load(workshop, tmp_path)
    shutil.rmtree(data.root / FOLDER)
    shutil.copytree(tmp_path / "earlier", data.root / FOLDER)
    assert not has_labels(data)
    load_again(workshop, tmp_path)
    assert not has_labels(data)
    make_missing_labels(data)
    assert found(data, "Another Report") == ["s9"]
    assert list(label_files(data.root / FOLDER)) == [1, 3]


def test_plain_writes_leave_the_index_behind_until_it_is_made_anew(
    workshop: Workshop, tmp_path: Path
) -> None:
    data = workshop.data
    desk = Desk(workshop, data.current(), tmp_path / "live" / "1")
    text = 'INSERT DATA { <http://e.example/x> <http://www.w3.org/2000/01/rdf-schema#label> "Plain" }'
    desk.write(WriteRequest("update", "test", raw=True, text=text), lambda: None)
    publish(data, desk)
    desk.close()
    assert not has_labels(data)
    make_missing_labels(data)
    hits = LabelIndex(data.root / FOLDER, 60).find("Plain", data.current_number()).hits
    assert [hit.iri for hit in hits] == ["http://e.example/x"]


def test_an_index_that_is_gone_is_made_anew_once(workshop: Workshop) -> None:
    data = workshop.data
    shutil.rmtree(data.root / FOLDER)
    assert not has_labels(data)
    make_missing_labels(data)
    (made,) = label_files(data.root / FOLDER).values()
    inode = made.stat().st_ino
    make_missing_labels(data)
    assert made.stat().st_ino == inode


def test_old_rows_go_with_the_snapshots_that_saw_them(workshop: Workshop, tmp_path: Path) -> None:
    data = workshop.data
    load(workshop, tmp_path)
    remove(workshop, "s9")
    assert [found_at(data, "Ninth Report", each) for each in (2, 3)] == [["s9"], []]
    shutil.rmtree(data.snapshots / "000002")
    data.forget_old()
    assert found_at(data, "Ninth Report", 2) == []
    assert found(data, "One") == ["s1"]
