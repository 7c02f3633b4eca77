"""Curation of the shipped facts by command: each act does what it says, and undoing it leaves no trace."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    RdfFormat,
    parse,
    serialize,
)

from graph.bundle import source_graph
from graph.curation_quads import retracted_triples
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.named_query import read_query
from graph.projection import ASSESSMENTS
from graph.sources import source_iri
from ontology.namespaces import ID, OSA, XSD

Run = Callable[..., Result]
PLA = "seed-000-pla-ams"
NPI = "npi-2014-05-14"
LAUNCH = "aa-osa-launch-2023"
BECAUSE = ("--because", "It is so.", "--by", "Mori")


def opened(data: Path) -> EmbeddedStore:
    return EmbeddedStore(DataDirectory(data).current().store, read_only=True)


def canonical_hash(data: Path) -> str:
    """The hash of the default graph and the assessments, whatever their blank nodes are called.

    Canonical names depend on the triples with blank nodes alone, so only those become Python's objects.
    """
    digest = hashlib.sha256()
    for graph in (DefaultGraph(), ASSESSMENTS):
        output = io.BytesIO()
        opened(data).dump(output, RdfFormat.N_TRIPLES, graph)
        lines = output.getvalue().splitlines(keepends=True)
        # A text that holds `_:` goes with them: more than is needed does no harm.
        blank = b"".join(line for line in lines if b"_:" in line)
        dataset = Dataset(parse(blank, format=RdfFormat.N_TRIPLES))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        named = [line for line in lines if b"_:" not in line]
        canonical = (serialize(dataset, format=RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)
        digest.update(b"".join([*sorted(named), b"\n", *sorted(canonical), b"\n"]))
    return digest.hexdigest()


@pytest.fixture(scope="module")
def built_hash(built: Path) -> str:
    """The hash of the dataset before any act."""
    return canonical_hash(built)


def claims_of(data: Path, source: str) -> set[str]:
    stated = opened(data).quads(None, OSA.statedIn, source_iri(source))
    return {quad.subject.value for quad in stated if isinstance(quad.subject, NamedNode)}


def resting_on(data: Path, claims: set[str]) -> set[str]:
    """The accepted values, with their slots, that only such claims support."""
    store = opened(data)
    supporting: dict[str, set[str]] = {}
    for quad in store.quads(None, OSA.supportedBy, None, ASSESSMENTS):
        supporting.setdefault(str(quad.subject), set()).add(quad.object.value)  # type: ignore[union-attr]
    return {slot for slot, support in supporting.items() if support <= claims}


def accepted(data: Path) -> set[str]:
    return {str(quad.subject) for quad in opened(data).quads(None, OSA.accepted, None, ASSESSMENTS)}


def contested_claim(data: Path) -> str:
    """A claim that asserts another value than the accepted one, on its own."""
    store = opened(data)
    contested = sorted(quad.object.value for quad in store.quads(None, OSA.contestedBy, None, ASSESSMENTS))  # type: ignore[union-attr]
    for claim in contested:
        quads = {quad.predicate: quad.object for quad in store.quads(NamedNode(claim))}
        if quads.get(OSA.modality) == OSA.Asserted and quads.get(OSA.predicate) == OSA.amount:
            return claim
    raise AssertionError("the shipped facts are without any contest")


def test_what_rests_on_a_retracted_source_alone_disappears_and_undo_restores_the_same_hash(
    data: Path, built_hash: str, run: Run
) -> None:
    facts = accepted(data)
    alone = resting_on(data, claims_of(data, NPI))
    assert len(alone) == 17
    result = run("retract", NPI, *BECAUSE, "--data", data)
    assert result.exit_code == 0, result.output
    assert f"Retracted, so that it counts nowhere: {NPI}" in result.output
    assert accepted(data) == facts - alone
    assert canonical_hash(data) != built_hash
    result = run("undo", "--by", "Mori", "--data", data)
    assert f"Sources restored: {NPI}" in result.output
    assert canonical_hash(data) == built_hash


def test_a_rebuild_replays_all_acts_and_undoing_them_leaves_no_trace(
    data: Path, built_hash: str, run: Run
) -> None:
    claim = contested_claim(data)
    decided = (
        ("retract", NPI),
        ("accept", claim),
        ("same-voice", PLA, LAUNCH),
        ("retract", LAUNCH),
        ("reject", sorted(claims_of(data, PLA))[0]),
        ("grade", PLA, "D"),
    )
    for command in decided:
        result = run(*command, *BECAUSE, "--data", data)
        assert result.exit_code == 0, result.output
    curated = canonical_hash(data)
    run("build", "--data", data, "--quiet")
    assert canonical_hash(data) == curated
    for _ in decided:
        assert run("undo", "--by", "Mori", "--data", data).exit_code == 0
    assert canonical_hash(data) == built_hash


def test_a_retracted_source_is_named_by_nothing_that_is_computed(data: Path, run: Run) -> None:
    claims = claims_of(data, PLA)
    held = {quad.triple for quad in opened(data).quads(graph=source_graph(source_iri(PLA)))}
    run("retract", PLA, *BECAUSE, "--data", data)
    store = opened(data)
    for graph in (DefaultGraph(), ASSESSMENTS):
        named = {str(term) for quad in store.quads(graph=graph) for term in (quad.subject, quad.object)}
        assert named.isdisjoint({f"<{claim}>" for claim in claims})
    assert retracted_triples(store, source_iri(PLA)) == held


def test_a_question_about_claims_finds_none_of_a_retracted_source(data: Path, run: Run) -> None:
    without = shutil.copytree(data, data.with_name("without"))
    run("retract", PLA, *BECAUSE, "--data", data)
    run("remove", PLA, "--data", without)
    for path in sorted((Path(__file__).parents[2] / "queries").glob("*.rq")):
        text = read_query(path).bind({})
        assert answer(data, text) == answer(without, text), path.name


def answer(data: Path, text: str) -> set[str]:
    results = opened(data).query(text)
    return {str(results)} if isinstance(results, QueryBoolean) else {str(row) for row in results}


@pytest.mark.parametrize(
    "command",
    [
        ("accept", "CONTESTED"),
        ("reject", "CONTESTED"),
        ("same-voice", PLA, LAUNCH),
        ("same-voice", PLA, LAUNCH, "--apart"),
        ("grade", PLA, "C"),
        ("grade", "CONTESTED", "3"),
    ],
)
def test_undoing_an_act_restores_the_same_hash(
    command: tuple[str, ...], data: Path, built_hash: str, run: Run
) -> None:
    given = [contested_claim(data) if word == "CONTESTED" else word for word in command]
    result = run(*given, *BECAUSE, "--data", data)
    assert result.exit_code == 0, result.output
    assert canonical_hash(data) != built_hash
    assert run("undo", "1", "--by", "Ann", "--data", data).exit_code == 0
    assert canonical_hash(data) == built_hash


def test_an_accepted_claim_stands_with_the_curator_as_the_step_that_decided(data: Path, run: Run) -> None:
    claim = contested_claim(data)
    run("accept", claim, *BECAUSE, "--data", data)
    store = opened(data)
    (slot,) = {q.subject for q in store.quads(None, OSA.supportedBy, NamedNode(claim), ASSESSMENTS)}
    assert [q.object for q in store.quads(slot, OSA.decidedBy, None, ASSESSMENTS)] == [OSA.CuratorAcceptance]
    run("build", "--data", data, "--quiet")
    assert accepted_by_curator(data) == {slot}


def accepted_by_curator(data: Path) -> set[object]:
    decided = opened(data).quads(None, OSA.decidedBy, OSA.CuratorAcceptance, ASSESSMENTS)
    return {quad.subject for quad in decided}


def test_the_list_tells_what_stands_and_what_was_undone(data: Path, run: Run) -> None:
    assert "No act of curation yet" in run("curation", "--data", data).output
    run("grade", PLA, "c", *BECAUSE, "--data", data)
    run("retract", LAUNCH, *BECAUSE, "--data", data)
    run("undo", "--by", "Ann", "--because", "It was right.", "--data", data)
    lines = [
        line[:4] + line[16:] if line[:5].strip() else line
        for line in run("curation", "--data", data).output.splitlines()
    ]
    assert lines == [
        f"   1  Mori: graded C source/{PLA}",
        "      because: It is so.",
        f"   2  Mori: retracted source/{LAUNCH}  (undone by act 3)",
        "      because: It is so.",
        "   3  Ann: undid act 2",
        "      because: It was right.",
    ]
    fields = json.loads(run("curation", "--data", data, "--json").output)
    assert [(each["number"], each["act"], each["grade"], each["undone_by"]) for each in fields] == [
        (1, "grade", "C", None),
        (2, "retract", "", 3),
        (3, "undo", "", None),
    ]
    assert fields[1]["of"] == [f"{ID}source/{LAUNCH}"]
    assert fields[2]["undoes"] == 2


def test_an_act_is_reported_in_json(data: Path, run: Run) -> None:
    fields = json.loads(run("retract", NPI, *BECAUSE, "--data", data, "--json").output)
    assert fields["act"]["number"] == 1
    assert fields["undone"] is None
    assert fields["change"]["sources_retracted"] == [f"{ID}source/{NPI}"]
    assert len(fields["change"]["facts_removed"]) == 17
    undone = json.loads(run("undo", "--by", "Mori", "--data", data, "--json").output)
    assert undone["undone"] == fields["act"]


def test_several_people_grade_side_by_side_and_the_named_query_tells(data: Path, run: Run) -> None:
    claim = contested_claim(data)
    for who, what, grade in (("Ann", PLA, "C"), ("Ben", PLA, "F"), ("Ann", claim, "2")):
        result = run("grade", what, grade, "--because", "I say so.", "--by", who, "--data", data)
        assert result.exit_code == 0, result.output
    question = Path(__file__).parents[2] / "queries" / "competency" / "cq-48-list-grades.rq"
    rows = opened(data).query(question.read_text(encoding="utf-8"))
    told = {(row["grade"].value, row["gradedBy"].value, row["reason"].value) for row in rows}  # type: ignore[union-attr]
    assert told == {("C", "Ann", "I say so."), ("F", "Ben", "I say so."), ("2", "Ann", "I say so.")}


def test_acts_are_dated_and_say_who_made_them(data: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAGRAPH_CURATOR", "森 Mori")
    run("retract", PLA, "--because", "It is so.", "--data", data)
    node = ID.iri("curation/1")
    told = {quad.predicate: quad.object for quad in opened(data).quads(node, None, None, ASSESSMENTS)}
    assert told[OSA.curator] == Literal("森 Mori")
    assert told[OSA.decidedOn].datatype == XSD.dateTime  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("retract", "nobody", *BECAUSE), 5, "There is no source 'nobody'"),
        (("accept", "f" * 24, *BECAUSE), 5, "There is no claim"),
        (("accept", "12", *BECAUSE), 4, "Parameter CLAIM is '12'"),
        (("grade", PLA, "Z", *BECAUSE), 4, "expected A to F for a source, or 1 to 6 for a claim"),
        (("retract", PLA), 2, "Missing option '--because'"),
        (("retract", PLA, "--because", " ", "--by", "Mori"), 4, "Parameter --because is ' '"),
        (("same-voice", PLA, *BECAUSE), 4, "expected two sources or more"),
        (("undo",), 3, "There is nothing to undo"),
        (("undo", "7"), 3, "There is no act 7"),
        (("undo", "x"), 2, "Invalid value"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_changes_nothing(
    arguments: tuple[str, ...], code: int, what: str, data: Path, run: Run
) -> None:
    result = run(*arguments, "--data", data)
    assert (result.exit_code, what in result.output) == (code, True), result.output
    assert DataDirectory(data).current_number() == 1


def test_a_journal_that_was_cut_is_told_and_questions_are_answered(data: Path, run: Run) -> None:
    run("retract", PLA, *BECAUSE, "--data", data)
    path = DataDirectory(data).current().folder / "curation.jsonl"
    path.write_bytes(path.read_bytes()[:40])
    for command in (("curation",), ("undo",), ("build", "--quiet")):
        result = run(*command, "--data", data)
        assert (result.exit_code, "curation.jsonl, line 1: the line has no end" in result.output) == (3, True)
    answer = run("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "--data", data)
    assert answer.exit_code == 0, answer.output
