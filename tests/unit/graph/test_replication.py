"""Read replicas: the same snapshot under the same number, whole or not at all, and no writes of their own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from pyoxigraph import DefaultGraph, Quad

from graph import replication, replication_command
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import ReplicaError, StoreBusyError, StoreMissingError, StoreWriteError
from graph.label_file import FOLDER as LABELS
from graph.label_keeping import labels_cover, make_labels
from graph.replication import replicate
from graph.replication_command import replicate_command
from graph.turn import turn
from graph.write_protocol import WriteRequest
from graph.writer_client import WriterClient
from ontology.namespaces import ID, OSA, RDF

FACTS = [Quad(ID.iri(name), RDF.type, OSA.State, DefaultGraph()) for name in ("japan", "palau", "fiji")]


def publish(data: DataDirectory, count: int) -> None:
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.insert(FACTS[:count])
        store.flush()
        make_labels(data.root, store, data.next_number())
        store.close()
        data.publish(stage, {"facts": count}, "build")


def facts(data: DataDirectory) -> list[Quad]:
    return sorted(EmbeddedStore(data.current().store, read_only=True).quads(), key=str)


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    made = DataDirectory(tmp_path / "data")
    publish(made, 1)
    return made


@pytest.fixture
def target(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "replica")


def test_a_replica_has_the_snapshot_of_the_original_under_its_number(
    data: DataDirectory, target: DataDirectory
) -> None:
    publish(data, 2)
    done = replicate(data, target)
    assert (done.snapshot.number, done.copied, done.bytes) == (2, 0, 0) and done.shared > 3
    assert target.current().number == 2 and target.current().counts == data.current().counts
    assert facts(target) == sorted(FACTS[:2], key=str)
    assert labels_cover(target.root, 2)
    assert not replicate(data, target).is_new


def test_a_replica_follows_and_forgets_as_the_original_does(
    data: DataDirectory, target: DataDirectory
) -> None:
    replicate(data, target)
    publish(data, 3)
    assert replicate(data, target).is_new
    assert facts(target) == sorted(FACTS, key=str)
    assert [snapshot.number for snapshot in target.kept()] == [1, 2]
    # What the original forgets stays where the replica keeps it: the files are shared, not moved.
    shutil.rmtree(data.snapshots / "000002")
    assert facts(target) == sorted(FACTS, key=str)


def test_on_another_disk_the_files_are_copied(
    data: DataDirectory, target: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    done = replicate(data, target)
    assert done.shared == 0 and done.copied > 3 and done.bytes > 1000
    assert facts(target) == FACTS[:1]


@pytest.mark.parametrize("step", ["sync_tree", "_copy_labels", "write_atomically"])
def test_a_replication_that_ends_half_way_leaves_the_old_snapshot(
    data: DataDirectory, target: DataDirectory, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    replicate(data, target)
    publish(data, 3)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(replication, step, die)
        replicate(data, target)
    assert (target.current().number, facts(target)) == (1, FACTS[:1])
    replicate(data, target)
    assert (target.current().number, facts(target)) == (2, sorted(FACTS, key=str))


def test_a_dataset_of_its_own_is_never_made_a_replica(data: DataDirectory, target: DataDirectory) -> None:
    publish(target, 3)
    with pytest.raises(StoreWriteError, match="holds a dataset of its own"):
        replicate(data, target)
    assert facts(target) == sorted(FACTS, key=str) and not target.is_replica
    with pytest.raises(StoreWriteError, match="cannot be its own replica"):
        replicate(data, DataDirectory(data.root))


def test_a_replica_of_another_dataset_is_refused(
    data: DataDirectory, target: DataDirectory, tmp_path: Path
) -> None:
    publish(data, 3)
    replicate(data, target)
    other = DataDirectory(tmp_path / "other")
    publish(other, 2)
    with pytest.raises(StoreBusyError, match="a replica of another dataset"):
        replicate(other, target)
    assert facts(target) == sorted(FACTS, key=str)


def test_there_must_be_something_to_replicate(tmp_path: Path, target: DataDirectory) -> None:
    with pytest.raises(StoreMissingError):
        replicate(DataDirectory(tmp_path / "none"), target)


@pytest.mark.parametrize(
    "write",
    [
        lambda target: publish(target, 1),
        lambda target: turn(target, 0).__enter__(),
        lambda target: WriterClient(target).write(WriteRequest("update", "me", raw=True, text="CLEAR ALL")),
    ],
)
def test_a_replica_takes_no_writes(
    data: DataDirectory, target: DataDirectory, write: Callable[[DataDirectory], None]
) -> None:
    replicate(data, target)
    with pytest.raises(ReplicaError, match="is a read replica"):
        write(target)
    assert facts(target) == FACTS[:1]


def test_a_missing_index_of_names_is_left_to_the_server(data: DataDirectory, target: DataDirectory) -> None:
    shutil.rmtree(data.root / LABELS)
    replicate(data, target)
    assert not labels_cover(target.root, 1)


def test_the_command_feeds_several_replicas_and_reports_each(data: DataDirectory, tmp_path: Path) -> None:
    folders = [str(tmp_path / name) for name in ("one", "two")]
    result = CliRunner().invoke(replicate_command, [*folders, "--data", str(data.root), "--json"])
    assert result.exit_code == 0, result.output
    reports = [json.loads(text) for text in result.stdout.replace("}\n{", "}\0{").split("\0")]
    assert [(report["replica"], report["snapshot"], report["copied"]) for report in reports] == [
        (folders[0], 1, 0),
        (folders[1], 1, 0),
    ]
    again = CliRunner().invoke(replicate_command, [*folders, "--data", str(data.root)])
    assert again.stdout == "".join(f"{folder}: snapshot 1, there already.\n" for folder in folders)


def test_the_command_that_follows_brings_what_is_published_meanwhile(
    data: DataDirectory, target: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def publish_while_it_rests(_: float) -> None:
        looks.append(target.current_number())
        if len(looks) == 3:
            raise KeyboardInterrupt
        if len(looks) == 1:
            publish(data, 3)

    monkeypatch.setattr(replication_command, "time", SimpleNamespace(sleep=publish_while_it_rests))
    arguments = [str(target.root), "--data", str(data.root), "--follow", "--quiet"]
    CliRunner().invoke(replicate_command, arguments)
    assert looks == [1, 2, 2]
    assert facts(target) == sorted(FACTS, key=str)
