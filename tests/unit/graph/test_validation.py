"""Files are validated graph by graph, whatever batch they are in, here and in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode

import graph.validation as validation
import graph.validation_check as validation_check
from graph.errors import LimitExceededError, ShapeViolationError
from graph.validation import MOST_LISTED, CheckerProcesses, Findings, Job, read_findings
from graph.validation_check import OwnChecker, groups
from graph.validation_graph import BatchGraph, Index, Terms, plain_iri
from graph.violations import Violation, read_violation
from graph.write_protocol import error_fields, read_error
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS, XSD

A = RDF.type


def claim(
    name: str, source: str, *, modality: NamedNode = OSA.Asserted, quote: str = "in short"
) -> list[str]:
    node, graph = ID.iri(f"claim/{name}"), GRAPH.iri(f"source/{source}")
    parts = [
        (A, OSA.Claim),
        (A, OSA.RelationClaim),
        (OSA.statedIn, ID.iri(f"source/{source}")),
        (OSA.subject, ID.osa),
        (OSA.predicate, OSA.basedOn),
        (OSA.object, ID.law),
        (OSA.modality, modality),
        (OSA.quote, Literal(quote, language="en")),
    ]
    return [f"{node} {predicate} {value} {graph} .\n" for predicate, value in parts]


def described(source: str, kind: NamedNode = OSA.Newspaper) -> list[str]:
    node, graph = ID.iri(f"source/{source}"), GRAPH.iri(f"source/{source}")
    title = Literal(f"Source {source}", language="en")
    parts = [
        (A, OSA.Source),
        (RDFS.label, title),
        (NamedNode("http://purl.org/dc/terms/title"), title),
        (OSA.publisherKind, kind),
    ]
    return [f"{node} {predicate} {value} {graph} .\n" for predicate, value in parts]


def fact(subject: NamedNode, predicate: NamedNode, value: object) -> str:
    return f"{subject} {predicate} {value} .\n"


def in_file(folder: Path, *lines: str) -> Path:
    path = folder / "quads.nq"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def check(path: Path, *, facts: bool = False, around: Path | None = None) -> Findings:
    return OwnChecker().check(Job(str(path), facts, str(around) if around else None))


def told(found: Findings) -> list[tuple[str, str]]:
    return sorted((each.shape, each.focus.removeprefix(str(ID))) for each in found.violations)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (NamedNode("http://a/b"), rdflib.URIRef("http://a/b")),
        (BlankNode("b1"), rdflib.BNode("b1")),
        (Literal("text"), rdflib.Literal("text")),
        (Literal("text", language="en"), rdflib.Literal("text", lang="en")),
        (
            Literal("012.50", datatype=XSD.decimal),
            rdflib.Literal("012.50", datatype=rdflib.XSD.decimal, normalize=False),
        ),
    ],
)
def test_terms_are_converted_exactly(term: NamedNode | BlankNode | Literal, expected: object) -> None:
    made = Terms()(term)
    assert made == expected
    assert str(made) == term.value


def test_equal_terms_become_one_object() -> None:
    terms = Terms()
    assert terms(Literal("same")) is terms(Literal("same"))
    assert terms.copy()(NamedNode("http://a/b")) == terms(NamedNode("http://a/b"))


def test_a_node_of_two_graphs_is_two_nodes_of_a_batch() -> None:
    batch = BatchGraph(Terms(), Index(), Index())
    for number in (1, 2):
        batch.put([(ID.osa, RDFS.label, Literal(f"Name {number}"))], f"http://graph/{number}")
    nodes = [subject for subject, _ in batch.subject_objects(rdflib.RDFS.label)]
    assert [plain_iri(str(node)) for node in nodes] == [ID.osa.value] * 2
    assert [batch.group_of(str(node)) for node in nodes] == ["http://graph/1", "http://graph/2"]
    assert [len(list(batch.objects(node, rdflib.RDFS.label))) for node in nodes] == [1, 1]


def test_a_conforming_file_has_no_violations(tmp_path: Path) -> None:
    path = in_file(tmp_path, *described("a"), *claim("1", "a"))
    found = check(path)
    assert (found.violations, found.count, found.triples) == ([], 0, 12)


def test_a_violation_names_node_path_value_message_and_graph(tmp_path: Path) -> None:
    words = "one two three four five six seven eight nine"
    found = check(in_file(tmp_path, *described("a"), *claim("1", "a", quote=words)))
    assert found.violations == [
        Violation(
            shape="QuoteShape",
            focus=f"{ID}claim/1",
            path="osa:quote",
            value=f'"{words}"@en',
            message="A quote has at most eight words.",
            graph=f"{GRAPH}source/a",
        )
    ]


def test_a_source_described_in_another_graph_does_not_count(tmp_path: Path) -> None:
    stray = [line.replace("graph/source/a>", "graph/source/b>") for line in claim("2", "a")]
    path = in_file(tmp_path, *described("a"), *claim("1", "a"), *described("b"), *stray)
    assert told(check(path)) == [("ClaimShape", "claim/2")]


def test_two_sources_may_describe_a_node_in_different_words(tmp_path: Path) -> None:
    def fiji(source: str, label: str) -> list[str]:
        graph = GRAPH.iri(f"source/{source}")
        name = Literal(label, language="en")
        return [f"{ID.fiji} {A} {OSA.State} {graph} .\n", f"{ID.fiji} {RDFS.label} {name} {graph} .\n"]

    apart = in_file(tmp_path, *fiji("a", "Fiji"), *fiji("b", "Republic of Fiji"))
    assert told(check(apart)) == []
    together = in_file(tmp_path, *fiji("a", "Fiji"), *fiji("a", "Republic of Fiji"))
    assert told(check(together)) == [("NameShape", "fiji")]


def test_the_default_graph_counts_only_as_facts(tmp_path: Path) -> None:
    path = in_file(tmp_path, fact(ID.osa, OSA.hasPurpose, ID.influence))
    assert told(check(path)) == []
    assert told(check(path, facts=True)) == [("FramingFactShape", "osa")]


def test_what_stands_around_is_looked_up_and_not_validated(tmp_path: Path) -> None:
    path = in_file(tmp_path, fact(ID.project, OSA.recipient, ID.law))
    around = tmp_path / "around.nq"
    around.write_text(fact(ID.law, A, OSA.Law))
    assert told(check(path, facts=True)) == []
    assert told(check(path, facts=True, around=around)) == [("RecipientValueShape", "project")]


def test_a_value_that_facts_speak_of_is_still_looked_up(tmp_path: Path) -> None:
    path = in_file(
        tmp_path, fact(ID.project, OSA.recipient, ID.law), fact(ID.law, OSA.basedOn, ID.iri("constitution"))
    )
    around = tmp_path / "around.nq"
    around.write_text(fact(ID.law, A, OSA.Law))
    assert told(check(path, facts=True, around=around)) == [("RecipientValueShape", "project")]


def test_a_large_graph_comes_in_parts_that_each_know_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_check, "BATCH_TRIPLES", 10)
    many = [line for number in range(7) for line in claim(str(number), "a")]
    path = in_file(tmp_path, *described("a"), *many)
    parts = [triples for _, triples in groups(path, facts=False) if triples]
    assert len(parts) > 3
    assert all((ID.iri("source/a"), A, OSA.Source) in triples for triples in parts)
    assert check(path).count == 0


def test_only_the_first_violations_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    many = [line for n in range(MOST_LISTED + 20) for line in claim(str(n), "a", modality=OSA.Newspaper)]
    found = check(in_file(tmp_path, *described("a"), *many))
    assert (found.count, len(found.violations)) == (MOST_LISTED + 20, MOST_LISTED)


def test_what_two_graphs_say_of_one_node_is_listed_once() -> None:
    one = Violation("S", "http://a", "osa:p", None, "No.", graph="http://graph/1")
    found = Findings([one], count=1)
    found.add(Findings([Violation("S", "http://a", "osa:p", None, "No.", graph="http://graph/2")], count=1))
    assert (found.violations, found.count) == ([one], 2)


def test_findings_survive_their_journey() -> None:
    found = Findings([Violation("S", "http://a", "osa:p", '"v"', "No.", "http://g", "a.csv", 3)], 1, 10, 0.5)
    assert read_findings(found.fields()) == found


def test_an_error_with_violations_survives_its_journey() -> None:
    violation = Violation("S", "http://a", "osa:p", '"v"', "No.", None, "a.csv", 3)
    error = read_error(error_fields(ShapeViolationError("broken once", violations=[violation])))
    assert isinstance(error, ShapeViolationError)
    assert error.violations == (violation,)
    assert read_violation(violation.fields()) == violation
    assert str(error) == 'broken once.\n  http://a osa:p "v": No. (S) [a.csv, line 3]'


@pytest.fixture
def processes() -> Iterator[CheckerProcesses]:
    made = CheckerProcesses(2)
    yield made
    made.close()


def test_processes_find_what_is_found_here(tmp_path: Path, processes: CheckerProcesses) -> None:
    bad = in_file(tmp_path, *described("a"), *claim("1", "a", modality=OSA.Newspaper))
    forgotten = tmp_path / "forgotten.nq"
    forgotten.write_text(fact(ID.osa, OSA.hasPurpose, ID.influence))
    processes.submit(Job(str(bad)))
    processes.submit(Job(str(forgotten), facts=True, forget=True))
    found = processes.findings()
    assert told(found) == [("FramingFactShape", "osa"), ("ModalityShape", "claim/1")]
    assert not forgotten.exists()
    assert processes.findings() == Findings()


def test_many_files_do_not_choke_the_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MOST_WAITING", 3)
    path = in_file(tmp_path, *described("a"), *claim("1", "a"))
    with validation.checker_processes(1) as checker:
        for _ in range(10):
            checker.submit(Job(str(path)))
        assert checker.findings().triples == 120
        assert checker.findings().triples == 0


def test_a_process_that_dies_is_told_of(tmp_path: Path, processes: CheckerProcesses) -> None:
    processes.submit(Job(str(in_file(tmp_path, *described("a"))), around=str(tmp_path / "nowhere")))
    with pytest.raises(LimitExceededError, match="no-validate"):
        processes.findings()
