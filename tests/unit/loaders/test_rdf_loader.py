"""RDF files: claims go to the graph of their source and make facts; all else stays in a user graph."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from graph.claims import Claim, claim_triples, read_claims
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError, SourceError
from graph.sources import source_iri
from graph.tallies import tallies_in
from loaders.operations import LoadOptions, Report, build, load_files, remove
from loaders.rdf import RdfLoader, user_graph
from loaders.replay import Workshop
from ontology.namespaces import GRAPH, ID, OSA, RDF, XSD

QuadsOf = Callable[[Workshop], set[Quad]]
PREFIXES = (
    "PREFIX osa: <https://w3id.org/osagraph/ontology#> PREFIX id: <https://w3id.org/osagraph/id/>\n"
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX source: <https://w3id.org/osagraph/id/source/>\n"
    "PREFIX e: <http://e.example/>\n"
)
SOURCE = 'source:mine a osa:Source ; dcterms:title "Mine" ; osa:publisherKind osa:Newspaper .\n'
STATED = "a osa:RelationClaim ; osa:statedIn source:mine ; osa:modality osa:Asserted ; osa:subject id:osa ;"
CLAIM = f"e:c {STATED} osa:predicate osa:basedOn ; osa:object id:treaty .\n"
NOTE = 'e:s e:p "aside" .\n'
MINE = GRAPH.iri("source/mine")
NOTES = GRAPH.iri("user/notes")
DEFAULT = DefaultGraph()
FACT = Quad(ID.osa, OSA.basedOn, ID.treaty, DEFAULT)
# What a snapshot says of itself besides.
NOT_REPORTED = {"made", "operation", "tallies", "computed_by"}
ASIDE = (NamedNode("http://e.example/s"), NamedNode("http://e.example/p"), Literal("aside"))


@pytest.fixture
def put(workshop: Workshop, tmp_path: Path) -> Callable[..., Report]:
    """Loads a text as a file of that name."""

    def load(text: str, name: str = "notes.ttl", **options: bool) -> Report:
        path = tmp_path / name
        path.write_text(PREFIXES + text if name.endswith((".ttl", ".trig")) else text)
        return load_files(workshop, [path], LoadOptions(**options))  # type: ignore[arg-type]

    return load


Put = Callable[..., Report]


def graph_of(quads: set[Quad], name: NamedNode) -> set[Quad]:
    return {quad for quad in quads if quad.graph_name == name}


def test_claims_stand_in_the_graph_of_their_source_under_derived_names(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    report = put(SOURCE + CLAIM + NOTE)
    quads = quads_of(workshop)
    claim = Claim(source_iri("mine"), ID.osa, OSA.Asserted, OSA.basedOn, ID.treaty)
    stated = {quad.triple for quad in graph_of(quads, MINE)}
    assert set(claim_triples(claim)) <= stated
    assert {triple.subject for triple in stated} == {claim.iri, source_iri("mine")}
    assert FACT in quads
    assert Quad(ID.osa, OSA.supportedBy, claim.iri, DEFAULT) in quads
    assert not any("e.example/c" in str(quad) for quad in quads)
    assert report.change["claims_added"] == 1
    known = workshop.data.current().counts
    assert report.counts == {key: known[key] for key in known.keys() - NOT_REPORTED}
    assert report.counts["quads"] == stored(workshop).quad_count()


def stored(workshop: Workshop) -> EmbeddedStore:
    return EmbeddedStore(workshop.data.current().store, read_only=True)


def test_other_triples_stay_in_a_graph_named_after_the_file(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    report = put(SOURCE + CLAIM + NOTE)
    quads = quads_of(workshop)
    assert {quad for quad in quads if quad.subject == ASIDE[0]} == {Quad(*ASIDE, NOTES)}
    assert report.change["user_graphs"] == [NOTES.value]


PROJECT = (
    "id:project\\/p a osa:AssistanceProject ; osa:recipient id:palau ; osa:party id:japan .\n"
    "id:project\\/p\\/item\\/boat a osa:EquipmentItem ; osa:equipmentClass id:boat .\n"
    "id:project\\/q a osa:AssistanceProject ; osa:recipient id:tonga .\n"
    "e:c a osa:Claim ; osa:statedIn source:mine ; osa:modality osa:Asserted ;\n"
    "  osa:subject id:project\\/p ; osa:predicate osa:item ; osa:object id:project\\/p\\/item\\/boat .\n"
)


def test_a_claim_about_a_project_brings_the_project_and_its_part_among_the_facts(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    before = quads_of(workshop)
    put(SOURCE + PROJECT)
    quads = quads_of(workshop)
    project, item = ID.iri("project/p"), ID.iri("project/p/item/boat")
    assert {
        Quad(project, RDF.type, OSA.AssistanceProject, DEFAULT),
        Quad(project, OSA.recipient, ID.palau, DEFAULT),
        Quad(project, OSA.item, item, DEFAULT),
        Quad(item, OSA.equipmentClass, ID.boat, DEFAULT),
    } <= quads
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads
    remove(workshop, "mine")
    remove(workshop, "user/notes")
    assert quads_of(workshop) == before


def test_a_project_that_no_claim_speaks_of_stays_with_the_other_triples(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    put(SOURCE + PROJECT)
    where = {quad.graph_name for quad in quads_of(workshop) if quad.subject == ID.iri("project/q")}
    assert where == {NOTES}


def test_loading_the_same_file_twice_changes_nothing(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    assert put(SOURCE + CLAIM + NOTE).snapshot == 2
    before = quads_of(workshop)
    again = put(SOURCE + CLAIM + NOTE)
    assert (again.snapshot, again.change["user_graphs"], quads_of(workshop)) == (None, [], before)
    # Blank nodes are named after the content, so even they do not change.
    assert put(SOURCE + "[] e:p 1 .").snapshot == 3
    assert put(SOURCE + "[] e:p 1 .").snapshot is None


@pytest.mark.parametrize("rest", [NOTE.replace("aside", "other"), NOTE + "e:s e:p 2 .\n", ""])
def test_a_file_loaded_again_replaces_its_graph(
    workshop: Workshop, put: Put, quads_of: QuadsOf, rest: str
) -> None:
    put(SOURCE + CLAIM + NOTE)
    report = put(SOURCE + CLAIM + rest)
    quads = quads_of(workshop)
    assert report.change["user_graphs"] == [NOTES.value]
    assert report.counts["quads"] == stored(workshop).quad_count()
    assert len(graph_of(quads, NOTES)) == rest.count("e:s")
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_load_and_removal_leave_no_trace(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    before, counts = quads_of(workshop), dict(workshop.data.current().counts)
    put(SOURCE + CLAIM + NOTE)
    remove(workshop, "mine")
    report = remove(workshop, "user/notes")
    assert quads_of(workshop) == before
    assert report.change["user_graphs"] == [NOTES.value]
    assert tallies_in(workshop.data.current().counts) == tallies_in(counts)
    reported = {key: counts[key] for key in counts.keys() - NOT_REPORTED}
    assert {**report.counts, "quads": 0} == {**reported, "quads": 0}
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == before


def test_a_rebuild_keeps_user_graphs_and_the_later_load_of_a_graph_wins(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    trig = 'e:g { e:s e:p "first" } e:h { e:s e:p "kept" }'
    put(trig, "one.trig", keep_graphs=True)
    put(trig.replace("first", "second").replace("e:h", "e:i"), "two.trig", keep_graphs=True)
    quads = quads_of(workshop)
    told = {(str(q.graph_name)[-2], q.object.value) for q in quads if q.subject == ASIDE[0]}  # type: ignore[union-attr]
    assert told == {("g", "second"), ("h", "kept"), ("i", "kept")}
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_files_of_one_load_share_a_graph(workshop: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    paths = [tmp_path / "a" / "notes.ttl", tmp_path / "b" / "notes.nt"]
    for number, path in enumerate(paths):
        path.parent.mkdir()
        path.write_text(f'<http://e.example/s> <http://e.example/p> "{number}" .\n')
    report = load_files(workshop, paths, LoadOptions())
    quads = quads_of(workshop)
    assert {quad.object for quad in graph_of(quads, NOTES)} == {Literal("0"), Literal("1")}
    assert report.counts["quads"] == stored(workshop).quad_count()
    assert load_files(workshop, paths, LoadOptions()).snapshot is None
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_files_of_one_load_are_one_source_together(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    texts = [SOURCE + CLAIM, CLAIM.replace("e:c", "e:d").replace("treaty", "law")]
    paths = [tmp_path / "a.ttl", tmp_path / "b.ttl"]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(PREFIXES + text)
    load_files(workshop, paths, LoadOptions())
    quads = quads_of(workshop)
    values = {quad.object for quad in graph_of(quads, MINE) if quad.predicate == OSA.object}
    assert values == {ID.treaty, ID.law}
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_graph_names_are_kept_on_request_and_removed_by_their_iri(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    before = quads_of(workshop)
    put('e:g { e:s e:p "aside" } <urn:x:h> { e:s e:p "aside" } e:s e:p "aside" .', "n.trig", keep_graphs=True)
    names = [NamedNode("http://e.example/g"), NamedNode("urn:x:h"), GRAPH.iri("user/n")]
    assert quads_of(workshop) - before == {Quad(*ASIDE, name) for name in names}
    for name in names:
        remove(workshop, name.value)
    assert quads_of(workshop) == before
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == before


@pytest.mark.parametrize("name", ["assessments", "meta", "reference", "source/mine", "source/s1", ""])
def test_a_graph_that_is_computed_cannot_be_loaded(
    put: Put, workshop: Workshop, quads_of: QuadsOf, name: str
) -> None:
    before = quads_of(workshop)
    with pytest.raises(MalformedSourceError) as caught:
        put(f'<{GRAPH}{name}> {{ e:s e:p "aside" }}', "n.trig", keep_graphs=True)
    assert str(caught.value) == (
        f"n.trig: a graph that osagraph computes cannot be loaded (value: '<{GRAPH}{name}>'). "
        f"Rename the graph, for example to {GRAPH}user/…"
    )
    assert quads_of(workshop) == before


def test_blank_nodes_become_iris(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    put(f'{SOURCE}[ e:p [ e:p "inner" ] ] . [] {STATED} osa:predicate osa:basedOn ; osa:object id:treaty .')
    quads = quads_of(workshop)
    assert "_:" not in "".join(map(str, graph_of(quads, NOTES) | graph_of(quads, MINE)))
    assert len({quad.subject for quad in graph_of(quads, NOTES)}) == 2
    assert FACT in quads


def test_a_gzipped_file_is_the_same_file(
    workshop: Workshop, put: Put, tmp_path: Path, quads_of: QuadsOf
) -> None:
    put(SOURCE + CLAIM + NOTE)
    before = quads_of(workshop)
    (tmp_path / "notes.ttl.gz").write_bytes(gzip.compress((PREFIXES + SOURCE + CLAIM + NOTE).encode()))
    assert load_files(workshop, [tmp_path / "notes.ttl.gz"], LoadOptions()).snapshot is None
    assert quads_of(workshop) == before


@pytest.mark.parametrize("source", ["seed-000-pla-ams", "seed-002-news", "jbpress-78121"])
def test_the_exported_graph_of_a_source_makes_the_same_claims_elsewhere(
    workshop: Workshop, shipped_store: EmbeddedStore, tmp_path: Path, quads_of: QuadsOf, source: str
) -> None:
    name = GRAPH.iri(f"source/{source}")
    path = tmp_path / "export.ttl"
    with path.open("wb") as file:
        shipped_store.dump(file, RdfFormat.TURTLE, name)
    load_files(workshop, [path], LoadOptions())
    loaded = graph_of(quads_of(workshop), name)
    exported = set(shipped_store.quads(graph=name))
    assert set(read_claims(q.triple for q in loaded)) == set(read_claims(q.triple for q in exported))
    # What the file calls a person or a class of equipment is no claim, and so stays with the file.
    rest = {quad.triple for quad in graph_of(quads_of(workshop), GRAPH.iri("user/export"))}
    assert {quad.triple for quad in loaded} | rest == {quad.triple for quad in exported}
    assert not rest & {quad.triple for quad in loaded}


def test_keep_going_takes_the_good_claims_and_sources(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    text = (
        SOURCE
        + CLAIM
        + f"e:d {STATED} osa:predicate osa:State ; osa:object id:x .\n"
        + CLAIM.replace("e:c", "e:f").replace("source:mine", "source:nobody")
    )
    report = put(text, keep_going=True)
    quads = quads_of(workshop)
    assert [error.what for error in report.rejected] == [
        "a claim with a predicate that the ontology does not know",
        "claims are stated in a source that nobody describes",
    ]
    assert len([q for q in graph_of(quads, MINE) if q.predicate == OSA.object]) == 1
    assert not graph_of(quads, GRAPH.iri("source/nobody"))
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_a_description_alone_leaves_the_claims_of_its_source(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    put(SOURCE.replace("source:mine", "source:s1").replace("Newspaper", "Blog"))
    quads = quads_of(workshop)
    assert Quad(source_iri("s1"), OSA.publisherKind, OSA.Blog, DEFAULT) in quads
    assert any(quad.object == ID.rules for quad in graph_of(quads, GRAPH.iri("source/s1")))
    assert Quad(ID.osa, OSA.basedOn, ID.rules, DEFAULT) not in quads  # a blog alone makes no fact
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads


def test_claims_may_be_stated_in_a_source_that_the_dataset_describes(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    put(CLAIM.replace("source:mine", "source:s1"))
    quads = graph_of(quads_of(workshop), GRAPH.iri("source/s1"))
    assert {quad.object for quad in quads if quad.predicate == OSA.object} == {ID.treaty}
    assert any(quad.object == Literal("One", language="en") for quad in quads)


TERM = "<<( e:a e:b e:c )>>"
BASED = "osa:predicate osa:basedOn ; osa:object id:y"
AMOUNT = "osa:predicate osa:amount ; osa:object 5"
MISFITS = {
    f"osa:predicate osa:basedOn ; osa:object {TERM}": "an object that is neither an IRI nor a literal",
    'osa:predicate osa:item ; osa:object "x"': "a part that is no IRI",
    "osa:proposition id:y": "a text that is no literal",
    f'osa:proposition "p" ; osa:quote {TERM}': "a text that is no literal",
    f'{BASED} ; osa:attributedTo "Ann"': "a name that is no IRI",
    f'{BASED} ; osa:hedge "about"': "a name that is no IRI",
    f"{AMOUNT} ; osa:significantDigits 0": "an impossible number of digits",
    f"{AMOUNT} ; osa:significantDigits 99999999999999": "an impossible number of digits",
}


@pytest.mark.parametrize("parts", MISFITS)
def test_a_claim_of_other_parts_than_claims_have_is_refused(put: Put, parts: str) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        put(f"{SOURCE}e:c {STATED} {parts} .")
    assert str(caught.value) == f"notes.ttl: a claim with {MISFITS[parts]} (value: '<http://e.example/c>')."


VALUES = {
    'osa:amount ; osa:object "abc"': ('"abc"', "http://www.w3.org/2001/XMLSchema#decimal"),
    "osa:count ; osa:object 5.5": (
        '"5.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        "http://www.w3.org/2001/XMLSchema#integer",
    ),
    'osa:signedOn ; osa:object "soon"': ('"soon"', "a date"),
    'osa:basedOn ; osa:object "rules"': ('"rules"', "an IRI"),
}


@pytest.mark.parametrize("parts", VALUES)
def test_a_value_of_another_kind_than_its_property_asks_for_is_refused(put: Put, parts: str) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        put(f"{SOURCE}e:c {STATED} osa:predicate {parts} .")
    value, wanted = VALUES[parts]
    assert caught.value.value == value
    assert caught.value.remedy == f"Write {wanted}."


REFUSED = {
    f"e:c {STATED} {BASED}, id:z .": "notes.ttl: claim <http://e.example/c> has 2 values of",
    f"e:c {STATED} {AMOUNT} ; osa:lowerBound id:x .": "notes.ttl: not a number",
    f'e:c {STATED} osa:proposition "p" ; osa:quote "a b c d e f g h i" .': "notes.ttl: a quote of 9 words",
    'e:x a osa:Source ; dcterms:title "T" .': "notes.ttl: the IRI of a source is wrong (value: 'http",
    'id:source\\/a\\/b a osa:Source ; dcterms:title "T" .': "notes.ttl: the IRI of a source is wrong",
    '<https://w3id.org/osagraph/id/source/> a osa:Source ; dcterms:title "T" .': "notes.ttl: the IRI of a",
    "source:other a osa:Source .": "notes.ttl: source other has no dcterms:title",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_complete_is_refused(workshop: Workshop, put: Put, quads_of: QuadsOf, text: str) -> None:
    before = quads_of(workshop)
    with pytest.raises(SourceError) as caught:
        put(SOURCE + text)
    assert str(caught.value).startswith(REFUSED[text])
    assert quads_of(workshop) == before


def test_a_quantity_is_kept_with_its_precision(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    put(
        f"{SOURCE}e:c {STATED} osa:predicate osa:amount ; osa:object 5.0 ; osa:significantDigits 1 ;"
        ' osa:fiscalYear 2025 ; osa:verbatim "some 5" .'
    )
    quads = graph_of(quads_of(workshop), MINE)
    assert {(q.predicate, q.object) for q in quads} >= {
        (RDF.type, OSA.QuantityClaim),
        (OSA.object, Literal("5", datatype=XSD.decimal)),
        (OSA.significantDigits, Literal(1)),
        (OSA.fiscalYear, Literal(2025)),
    }


def test_the_ending_of_a_name_tells_rdf() -> None:
    loader = RdfLoader()
    assert loader.accepts(Path("a.ttl")) and loader.accepts(Path("a.nq.gz")) and loader.accepts(Path("a.owl"))
    assert not loader.accepts(Path("a.csv")) and not loader.accepts(Path("a.toml"))
    assert user_graph(Path("x/My Notes.v2.ttl.gz")) == GRAPH.iri("user/my-notes-v2")
