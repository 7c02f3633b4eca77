"""What loads and removals come to, part by part."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import Bundle, Node
from graph.claims import Claim
from graph.datadir import DataDirectory
from graph.sources import Source, source_iri
from loaders.journal import Entry, keep_files
from loaders.loader import UserGraph, installed_loaders
from loaders.replay import Replay, Workshop, graph_name, replay
from ontology.namespaces import GRAPH, ID, OSA, RDFS

ONE, TWO = NamedNode("http://e.example/one"), NamedNode("urn:x:two")
S1 = source_iri("s1")


def source(title: str, publisher: NamedNode | None = None, iri: NamedNode = S1) -> Source:
    return Source(iri, Literal(title), OSA.Newspaper, publisher)


def named(iri: NamedNode, label: str) -> Node:
    return Node(iri, (Triple(iri, RDFS.label, Literal(label)),))


def bundle(described: Source, *nodes: Node) -> Bundle:
    claim = Claim(described.iri, ID.osa, OSA.Asserted, OSA.basedOn, ID.rules)
    return Bundle(described, (claim,), nodes)


def user_graph(folder: Path, file: str, *names: NamedNode) -> UserGraph:
    path = folder / f"{file}.nq"
    path.write_text(
        "".join(f'<http://e.example/s> <http://e.example/p> "{file}" {name} .\n' for name in names)
    )
    return UserGraph(f"user/{file}", names, path)


def lines(past: Replay) -> list[str]:
    return sorted(line for path in past.graphs for line in path.read_text().splitlines())


def test_a_later_load_of_a_graph_takes_the_earlier_one_away(tmp_path: Path) -> None:
    past = Replay()
    past.take(user_graph(tmp_path, "a", ONE, TWO), {})
    past.loading.clear()
    past.take(user_graph(tmp_path, "b", ONE), {})
    assert lines(past) == [
        '<http://e.example/s> <http://e.example/p> "a" <urn:x:two> .',
        '<http://e.example/s> <http://e.example/p> "b" <http://e.example/one> .',
    ]
    past.loading.clear()
    past.take(user_graph(tmp_path, "c", TWO), {})
    assert [graph.origin for graph in past.user_graphs] == ["user/b", "user/c"]


def test_parts_of_one_load_share_a_graph(tmp_path: Path) -> None:
    past = Replay()
    past.take(user_graph(tmp_path, "a", ONE), {})
    past.take(user_graph(tmp_path, "b", ONE), {})
    assert [line.split('"')[1] for line in lines(past)] == ["a", "b"]


@pytest.mark.parametrize("name", [ONE.value, TWO.value])
def test_a_graph_is_removed_by_its_iri(tmp_path: Path, name: str) -> None:
    past = Replay()
    past.take(user_graph(tmp_path, "a", ONE, TWO), {})
    past.remove(name)
    assert name not in "".join(lines(past)) and len(lines(past)) == 1
    assert past.replaced == frozenset()


def test_the_removal_of_a_user_graph_leaves_a_source_of_that_name(tmp_path: Path) -> None:
    past = Replay()
    past.take(bundle(source("One")), {})
    past.take(user_graph(tmp_path, "s1", GRAPH.iri("user/s1")), {})
    past.remove("user/s1")
    assert (len(past.bundles), past.graphs, past.replaced) == (1, [], frozenset({"s1"}))
    past.remove("s1")
    assert (past.bundles, past.replaced) == ([], frozenset({"s1"}))


def test_a_description_of_a_shipped_source_overrules_the_table_until_the_source_is_removed() -> None:
    past, shipped = Replay(), {S1: source("Shipped")}
    past.take(Bundle(source("Mine")), shipped)
    assert (past.redescribed[S1].source.title, past.replaced, past.bundles) == (
        Literal("Mine"),
        frozenset(),
        [],
    )
    past.remove("s1")
    past.take(Bundle(source("Again")), shipped)
    assert (past.redescribed, past.bundles) == ({}, [Bundle(source("Again"))])


def test_a_description_of_a_loaded_source_keeps_its_claims_and_drops_the_old_publisher() -> None:
    past = Replay()
    rules, old, new = named(ID.rules, "Rules"), named(ID.old, "Old"), named(ID.new, "New")
    past.take(bundle(source("One", ID.old), rules, old), {})
    past.take(Bundle(source("Two", ID.new), nodes=(new,)), {})
    assert past.bundles == [bundle(source("Two", ID.new), rules, new)]
    past.take(Bundle(source("Three", ID.rules)), {})
    past.take(Bundle(source("Four")), {})
    # The claim still speaks of the rules, whoever publishes.
    assert past.bundles == [bundle(source("Four"), rules)]


def test_names_of_new_descriptions_go_into_the_build(tmp_path: Path) -> None:
    past = Replay()
    assert [path.read_text() for path in past.write_names(tmp_path / "none.nq")] == [""]
    past.take(Bundle(source("Mine", ID.new), nodes=(named(ID.new, "New"),)), {S1: source("Shipped")})
    label = f'{ID.new} {RDFS.label} "New"'
    assert past.write_names(tmp_path / "names.nq")[0].read_text().splitlines() == [
        f"{label} {GRAPH.iri('source/s1')} .",
        f"{label} .",
    ]


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("user/x", GRAPH.iri("user/x")),
        ("urn:x:two", TWO),
        ("http://e.example/one", ONE),
        ("s1", None),
        ("user/a b", None),
        ("not an iri: x", None),
    ],
)
def test_a_name_with_a_slash_or_a_colon_is_that_of_a_graph(name: str, graph: NamedNode | None) -> None:
    assert graph_name(name) == graph


def test_a_source_is_described_by_whoever_described_it_last(built_workshop: Workshop, tmp_path: Path) -> None:
    """Claims whose file does not describe their source find the description that was current then."""
    root = DataDirectory(tmp_path / "data")
    root.prepare()
    prefixes = (
        "PREFIX osa: <https://w3id.org/osagraph/ontology#> PREFIX id: <https://w3id.org/osagraph/id/>\n"
    )
    about = f'{S1} a osa:Source ; <http://purl.org/dc/terms/title> "Mine" ; osa:publisherKind osa:Blog .'
    claim = (
        f"[] a osa:Claim ; osa:statedIn {S1} ; osa:modality osa:Asserted ;"
        ' osa:subject id:osa ; osa:proposition "p" .'
    )
    steps = []
    for number, text in enumerate([about, claim, claim.replace('"p"', '"q"')]):
        path = tmp_path / f"{number}.ttl"
        path.write_text(prefixes + text)
        steps.append(Entry("load", "", keep_files([path], ["rdf"], root.sources)))
    workshop = Workshop(root, built_workshop.tables, installed_loaders(), built_workshop.clock)
    for count, title in ((1, ""), (2, "Mine"), (3, "Mine")):
        past = replay(steps[:count], root.sources, tmp_path / f"scratch-{count}", workshop)
        assert [each.source.title.value for each in past.bundles] == ([title] if title else [])
    past = replay(steps[1:2], root.sources, tmp_path / "scratch", workshop)
    assert [each.source.title.value for each in past.bundles] == ["One"]
