"""Entity JSON in a dataset: a source among sources, and claims about what is none of our things."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.bundle import Bundle, outside_graph
from graph.claims import WIKIBASE, claim_parts
from graph.curation import NO_CURATION, Curation
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import LimitExceededError, MalformedSourceError, SourceUnavailableError
from graph.projection import META
from graph.rule_records import is_rule_record
from graph.validation import checker_processes
from graph.view_build import ViewPlan, build_view
from graph.view_sources import all_sources
from loaders.linked_items import items_of_tables, linked_items
from loaders.loader import LoadContext, UserGraph, choose_loader, installed_loaders
from loaders.names import read_names
from loaders.operations import LoadOptions, Report, build, load_files, remove
from loaders.replay import Workshop
from loaders.wikidata import CC0, ReadLimits, WikidataLoader
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, PROV, RDFS, WD
from ontology.vocabulary import read_vocabulary
from tests.unit.loaders.conftest import NOON, RELATIONS, SOURCES, require_labels, require_tallies
from tests.unit.loaders.wikidata_made import entity, item, statement, string, texts

LINKS = (
    "entity_label,entity_kind,iso3166_alpha2,wikidata_qid,label_ja,evidence,confidence\n"
    "Law,instrument,,Q1,,seen,verified\nRules,instrument,,Q2,,seen,verified\nOSA,instrument,,Q3,,seen,likely\n"
)
SAID = GRAPH.iri("source/wikidata")
OUTSIDE = outside_graph("wikidata")
DEFAULT = DefaultGraph()
BOOK = {"hash": "cd" * 20, "snaks": {"P854": [string("P854", "https://example.org/", "url")]}}
LAW = entity(
    "Q1",
    {
        "P361": [statement(item("P361", "Q2"), references=[BOOK])],
        "P1365": [statement(item("P1365", "Q2"), "deprecated")],
        "P36": [statement(item("P36", "Q8"))],
    },
    labels=texts(en="The law"),
    modified="2026-09-30T12:00:00Z",
)
OTHER = entity("Q8", {"P361": [statement(item("P361", "Q1"))]}, labels=texts(en="Elsewhere"))


@pytest.fixture(scope="module")
def linked_workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The first snapshot of a dataset with two individuals that are linked, and one that perhaps is."""
    tables = tmp_path_factory.mktemp("tables")
    (tables / "sources.csv").write_text(SOURCES)
    (tables / "relations.csv").write_text(RELATIONS + "Law,part_of,Rules,asserted,,,s1,\n")
    (tables / "wikidata_links.csv").write_text(LINKS)
    data = DataDirectory(tmp_path_factory.mktemp("linked") / "data")
    made = Workshop(data, tables, installed_loaders(), lambda: NOON)
    build(made, lambda _done, _total: None)
    return made


