"""The digest of a dataset: the same for the same statements, and for nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from graph.backup import write_backup
from graph.clock import utc_now
from graph.datadir import DataDirectory
from graph.digest import dataset_digest
from graph.digest_command import digest_command
from graph.embedded import EmbeddedStore
from graph.errors import StoreError
from graph.projection import ASSESSMENTS, META
from graph.restore import restore_backup
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS

JAPAN = Quad(ID.japan, RDF.type, OSA.State, DefaultGraph())
LABEL = Quad(ID.japan, RDFS.label, Literal('a "b" _:c\n', language="en"), DefaultGraph())


def digest(*quads: Quad) -> str:
    store = EmbeddedStore()
    store.insert(quads)
    return dataset_digest(store)


def test_the_digest_is_that_of_the_sorted_quads() -> None:
    lines = sorted([f"{LABEL} .\n".encode(), f"{JAPAN} .\n".encode()])
    assert digest(JAPAN, LABEL) == f"sha256:{hashlib.sha256(b''.join(lines)).hexdigest()}"


def test_the_graph_of_a_statement_counts() -> None:
    assessed = Quad(JAPAN.subject, JAPAN.predicate, JAPAN.object, ASSESSMENTS)
    assert len({digest(JAPAN), digest(assessed), digest(JAPAN, assessed), digest()}) == 4


def test_sources_and_times_of_loads_do_not() -> None:
    for graph in (META, GRAPH.iri("source/a"), GRAPH.iri("user/a")):
        other = Quad(ID.palau, RDF.type, OSA.State, graph)
        assert digest(JAPAN, other) == digest(JAPAN)


def test_blank_nodes_may_have_any_name() -> None:
    def pair(one: BlankNode, other: BlankNode, role: NamedNode) -> str:
        named = Quad(ID.japan, OSA.role, one, DefaultGraph())
        return digest(JAPAN, named, Quad(one, OSA.role, other, DefaultGraph()), Quad(other, OSA.role, role))

    same = pair(BlankNode("a"), BlankNode("b"), OSA.Provider)
    assert same == pair(BlankNode("b"), BlankNode("a"), OSA.Provider)
    assert same != pair(BlankNode("a"), BlankNode("b"), OSA.Recipient)
    assert same != pair(BlankNode("a"), BlankNode("a"), OSA.Provider)


def test_a_sort_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 2))
    with pytest.raises(StoreError, match="room for temporary files"):
        digest(JAPAN)


def test_a_restored_backup_has_the_digest_of_its_original(built: Path, tmp_path: Path) -> None:
    original, restored = DataDirectory(built), DataDirectory(tmp_path / "restored")
    write_backup(original, tmp_path / "backup.tar", utc_now())
    restore_backup(restored, tmp_path / "backup.tar", utc_now())

    def printed(data: DataDirectory, *options: str) -> str:
        result = CliRunner().invoke(digest_command, ["--data", str(data.root), *options])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert printed(restored) == printed(original)
    number = original.current_number()
    fields = json.loads(printed(original, "--json", "--snapshot", str(number)))
    assert fields == {"snapshot": number, "digest": printed(original).strip()}
