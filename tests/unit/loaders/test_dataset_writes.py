"""Writes over HTTP to a dataset of claims give what a load gives, quad by quad, and a rebuild keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, serialize

from graph.bundle import source_graph
from graph.embedded import EmbeddedStore
from graph.errors import (
    ComputedGraphError,
    ForbiddenError,
    KnowledgeGraphError,
    MalformedSourceError,
    QuerySyntaxError,
    UnknownResourceError,
    UnsupportedMediaTypeError,
)
from graph.projection import META
from graph.sources import source_iri
from graph.write_protocol import Document, WriteRequest
from loaders.desk import Desk
from loaders.journal import read_journal
from loaders.operations import LoadOptions, build, load_files, remove
from loaders.plain_writes import Outcome
from loaders.replay import Workshop
from ontology.namespaces import GRAPH, ID, OSA

QuadsOf = Callable[[Workshop], set[Quad]]
NOTES = GRAPH.iri("user/notes").value
S1, S2, S9 = (GRAPH.iri(f"source/{name}").value for name in ("s1", "s2", "s9"))
ON_LAW = Quad(ID.osa, OSA.basedOn, ID.law, DefaultGraph())
PREFIXES = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix id: <https://w3id.org/osagraph/id/> .
@prefix source: <https://w3id.org/osagraph/id/source/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
NINE = """source:s9 a osa:Source ; dcterms:title "Nine"@en ; osa:publisherKind osa:NewsAgency .
"""
CLAIM = """[] a osa:RelationClaim ; osa:statedIn source:s9 ; osa:subject id:osa ; osa:predicate osa:basedOn ;
    osa:object id:charter ; osa:modality osa:Asserted .