@pytest.fixture
def workshop(linked_workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    root = shutil.copytree(linked_workshop.data.root, tmp_path / "data")
    made = replace(linked_workshop, data=DataDirectory(root))
    yield made
    require_labels(made.data)
    require_tallies(made.data)


Put = Callable[..., Report]
QuadsOf = Callable[[Workshop], set[Quad]]


@pytest.fixture
def put(workshop: Workshop, tmp_path: Path) -> Put:
    """Loads entities as a dump, compressed where the name ends so."""

    def load(*entities: dict[str, Any], name: str = "extract.json", **options: bool) -> Report:
        path = tmp_path / name
        text = ("[\n" + ",\n".join(map(json.dumps, entities)) + "\n]\n").encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return load_files(workshop, [path], LoadOptions(**options))  # type: ignore[arg-type]

    return load


def graph_of(quads: set[Quad], name: object) -> set[Quad]:
    return {quad for quad in quads if quad.graph_name == name}


def subjects(quads: set[Quad], name: object) -> set[object]:
    """What the claims of a graph are about."""
    return {quad.object for quad in graph_of(quads, name) if quad.predicate == OSA.subject}


def test_what_is_said_of_our_things_stands_apart_from_what_is_said_of_others(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    report = put(LAW, OTHER, name="extract.json.gz")
    quads = quads_of(workshop)
    about = {
        graph: {q.object for q in graph_of(quads, graph) if q.predicate == OSA.subject}
        for graph in (SAID, OUTSIDE)
    }
    assert about == {SAID: {ID.law}, OUTSIDE: {WD.Q8}}
    assert Quad(WD.Q8, RDFS.label, Literal("Elsewhere", language="en"), OUTSIDE) in quads
    # Its value is one of our things there, too.
    assert any(quad.predicate == OSA.object and quad.object == ID.law for quad in graph_of(quads, OUTSIDE))
    assert report.rows == {"wikidata entities": 2}
    assert report.counts["quads"] == len(all_quads(workshop))


def all_quads(workshop: Workshop) -> list[Quad]:
    return list(EmbeddedStore(workshop.data.current().store, read_only=True).quads())


def test_the_source_is_described_with_its_licence_and_the_day_of_the_last_change(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    put(LAW)
    described = {
        quad.predicate: quad.object
        for quad in quads_of(workshop)
        if quad.subject == ID.iri("source/wikidata") and quad.graph_name == SAID
    }
    assert described[DCTERMS.license] == CC0
    assert described[OSA.publisherKind] == OSA.Aggregator
    assert described[DCTERMS.issued].value == "2026-09-30"  # type: ignore[union-attr]


def test_wikidata_supports_a_fact_of_others_and_alone_makes_none(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    before = graph_of(quads_of(workshop), DEFAULT)
    put(LAW, OTHER)
    come = graph_of(quads_of(workshop), DEFAULT) - before
    supports = [quad.object for quad in come if quad.predicate == OSA.supportedBy]
    (claim,) = {quad.subject for quad in graph_of(quads_of(workshop), SAID) if quad.object == OSA.partOf}
    assert supports == [claim]
    assert {quad.subject for quad in come} == {ID.law, ID.iri("source/wikidata")}
    # Nothing of its references, ranks and names is among the facts.
    assert not [quad for quad in come if "wikidata.org" in str(quad.triple) and quad.subject == ID.law]


def test_a_deprecated_statement_supports_nothing(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    put(entity("Q1", {"P361": [statement(item("P361", "Q2"), "deprecated")]}))
    quads = quads_of(workshop)
    (claim,) = {quad.subject for quad in graph_of(quads, SAID) if quad.predicate == OSA.subject}
    assert Quad(claim, OSA.modality, OSA.Denied, SAID) in quads
    assert Quad(claim, WIKIBASE.rank, WIKIBASE.DeprecatedRank, SAID) in quads
    assert Quad(ID.law, OSA.partOf, ID.rules, DEFAULT) in quads
    assert not [quad for quad in quads if quad.predicate == OSA.supportedBy and quad.object == claim]
    assert Quad(ID.law, OSA.contestedBy, claim, DEFAULT) in quads


def test_references_stay_with_the_claims(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    put(LAW)
    reference = NamedNode("http://www.wikidata.org/reference/" + "cd" * 20)
    assert {quad.graph_name for quad in quads_of(workshop) if quad.subject == reference} == {SAID}
    assert [
        quad
        for quad in quads_of(workshop)
        if quad.predicate == PROV.wasDerivedFrom and quad.object == reference
    ]


def test_a_build_makes_the_same_dataset_and_a_removal_leaves_nothing(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    before = quads_of(workshop)
    put(LAW, OTHER)
    loaded = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == loaded
    remove(workshop, "wikidata")
    assert quads_of(workshop) == before
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == before


def test_a_view_has_the_claims_about_our_things_and_none_about_others(
    workshop: Workshop, put: Put, quads_of: QuadsOf, tmp_path: Path
) -> None:
    put(LAW, OTHER)
    loaded = quads_of(workshop)
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    (tmp_path / "scratch").mkdir()
    view = EmbeddedStore()
    plan = ViewPlan(store, tuple(sorted(all_sources(store), key=str)), NO_CURATION)
    build_view(plan, view, tmp_path / "scratch", lambda _done, _total: None)
    quads = {quad for quad in view.quads() if quad.graph_name != META or is_rule_record(quad)}
    assert quads == loaded - graph_of(loaded, OUTSIDE)


def test_a_load_takes_the_place_of_the_one_before_and_the_same_once_more_changes_nothing(
    workshop: Workshop, put: Put, quads_of: QuadsOf
) -> None:
    put(LAW, OTHER)
    first = quads_of(workshop)
    put(entity("Q2", {"P36": [statement(item("P36", "Q8"))]}), entity("Q9", {}, labels=texts(en="Nine")))
    quads = quads_of(workshop)
    assert subjects(quads, SAID) == {ID.rules}
    assert {quad.subject for quad in graph_of(quads, OUTSIDE)} == {WD.Q9}
    # Nothing of ours in it: Wikidata is left with its description.
    put(OTHER)
    assert subjects(quads_of(workshop), SAID) == set()
    nothing = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == nothing
    put(LAW, OTHER)
    assert quads_of(workshop) == first
    assert put(LAW, OTHER).snapshot is None


def test_it_keeps_the_shapes(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "Q1.json"
    cold = statement(
        {
            "snaktype": "value",
            "property": "P2076",
            "datavalue": {"type": "quantity", "value": {"amount": "-9", "unit": "1"}},
        }
    )
    path.write_text(json.dumps({"entities": {"Q1": {**LAW, "claims": {**LAW["claims"], "P2076": [cold]}}}}))
    report = load_files(replace(workshop, checkers=checker_processes), [path], LoadOptions())
    assert report.validation["triples"] > 0
    assert report.change["claims_added"] == 5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (gzip.compress(json.dumps(LAW).encode() * 50)[:-20], None, "gzip stream is damaged"),
        (f"[\n{json.dumps(LAW)},\n{json.dumps(OTHER)[:30]}\n]".encode(), 3, "this is not JSON"),
        (b"[1]", None, "no entity of Wikidata"),
    ],
)
def test_a_damaged_file_is_refused_and_the_dataset_is_as_it_was(
    text: bytes, line: int | None, words: str, workshop: Workshop, tmp_path: Path
) -> None:
    before = workshop.data.current()
    path = tmp_path / "extract.jsonl"
    path.write_bytes(text)
    with pytest.raises(MalformedSourceError, match=words) as caught:
        load_files(workshop, [path], LoadOptions())
    assert (caught.value.file, caught.value.line) == (path.name, line)
    assert workshop.data.current() == before


def test_bad_lines_can_be_left_out(workshop: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    path = tmp_path / "extract.jsonl"
    path.write_text(f"{json.dumps(LAW)}\n{{oh\n{json.dumps(OTHER)}\n")
    report = load_files(workshop, [path], LoadOptions(keep_going=True))
    assert [(error.file, error.line) for error in report.rejected] == [(path.name, 2)]
    assert report.rows == {"wikidata entities": 2}
    loaded = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == loaded


def context(folder: Path, **options: Any) -> LoadContext:
    return LoadContext(read_names(folder), read_vocabulary(), scratch=folder, **options)


def test_what_is_passed_over_is_told_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(entity("Q1", {"P1": [{"rank": "normal"}, {"rank": "best"}]})))
    told: dict[str, int] = {}
    list(WikidataLoader().read([path], context(tmp_path, passed_over=told.__setitem__)))
    assert told == {"values not in Wikidata's form": 1, "statements not in Wikidata's form": 1}


def test_several_files_are_one_source(tmp_path: Path) -> None:
    for number in ("Q1", "Q2", "Q3"):
        (tmp_path / f"{number}.json").write_text(json.dumps(entity(number, labels=texts(en=number))))
    linked = {"Q1": ID.law, "Q2": ID.rules}
    paths = [tmp_path / f"{number}.json" for number in ("Q1", "Q2", "Q3")]
    parts = list(WikidataLoader().read(paths, context(tmp_path, linked=lambda: linked)))
    (bundle,) = (part for part in parts if isinstance(part, Bundle))
    assert {claim.subject for claim in bundle.claims} == {ID.law, ID.rules}
    outside = [part.quads.read_text() for part in parts if isinstance(part, UserGraph)]
    assert [text.count("\n") for text in outside] == [0, 0, 1]
    assert all(str(value) for claim in bundle.claims for _, value in claim_parts(claim))


def test_a_file_that_takes_too_long_or_too_much_ends_its_reader_only(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(LAW)}\n{json.dumps({**OTHER, 'x': 'y' * 10_000_000})}\n")
    for limits in (ReadLimits(seconds=0), ReadLimits(memory_bytes=1 << 20)):
        with pytest.raises(LimitExceededError) as caught:
            list(WikidataLoader(limits).read([path], context(tmp_path)))
        assert caught.value.file == path.name


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError):
        list(WikidataLoader().read([tmp_path], context(tmp_path)))


@pytest.mark.parametrize(
    ("name", "text", "loader"),
    [
        ("a.json", json.dumps(LAW), "wikidata"),
        ("a.json.gz", json.dumps([LAW]), "wikidata"),
        ("a.jsonl", "", "wikidata"),
        ("a.ndjson.gz", "", "wikidata"),
        ("a.json", '{"@context": {}}', "rdf"),
        ("a.jsonld", json.dumps(LAW), "rdf"),
    ],
)
def test_a_file_finds_its_loader_by_its_name_and_its_beginning(
    name: str, text: str, loader: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    assert choose_loader(path, installed_loaders()).name == loader


def test_only_verified_links_lead_from_an_item_to_an_individual(workshop: Workshop) -> None:
    expected = {"Q1": ID.law, "Q2": ID.rules}
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    assert linked_items(store) == items_of_tables(workshop.tables, Curation()) == expected


def test_a_dry_run_tells_and_changes_nothing(workshop: Workshop, put: Put, quads_of: QuadsOf) -> None:
    before = quads_of(workshop)
    assert put(LAW, OTHER, dry_run=True).change["claims_added"] == 4
    assert quads_of(workshop) == before


def test_a_name_that_is_no_source_is_no_error_of_another_kind(workshop: Workshop) -> None:
    with pytest.raises(Exception, match="no source"):
        remove(workshop, "wikidata")
