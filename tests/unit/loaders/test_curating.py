"""Decisions of curators: recorded, carried on by whatever is published next, replayed by a build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad

from graph.backup import write_backup
from graph.curation import ACCEPT, GRADE, NAME, REJECT, RETRACT, SAME_VOICE, SEPARATE_VOICES, read_acts
from graph.embedded import EmbeddedStore
from graph.errors import (
    CurationError,
    InvalidParameterError,
    RetractedSourceError,
    StoreFormatError,
    UnknownResourceError,
)
from graph.restore import restore_backup
from graph.sources import source_iri
from graph.write_protocol import Document, WriteRequest
from loaders.curating import Curated, Decision, decide, undo
from loaders.desk import Desk
from loaders.operations import LoadOptions, build, load_files, remove
from loaders.replay import Workshop
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA
from tests.unit.loaders.conftest import NOON

QuadsOf = Callable[[Workshop], set[Quad]]


def claim_on(workshop: Workshop, value: NamedNode) -> str:
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    (claim,) = {quad.subject for quad in store.quads(None, OSA.object, value)}
    assert isinstance(claim, NamedNode)
    return claim.value


def by_mori(workshop: Workshop, act: str, *of: str, grade: str = "", because: str = "It is so.") -> Curated:
    return decide(workshop, Decision(act, of, "Mori", because, grade))


def acts(workshop: Workshop) -> list[tuple[int, str]]:
    return [(act.number, act.act) for act in read_acts(workshop.data.current().folder)]


def test_an_act_is_recorded_with_who_when_and_why(workshop: Workshop) -> None:
    claim = claim_on(workshop, ID.rules)
    curated = by_mori(workshop, REJECT, claim, because=" a misprint,\n see page 2 ")
    (act,) = read_acts(workshop.data.current().folder)
    assert curated.act == act
    assert (act.number, act.act, act.of, act.by) == (1, REJECT, (claim,), "Mori")
    assert (act.at, act.because) == ("2026-04-01T12:00:00Z", "a misprint, see page 2")
    assert curated.report.snapshot == workshop.data.current().number == 2
    assert workshop.data.current().operation == "curation"
    assert workshop.data.current().counts["curation_acts"] == 1


def test_the_counts_after_an_act_are_those_of_a_build(workshop: Workshop, quads_of: QuadsOf) -> None:
    by_mori(workshop, RETRACT, "s2")
    quads, counts = quads_of(workshop), dict(workshop.data.current().counts)
    build(workshop, lambda _done, _total: None)
    rebuilt = workshop.data.current().counts
    assert quads_of(workshop) == quads
    differ = {"made", "operation", "quads"}  # the record of the build is longer
    assert {key: counts[key] for key in counts.keys() - differ} == {
        key: rebuilt[key] for key in rebuilt.keys() - differ
    }


def test_every_way_to_publish_carries_the_acts_on(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    by_mori(workshop, REJECT, claim_on(workshop, ID.rules))
    by_mori(workshop, GRADE, "s1", grade="b")
    known = acts(workshop)
    notes = tmp_path / "notes.nt"
    notes.write_text("<http://e.example/s> <http://e.example/p> <http://e.example/o> .\n")
    load_files(workshop, [notes], LoadOptions())
    assert acts(workshop) == known
    remove(workshop, "user/notes")
    assert acts(workshop) == known
    before = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert acts(workshop) == known
    assert quads_of(workshop) == before
    write_backup(workshop.data, tmp_path / "backup.tar", NOON)
    undo(workshop, None, "Mori")
    restore_backup(workshop.data, tmp_path / "backup.tar", NOON)
    assert acts(workshop) == known
    assert quads_of(workshop) == before


def test_undoing_brings_the_dataset_back(workshop: Workshop, quads_of: QuadsOf) -> None:
    before = quads_of(workshop)
    by_mori(workshop, RETRACT, "s1")
    by_mori(workshop, ACCEPT, claim_on(workshop, ID.law))
    by_mori(workshop, SAME_VOICE, "s1", "s2")
    assert quads_of(workshop) != before
    assert [undo(workshop, None, "Mori").act.undoes for _ in range(3)] == [3, 2, 1]
    assert quads_of(workshop) == before
    with pytest.raises(CurationError, match="nothing to undo"):
        undo(workshop, None, "Mori")


def test_what_a_retracted_source_alone_stated_is_gone_from_the_facts(
    workshop: Workshop, quads_of: QuadsOf
) -> None:
    report = by_mori(workshop, RETRACT, "s1").report
    named = [quad for quad in quads_of(workshop) if quad.object == ID.rules]
    assert {quad.graph_name for quad in named} == {GRAPH.iri("retracted/s1")}
    assert report.change["sources_retracted"] == [source_iri("s1").value]
    assert (report.counts["sources"], report.counts["claims"]) == (1, 1)


def test_a_load_of_a_retracted_source_goes_where_it_counts_nowhere(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    by_mori(workshop, RETRACT, "s1")
    rows = (workshop.tables / "relations.csv").read_text().splitlines()
    shutil.copy(workshop.tables / "sources.csv", tmp_path)
    (tmp_path / "relations.csv").write_text(f"{rows[0]}\n{rows[1].replace('Rules', 'Other Rules')}\n")
    (tmp_path / "sources.csv").write_text(
        "".join((workshop.tables / "sources.csv").read_text().splitlines(keepends=True)[:2])
    )
    report = load_files(workshop, [tmp_path / "sources.csv", tmp_path / "relations.csv"], LoadOptions())
    assert report.change["sources_retracted"] == [source_iri("s1").value]
    assert report.counts["sources"] == 1
    loaded = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == loaded
    undo(workshop, 1, "Mori")
    restored = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == restored
    assert {quad.graph_name for quad in restored if quad.object == ID.iri("other-rules")} >= {
        GRAPH.iri("source/s1")
    }


def test_a_new_description_of_a_retracted_source_changes_nothing_else(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    by_mori(workshop, RETRACT, "s1")
    header = (workshop.tables / "sources.csv").read_text().splitlines()[0]
    (tmp_path / "sources.csv").write_text(f"{header}\ns1,Une,New Press,,blog,,2025,en,\n")
    report = load_files(workshop, [tmp_path / "sources.csv"], LoadOptions())
    assert report.change["sources_retracted"] == [source_iri("s1").value]
    loaded = quads_of(workshop)
    assert {q.graph_name for q in loaded if q.object == ID.iri("new-press")} == {GRAPH.iri("retracted/s1")}
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == loaded


def test_a_retracted_source_may_be_removed_for_good(workshop: Workshop, quads_of: QuadsOf) -> None:
    by_mori(workshop, RETRACT, "s1")
    remove(workshop, "s1")
    assert not any(quad.object == ID.rules for quad in quads_of(workshop))
    removed = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == removed
    undo(workshop, 1, "Mori")
    assert not any(quad.object == ID.rules for quad in quads_of(workshop))


@pytest.mark.parametrize(
    ("act", "of", "grade", "error", "what"),
    [
        (ACCEPT, ("0" * 24,), "", UnknownResourceError, "no claim"),
        (REJECT, ("12345",), "", InvalidParameterError, "first 6 letters"),
        (REJECT, ("nonsense",), "", InvalidParameterError, "first 6 letters"),
        (RETRACT, ("nobody",), "", UnknownResourceError, "no source 'nobody'"),
        (RETRACT, ("../s1",), "", UnknownResourceError, "no source"),
        (RETRACT, ("http://e.example/s1",), "", UnknownResourceError, "no source"),
        (GRADE, ("s1",), "G", InvalidParameterError, "A to F for a source, or 1 to 6 for a claim"),
        (GRADE, ("s1",), "", InvalidParameterError, "A to F"),
        (GRADE, ("s1",), "AB", InvalidParameterError, "A to F"),
        (GRADE, ("s1",), "1", InvalidParameterError, "CLAIM"),
        (SAME_VOICE, ("s1",), "", InvalidParameterError, "two sources or more"),
        (SEPARATE_VOICES, ("s1", "id:source/s1"), "", InvalidParameterError, "two sources or more"),
    ],
)
def test_what_cannot_be_decided_is_told_and_changes_nothing(
    workshop: Workshop, act: str, of: tuple[str, ...], grade: str, error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        by_mori(workshop, act, *of, grade=grade)
    assert workshop.data.current().number == 1


@pytest.mark.parametrize("text", ["", "  ", "\n", "a\x00b", "a\ud800"])
def test_a_decision_needs_a_reason_and_a_name(workshop: Workshop, text: str) -> None:
    for said in ({"because": text, "by": "Mori"}, {"because": "It is so.", "by": text}):
        with pytest.raises(InvalidParameterError, match="some words"):
            decide(workshop, Decision(RETRACT, ("s1",), **said))
    assert workshop.data.current().number == 1


def test_the_same_is_not_decided_twice_nor_its_opposite(workshop: Workshop) -> None:
    claim = claim_on(workshop, ID.rules)
    made: list[tuple[str, tuple[str, ...], str, list[tuple[str, tuple[str, ...], str]]]] = [
        (ACCEPT, (claim,), "", [(ACCEPT, (claim,), ""), (REJECT, (claim,), "")]),
        (GRADE, ("s1",), "B", [(GRADE, ("s1",), "B"), (GRADE, ("s1",), "C")]),
        (
            SAME_VOICE,
            ("s1", "s2"),
            "",
            [(SAME_VOICE, ("s2", "s1"), ""), (SEPARATE_VOICES, ("s1", "s2"), "")],
        ),
        (RETRACT, ("s1",), "", [(RETRACT, ("s1",), "")]),
    ]
    for act, of, grade, refused in made:
        by_mori(workshop, act, *of, grade=grade)
        for again, what, other in refused:
            with pytest.raises(CurationError, match=r"act \d by Mori on 2026-04-01"):
                by_mori(workshop, again, *what, grade=other)
    assert [number for number, _ in acts(workshop)] == [1, 2, 3, 4]
    decide(workshop, Decision(GRADE, ("s1",), "Ann", "I differ.", "C"))
    with pytest.raises(UnknownResourceError, match="among those of the sources that count"):
        by_mori(workshop, REJECT, claim)


@pytest.mark.parametrize(
    ("number", "what"), [(1, "undone already"), (2, "undid act 1"), (0, "no act 0"), (9, "no act 9")]
)
def test_only_what_stands_can_be_undone(workshop: Workshop, number: int, what: str) -> None:
    by_mori(workshop, RETRACT, "s1")
    undo(workshop, 1, "Mori")
    with pytest.raises(CurationError, match=what):
        undo(workshop, number, "Mori")


@pytest.mark.parametrize("change", ["modality", "attribution"])
def test_what_can_be_no_fact_is_not_accepted(workshop: Workshop, tmp_path: Path, change: str) -> None:
    rows = (workshop.tables / "relations.csv").read_text().splitlines()
    shutil.copy(workshop.tables / "sources.csv", tmp_path)
    said = rows[1].replace("asserted", "denied" if change == "modality" else "projected")
    (tmp_path / "relations.csv").write_text("\n".join([rows[0], said, rows[2], ""]))
    load_files(workshop, [tmp_path / "sources.csv", tmp_path / "relations.csv"], LoadOptions())
    with pytest.raises(CurationError, match="asserts nothing"):
        by_mori(workshop, ACCEPT, claim_on(workshop, ID.rules))


def test_claims_and_sources_are_named_in_several_ways(workshop: Workshop) -> None:
    digest = claim_on(workshop, ID.rules).rsplit("/", 1)[-1]
    for text in (digest, digest[:6], digest.upper(), f"id:claim/{digest}", f"<{ID}claim/{digest}>"):
        by_mori(workshop, REJECT, text)
        undo(workshop, None, "Mori")
    for text in ("s1", "id:source/s1", f"{ID}source/s1", "source/s1"):
        by_mori(workshop, RETRACT, text)
        undo(workshop, None, "Mori")


def test_a_damaged_journal_stops_writing_and_nothing_else(workshop: Workshop, quads_of: QuadsOf) -> None:
    by_mori(workshop, RETRACT, "s1")
    by_mori(workshop, GRADE, "s2", grade="A")
    before, current = quads_of(workshop), workshop.data.current()
    whole = (current.folder / NAME).read_bytes()
    (current.folder / NAME).write_bytes(whole[:-9])
    for attempt in (
        lambda: build(workshop, lambda _done, _total: None),
        lambda: remove(workshop, "s2"),
        lambda: undo(workshop, None, "Mori"),
    ):
        with pytest.raises(StoreFormatError, match=f"{NAME}, line 2"):
            attempt()
    assert quads_of(workshop) == before
    (current.folder / NAME).write_bytes(whole)
    assert undo(workshop, None, "Mori").act.undoes == 2


def test_a_damaged_journal_refuses_writes_over_http(workshop: Workshop, tmp_path: Path) -> None:
    by_mori(workshop, RETRACT, "s1")
    (workshop.data.current().folder / NAME).write_text("{")
    with pytest.raises(StoreFormatError, match="line 1"):
        Desk(workshop, workshop.data.current(), tmp_path / "live" / "1")


def test_a_dataset_of_an_older_osagraph_takes_acts(workshop: Workshop) -> None:
    current = workshop.data.current()
    old = {key: value for key, value in current.counts.items() if key != "contradictions"}
    (current.folder / "snapshot.json").write_text(json.dumps(old))
    by_mori(workshop, RETRACT, "s1")
    assert "contradictions" not in workshop.data.current().counts
    build(replace(workshop), lambda _done, _total: None)
    assert workshop.data.current().counts["contradictions"] == 0


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path) -> Iterator[Callable[[str, str, str], None]]:
    """Writes to a graph over HTTP, and publishes, as the writer does it; the first source is retracted."""
    by_mori(workshop, RETRACT, "s1")
    made = Desk(workshop, workshop.data.current(), tmp_path / "live" / "1")

    def write(op: str, graph: str, text: str) -> None:
        path = tmp_path / "document"
        path.write_text(text)
        documents = (Document(str(path), "text/turtle", graph),) if op in ("put", "post") else ()
        given: dict[str, Any] = {"text": text} if op == "update" else {"graph": graph, "documents": documents}
        made.write(WriteRequest(op, "test", raw=False, may_describe=True, **given), lambda: None)
        with workshop.data.writer():
            stage = workshop.data.stage()
            report = made.save(stage, workshop.data.next_number())
            workshop.data.publish(stage, report["counts"], report["operation"])

    yield write
    made.close()


@pytest.mark.parametrize("op", ["put", "post", "delete", "update"])
def test_a_retracted_source_is_not_written_over_http(
    op: str, desk: Callable[[str, str, str], None], workshop: Workshop
) -> None:
    graph = GRAPH.iri("source/s1").value
    text = f"INSERT DATA {{ GRAPH <{graph}> {{ <{ID}source/s1> a <{OSA.Source.value}> }} }}"
    with pytest.raises(RetractedSourceError, match=r"retracted, by Mori.*osagraph undo 1"):
        desk(op, graph, text if op == "update" else "")
    assert workshop.data.current().number == 2


def test_writes_over_http_carry_the_acts_on_and_keep_to_them(
    desk: Callable[[str, str, str], None], workshop: Workshop, quads_of: QuadsOf
) -> None:
    text = f"""
        <{ID}source/s9> a <{OSA.Source.value}> ; <{DCTERMS.title.value}> "Nine"@en ;
            <{OSA.publisherKind.value}> <{OSA.NewsAgency.value}> .
        [] a <{OSA.RelationClaim.value}> ; <{OSA.statedIn.value}> <{ID}source/s9> ;
            <{OSA.subject.value}> <{ID.osa.value}> ; <{OSA.predicate.value}> <{OSA.basedOn.value}> ;
            <{OSA.object.value}> <{ID.rules.value}> ; <{OSA.modality.value}> <{OSA.Asserted.value}> .
    """
    for _ in range(2):
        desk("put", GRAPH.iri("source/s9").value, text)
        desk("put", GRAPH.iri("user/notes").value, "<http://a/a> <http://a/b> <http://a/c> .")
        assert acts(workshop) == [(1, RETRACT)]
        text = text.replace('"Nine"', '"The Nine"')
    written = quads_of(workshop)
    (resolution,) = {
        quad.subject for quad in written if quad.predicate == OSA.candidate and quad.object == ID.rules
    }
    assert len([q for q in written if q.subject == resolution and q.predicate == OSA.supportedBy]) == 1
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == written