"""


class Writing:
    """A desk over the current snapshot; each write is published, as the writer does it."""

    def __init__(self, workshop: Workshop, folder: Path) -> None:
        self.workshop = workshop
        self.folder = folder
        self.touched = 0
        self.desk = Desk(workshop, workshop.data.current(), folder / "live" / "1")

    def write(self, request: WriteRequest) -> Outcome:
        outcome = self.desk.write(request, self.touch)
        data = self.workshop.data
        with data.writer():
            stage = data.stage()
            report = self.desk.save(stage, data.next_number())
            data.publish(stage, report["counts"], report["operation"])
        return outcome

    def touch(self) -> None:
        self.touched += 1

    def send(
        self, op: str, graph: str, *texts: str, may_describe: bool = True, media_type: str = "text/turtle"
    ) -> Outcome:
        documents = []
        for number, text in enumerate(texts):
            path = self.folder / f"document-{number}"
            path.write_text(text)
            documents.append(Document(str(path), media_type, graph))
        return self.write(
            WriteRequest(
                op, "test", raw=False, graph=graph, documents=tuple(documents), may_describe=may_describe
            )
        )

    def update(self, text: str, may_describe: bool = True) -> Outcome:
        return self.write(WriteRequest("update", "test", raw=False, text=text, may_describe=may_describe))


@pytest.fixture
def writing(workshop: Workshop, tmp_path: Path) -> Iterator[Writing]:
    made = Writing(workshop, tmp_path)
    yield made
    made.desk.close()


def graph_text(workshop: Workshop, graph: str) -> str:
    """What GET of a graph gives."""
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    triples = [quad.triple for quad in store.quads(graph=NamedNode(graph))]
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def rebuilt(workshop: Workshop, quads_of: QuadsOf) -> set[Quad]:
    build(workshop, lambda _done, _total: None)
    return quads_of(workshop)


def counted(workshop: Workshop) -> bool:
    """Whether the counts of the current snapshot are those of its quads."""
    current = workshop.data.current()
    store = EmbeddedStore(current.store, read_only=True)
    before = {key: value for key, value in current.counts.items() if isinstance(value, int)}
    return before["quads"] == store.quad_count()


@pytest.fixture
def loaded(workshop: Workshop, tmp_path: Path, quads_of: QuadsOf) -> Callable[[str], set[Quad]]:
    """The quads after a file of this content is loaded into a copy of the dataset; its own graph left out."""

    def load(text: str) -> set[Quad]:
        (tmp_path / "nine.ttl").write_text(text)
        load_files(workshop, [tmp_path / "nine.ttl"], LoadOptions())
        quads = quads_of(workshop)
        remove(workshop, "s9")
        return quads

    return load


def test_a_source_that_is_put_is_as_if_it_had_been_loaded(
    loaded: Callable[[str], set[Quad]], workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    text = PREFIXES + NINE + CLAIM
    expected = loaded(text)
    writing = Writing(workshop, tmp_path)
    assert writing.send("put", S9, text) == Outcome(created=True, changed=True)
    assert quads_of(workshop) == expected
    assert Quad(ID.osa, OSA.basedOn, ID.charter, DefaultGraph()) in expected
    assert counted(workshop)
    current = workshop.data.current()
    assert (current.operation, current.counts["sources"], current.counts["claims"]) == ("put", 3, 3)
    assert rebuilt(workshop, quads_of) == expected
    rebuilt_counts = dict(workshop.data.current().counts)
    for name in ("sources", "claims", "facts", "open_slots", "entities"):
        assert rebuilt_counts[name] == current.counts[name], name


@pytest.mark.parametrize("graph", [S1, S2])
def test_putting_back_what_a_source_graph_holds_changes_nothing(
    writing: Writing, quads_of: QuadsOf, graph: str
) -> None:
    before = quads_of(writing.workshop)
    outcome = writing.send("put", graph, graph_text(writing.workshop, graph), may_describe=False)
    assert outcome == Outcome(created=False, changed=False)
    assert quads_of(writing.workshop) == before == rebuilt(writing.workshop, quads_of)


def test_claims_that_are_posted_join_those_of_the_source(writing: Writing, quads_of: QuadsOf) -> None:
    workshop = writing.workshop
    claim = CLAIM.replace("s9", "s2")
    assert writing.send("post", S2, PREFIXES + claim, may_describe=False) == Outcome(False, True)
    after = quads_of(workshop)
    assert {ON_LAW, Quad(ID.osa, OSA.basedOn, ID.charter, DefaultGraph())} <= after
    assert counted(workshop)
    assert workshop.data.current().counts["claims"] == 3
    assert rebuilt(workshop, quads_of) == after


def test_claims_that_are_put_replace_those_of_the_source(writing: Writing, quads_of: QuadsOf) -> None:
    workshop = writing.workshop
    assert writing.send("put", S2, PREFIXES + CLAIM.replace("s9", "s2"), may_describe=False).changed
    after = quads_of(workshop)
    assert ON_LAW not in after
    assert any(quad.graph_name == NamedNode(S2) and quad.object == ID.charter for quad in after)
    assert rebuilt(workshop, quads_of) == after


def test_a_deleted_source_is_as_if_it_had_never_been_there(
    loaded: Callable[[str], set[Quad]], writing: Writing, quads_of: QuadsOf
) -> None:
    workshop = writing.workshop
    before = quads_of(workshop)
    writing.send("put", S9, PREFIXES + NINE + CLAIM)
    assert writing.send("delete", S9) == Outcome(False, True)
    assert quads_of(workshop) == before == rebuilt(workshop, quads_of)
    assert counted(workshop)
    with pytest.raises(UnknownResourceError):
        writing.send("delete", S9)


@pytest.mark.parametrize(
    ("op", "graph", "text"),
    [
        ("put", S9, NINE + CLAIM),
        ("put", S2, NINE.replace("s9", "s2") + CLAIM.replace("s9", "s2")),
        ("delete", S2, None),
    ],
)
def test_without_the_right_to_describe_no_description_changes(
    writing: Writing, quads_of: QuadsOf, op: str, graph: str, text: str | None
) -> None:
    before = quads_of(writing.workshop)
    with pytest.raises(ForbiddenError):
        writing.send(op, graph, *([PREFIXES + text] if text else []), may_describe=False)
    assert writing.touched == 0
    assert quads_of(writing.workshop) == before


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (NINE + CLAIM.replace("s9", "s1"), "another source"),
        (NINE + "id:osa osa:basedOn id:charter .", "neither a claim"),
        (NINE + CLAIM + "id:x a osa:AssistanceProject ; osa:amount 5 .", "neither a claim"),
        (
            NINE
            + CLAIM.replace("id:charter", "id:x")
            + 'id:x a osa:AssistanceProject ; osa:status "signed" .',
            "neither a claim",
        ),
        ("", "nothing of this source"),
        (CLAIM, "nobody describes"),
        (NINE + CLAIM.replace("osa:object id:charter", "osa:object 5"), "wrong kind"),
        (NINE + "id:a id:b .", "line 6, column 11"),
        (f"<{S1}> {{ id:a id:b id:c }}", ""),
    ],
)
def test_a_document_that_is_not_about_the_source_alone_is_refused(
    writing: Writing, quads_of: QuadsOf, text: str, error: str
) -> None:
    before = quads_of(writing.workshop)
    with pytest.raises(MalformedSourceError) as caught:
        writing.send("put", S9, PREFIXES + text)
    assert error in str(caught.value)
    assert (writing.touched, caught.value.file) == (0, None)
    assert quads_of(writing.workshop) == before


def test_a_document_that_names_another_graph_is_refused(writing: Writing) -> None:
    with pytest.raises(MalformedSourceError, match="another graph"):
        writing.send(
            "put", S9, f"<{S1}> {{ <http://a/b> <http://a/c> <http://a/d> }}", media_type="application/trig"
        )
    assert writing.send(
        "put", S9, f"{PREFIXES} <{S9}> {{ {NINE} {CLAIM} }}", media_type="application/trig"
    ).created


def test_an_unknown_media_type_is_refused(writing: Writing) -> None:
    for graph in (S9, NOTES):
        with pytest.raises(UnsupportedMediaTypeError):
            writing.send("put", graph, "<a> <b> <c> .", media_type="text/html")


def test_an_update_of_a_source_graph_is_checked_and_resolved(writing: Writing, quads_of: QuadsOf) -> None:
    workshop = writing.workshop
    before = quads_of(workshop)
    node = next(q.subject for q in before if q.graph_name == NamedNode(S2) and q.predicate == OSA.predicate)
    old, new = f"?c <{OSA.object.value}> ?o", f"?c <{OSA.object.value}> <{ID.charter.value}>"
    text = f"WITH <{S2}> DELETE {{ {old} }} INSERT {{ {new} }} WHERE {{ {old} }}"
    assert writing.update(text, may_describe=False) == Outcome(False, True)
    after = quads_of(workshop)
    # The claim has the IRI of what it says now, and the fact follows it.
    assert not any(quad.subject == node for quad in after)
    assert ON_LAW not in after
    assert counted(workshop)
    assert rebuilt(workshop, quads_of) == after


def test_an_update_that_empties_a_source_graph_removes_the_source(
    writing: Writing, quads_of: QuadsOf
) -> None:
    workshop = writing.workshop
    assert writing.update(f"DROP GRAPH <{S2}>").changed
    after = quads_of(workshop)
    assert not any(quad.graph_name == NamedNode(S2) for quad in after)
    assert ON_LAW not in after
    assert rebuilt(workshop, quads_of) == after


def test_an_update_that_states_no_claim_is_refused(writing: Writing) -> None:
    with pytest.raises(MalformedSourceError):
        writing.update(f"INSERT DATA {{ GRAPH <{S2}> {{ <http://a/b> <http://a/c> <http://a/d> }} }}")
    assert writing.touched == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INSERT DATA { <http://a/b> <http://a/c> <http://a/d> }", ComputedGraphError),
        (
            f"INSERT DATA {{ GRAPH <{META.value}> {{ <http://a/b> <http://a/c> <http://a/d> }} }}",
            ComputedGraphError,
        ),
        ("DROP ALL", ComputedGraphError),
        ("INSERT DATA { GRAPH <http://a/g> { <http://a/b> <http://a/c> <http://a/d> } }", ForbiddenError),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", ForbiddenError),
        ("INSERT DATA {", QuerySyntaxError),
    ],
)
def test_an_update_of_other_graphs_is_refused(
    writing: Writing, text: str, error: type[KnowledgeGraphError]
) -> None:
    with pytest.raises(error):
        writing.update(text)
    assert writing.touched == 0


def test_user_graphs_hold_what_is_written_to_them(writing: Writing, quads_of: QuadsOf) -> None:
    workshop = writing.workshop
    before = quads_of(workshop)
    a, b, c = (NamedNode(f"http://a/{name}") for name in "abc")
    notes = NamedNode(NOTES)
    assert writing.send("put", NOTES, "<http://a/a> <http://a/b> <http://a/c> .") == Outcome(True, True)
    assert quads_of(workshop) == before | {Quad(a, b, c, notes)}
    writing.update(f"INSERT DATA {{ GRAPH <{NOTES}> {{ <http://a/a> <http://a/b> <http://a/b> }} }}")
    assert writing.send("post", NOTES, "<http://a/c> <http://a/b> <http://a/c> .") == Outcome(False, True)
    after = quads_of(workshop)
    assert after == before | {Quad(a, b, c, notes), Quad(a, b, b, notes), Quad(c, b, c, notes)}
    assert counted(workshop)
    assert [entry.op for entry in read_journal(workshop.data.current().folder).entries] == ["edit"]
    assert rebuilt(workshop, quads_of) == after
    assert counted(workshop)


def test_a_deleted_user_graph_stays_away_and_an_empty_one_stays(writing: Writing, quads_of: QuadsOf) -> None:
    workshop = writing.workshop
    before = quads_of(workshop)
    empty = GRAPH.iri("user/empty")
    writing.send("put", NOTES, "<http://a/a> <http://a/b> <http://a/c> .")
    writing.send("delete", NOTES)
    writing.update(f"CREATE GRAPH <{empty.value}>")
    assert rebuilt(workshop, quads_of) == before
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    assert store.has_graph(empty) and not store.has_graph(NamedNode(NOTES))


def test_a_later_load_replaces_an_edited_graph_and_a_later_removal_drops_it(
    writing: Writing, tmp_path: Path, quads_of: QuadsOf
) -> None:
    workshop = writing.workshop
    before = quads_of(workshop)
    writing.send("put", NOTES, "<http://a/a> <http://a/b> <http://a/c> .")
    (tmp_path / "notes.nt").write_text("<http://l/a> <http://l/b> <http://l/c> .\n")
    load_files(workshop, [tmp_path / "notes.nt"], LoadOptions())
    a, b, c = (NamedNode(f"http://l/{name}") for name in "abc")
    assert quads_of(workshop) == before | {Quad(a, b, c, NamedNode(NOTES))} == rebuilt(workshop, quads_of)
    again = Writing(workshop, tmp_path / "again")
    again.update(f"INSERT DATA {{ GRAPH <{NOTES}> {{ <http://l/a> <http://l/b> <http://l/b> }} }}")
    assert quads_of(workshop) == rebuilt(workshop, quads_of)
    remove(workshop, "user/notes")
    assert quads_of(workshop) == before == rebuilt(workshop, quads_of)


def test_a_claims_file_that_was_loaded_between_two_writes_is_still_replayed(
    writing: Writing, tmp_path: Path, quads_of: QuadsOf
) -> None:
    workshop = writing.workshop
    writing.send("put", S9, PREFIXES + NINE)
    # It relies on the description that was put before.
    (tmp_path / "claims.ttl").write_text(PREFIXES + CLAIM)
    load_files(workshop, [tmp_path / "claims.ttl"], LoadOptions())
    again = Writing(workshop, tmp_path / "again")
    again.send("post", S9, PREFIXES + CLAIM.replace("charter", "treaty"))
    after = quads_of(workshop)
    assert [entry.op for entry in read_journal(workshop.data.current().folder).entries] == [
        "put",
        "load",
        "put",
    ]
    assert rebuilt(workshop, quads_of) == after


def test_what_was_written_is_recorded(writing: Writing) -> None:
    writing.send("put", S9, PREFIXES + NINE + CLAIM)
    store = EmbeddedStore(writing.workshop.data.current().store, read_only=True)
    record = {str(quad.triple) for quad in store.quads(ID.iri("load/2"), graph=META)}
    assert len(record) == 6
    graphs = [q.subject for q in store.quads(None, None, ID.iri("load/2"), META)]
    assert graphs == [source_graph(source_iri("s9"))]


def test_a_raw_write_goes_anywhere_and_is_counted(writing: Writing) -> None:
    text = "INSERT DATA { <http://a/b> <http://a/c> <http://a/d> }"
    assert writing.write(WriteRequest("update", "test", raw=True, text=text)).changed
    assert counted(writing.workshop)
    with pytest.raises(UnknownResourceError):
        writing.write(WriteRequest("delete", "test", raw=True, graph="http://a/none"))


def test_the_protocol_dataset_of_an_update_is_used(writing: Writing) -> None:
    insert = f"INSERT {{ GRAPH <{NOTES}> {{ ?s a ?o }} }} WHERE {{ ?s <{OSA.basedOn.value}> ?o }}"
    request = WriteRequest("update", "test", raw=True, text=insert)
    writing.write(replace(request, using_default=("http://a/none",)))
    assert graph_text(writing.workshop, NOTES) == ""
    writing.write(request)
    assert graph_text(writing.workshop, NOTES) != ""
