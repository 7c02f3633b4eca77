"""Data directories of earlier formats: what they still allow, and what an upgrade makes of them."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import DefaultGraph, Literal, NamedNode

from graph import formats
from graph.computation import this_computation
from graph.curation import read_acts
from graph.datadir import COMPUTED_BY, DataDirectory
from graph.digest import dataset_digest
from graph.embedded import EmbeddedStore
from graph.errors import StoreFormatError
from graph.formats import TEXT, require_current
from graph.replication import replicate
from graph.upgrade import MIGRATIONS
from loaders.journal import read_journal
from ontology.namespaces import GRAPH, ID, OSA
from server import main

FIRST = Path(__file__).parent / "first_release"
TABLES = FIRST / "tables"
NOTES = GRAPH.iri("user/notes")
ADVICE = "has format 1, this osagraph writes format 2. Bring it there with: osagraph upgrade --data"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> Any:
    """What a command reports, which must succeed."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments: str | Path) -> str:
    """What a command says, which must fail because of the dataset."""
    result = run(*arguments)
    assert result.exit_code == 3, result.output
    return result.output


def digest_of(data: Path) -> str:
    store = EmbeddedStore(DataDirectory(data).current().store, read_only=True)
    digest = dataset_digest(store)
    store.close()
    return digest


def values(data: Path, subject: str, predicate: NamedNode) -> list[str]:
    """The facts of a thing in the default graph."""
    store = EmbeddedStore(DataDirectory(data).current().store, read_only=True)
    facts = store.quads(ID.iri(subject), predicate, None, DefaultGraph())
    found = [quad.object.value for quad in facts if isinstance(quad.object, NamedNode | Literal)]
    store.close()
    return sorted(found)


def mark_as_first(data: Path) -> None:
    """Turn the current snapshot into what the last osagraph of format 1 wrote."""
    current = DataDirectory(data).current()
    counts = {key: value for key, value in current.counts.items() if key != COMPUTED_BY}
    (current.folder / "snapshot.json").write_text(json.dumps(counts))
    (data / "format").write_text("1\n")


@pytest.fixture(scope="session")
def first_once(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The data directory that the first release wrote; not to be changed."""

    def unpack(folder: Path) -> None:
        with tarfile.open(FIRST / "data.tar.xz") as tar:
            tar.extractall(folder, filter="data")

    return once("first-release", unpack) / "data"


@pytest.fixture
def first(first_once: Path, tmp_path: Path) -> Path:
    """The data directory that the first release wrote."""
    return shutil.copytree(first_once, tmp_path / "first")


@pytest.fixture(scope="module")
def upgraded_once(first_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after an upgrade; not to be changed."""
    data = shutil.copytree(first_once, tmp_path_factory.mktemp("upgraded") / "data")
    (data / "pins.json").write_text('{"4": "cited"}')
    (data / "tokens.json").write_text('{"format": 1, "tokens": []}')
    report = done("upgrade", "--data", data, "--tables", TABLES)
    wanted = {"from_format": "1", "format": "2", "before": 4, "snapshot": 5, "computed": True}
    assert report == wanted
    return data


@pytest.fixture
def upgraded(upgraded_once: Path, tmp_path: Path) -> Path:
    """A data directory of this format, with something in it."""
    return shutil.copytree(upgraded_once, tmp_path / "upgraded")


def test_an_earlier_format_can_be_read_and_says_what_to_do(first: Path) -> None:
    assert values(first, "budget/osa-fy2032", OSA.amount) == ["6000000000"]
    assert done("status", "--data", first)["advice"].startswith(f"{first} {ADVICE} {first}")
    assert "To be upgraded  " in run("status", "--data", first).output
    assert [line["source"] for line in done("sources", "--data", first)] == [
        "made-up-daily",
        "made-up-letter",
        "made-up-wire",
    ]
    assert f"{ADVICE} {first}" in run("doctor", "--data", first).output


@pytest.mark.parametrize(
    "command", [("remove", "made-up-wire"), ("load", FIRST / "rumour.toml"), ("build",), ("serve",)]
)
def test_an_earlier_format_takes_no_writes(first: Path, command: tuple[str | Path, ...]) -> None:
    assert refused(*command, "--data", first) == f"Error: {first} {ADVICE} {first}\n"
    assert DataDirectory(first).current_number() == 4


def test_a_later_format_is_refused_with_what_can_read_it(upgraded: Path) -> None:
    (upgraded / "format").write_text("7 (osagraph 0.9.0 or later)\n")
    wanted = (
        f"Error: {upgraded} has format 7, this osagraph reads formats up to 2. Use osagraph 0.9.0 or later, "
        "or restore a backup made before that into another directory.\n"
    )
    for command in ("status", "sources", "upgrade", "build", "backup"):
        place = [upgraded.parent / "backup.tar"] if command == "backup" else []
        assert refused(command, *place, "--data", upgraded) == wanted


def test_an_upgrade_computes_what_a_new_dataset_of_the_same_loads_says(
    upgraded: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    done("build", "--data", fresh, "--tables", TABLES, "--workers", "1", "--no-validate")
    names = ("letter.toml", "rumour.toml", "notes.ttl")
    for files in (names, ("letter-corrected.toml",)):
        done("load", *(FIRST / name for name in files), "--data", fresh, "--no-validate")
    done("remove", "made-up-rumour", "--data", fresh)
    assert digest_of(upgraded) == digest_of(fresh)


def test_an_upgrade_has_these_facts(upgraded: Path) -> None:
    assert values(upgraded, "budget/osa-fy2032", OSA.amount) == ["6000000000"]
    # One voice on each side: the later publication stands.
    assert values(upgraded, "budget/osa-fy2031", OSA.amount) == ["4000000000"]
    assert values(upgraded, "project/osa-fy2031-invented", OSA.recipient) == [ID.iri("philippines").value]
    assert values(upgraded, "participation/official-security-assistance-thailand-fy2031", OSA.actor) == []


def test_an_upgrade_keeps_what_the_user_brought_in(upgraded: Path, first_once: Path) -> None:
    data, old = DataDirectory(upgraded), DataDirectory(first_once)
    assert [(one.number, one.operation) for one in data.kept()] == [(4, None), (5, "upgrade")]
    assert (data.snapshot(4).folder / "snapshot.json").read_bytes() == (
        old.current().folder / "snapshot.json"
    ).read_bytes()
    entries = read_journal(data.current().folder).entries
    assert entries == read_journal(old.current().folder).entries
    assert [entry.op for entry in entries] == ["load", "load", "remove"]
    assert sorted(os.listdir(data.sources)) == sorted(os.listdir(old.sources))
    assert data.pins() == {4: "cited"}
    assert (upgraded / "tokens.json").read_text() == '{"format": 1, "tokens": []}'
    assert (upgraded / "format").read_text() == TEXT
    assert data.current().counts[COMPUTED_BY] == this_computation()
    store = EmbeddedStore(data.current().store, read_only=True)
    assert store.graph_size(NOTES) == 3
    store.close()


def test_a_second_upgrade_has_nothing_to_do(upgraded: Path) -> None:
    assert run("upgrade", "--data", upgraded).output == (
        f"{upgraded} is as this osagraph writes it: nothing to do.\n"
    )
    assert DataDirectory(upgraded).current_number() == 5


def test_an_upgraded_dataset_takes_writes_that_say_the_same_of_their_making(upgraded: Path) -> None:
    done("remove", "made-up-wire", "--data", upgraded)
    assert values(upgraded, "budget/osa-fy2031", OSA.amount) == ["3000000000"]
    assert DataDirectory(upgraded).current().counts[COMPUTED_BY] == this_computation()


class States:
    """Copies of a data directory as they are before each step that a kill could come between."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder
        self.seen: dict[tuple[Any, ...], Path] = {}
        self.steps = 0

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            self.steps += 1
            self.look()
            return call(*arguments)

        return step

    def look(self) -> None:
        """Copy the directory, if it is another than all before as far as anybody can tell them apart."""
        state = (
            (self._data / "format").read_text(),
            (self._data / "current").read_text(),
            tuple(sorted(os.listdir(self._data / "snapshots"))),
            (self._data / "staging").exists(),
        )
        if state not in self.seen:
            self.seen[state] = shutil.copytree(self._data, self._folder / str(len(self.seen)))


def test_an_upgrade_killed_at_any_step_is_taken_up_by_the_next(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upgraded_once: Path
) -> None:
    states = States(first, tmp_path / "states")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", states.before(Path.rename))
        patch.setattr(Path, "replace", states.before(Path.replace))
        patch.setattr(os, "fsync", states.before(os.fsync))
        done("upgrade", "--data", first, "--tables", TABLES, "--workers", "1")
    states.look()
    assert states.steps > 10
    numbers = [DataDirectory(state).current_number() for state in states.seen.values()]
    # Readers have the old dataset until the new one is there whole.
    assert numbers == sorted(numbers) and set(numbers) == {4, 5}
    for state in states.seen.values():
        assert values(state, "budget/osa-fy2032", OSA.amount) == ["6000000000"]
        report = done("upgrade", "--data", state, "--tables", TABLES, "--workers", "1")
        assert report["snapshot"] == DataDirectory(state).current_number()
        assert digest_of(state) == digest_of(upgraded_once)
        assert (state / "format").read_text() == TEXT
        assert [one.number for one in DataDirectory(state).kept()] in ([4, 5], [4, 6])


def test_an_upgrade_that_would_lose_a_source_changes_nothing(first: Path, tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    lines = (TABLES / "sources.csv").read_text().splitlines(keepends=True)
    (tables / "sources.csv").write_text("".join(line for line in lines if "made-up-wire" not in line))
    options = ("--data", first, "--tables", tables)
    wire = GRAPH.iri("source/made-up-wire").value
    assert f"that was loaded: {wire}. Name the folder of tables" in refused("upgrade", *options)
    assert (first / "format").read_text() == "1\n"
    assert DataDirectory(first).current_number() == 4
    assert not (first / "staging").exists()
    assert done("upgrade", *options, "--drop", "made-up-wire")["snapshot"] == 5


def test_what_was_curated_under_the_first_format_is_kept(upgraded: Path) -> None:
    """The last osagraph of format 1 wrote all that this one does, but for who had computed it."""
    done("grade", "made-up-wire", "F", "--because", "It is made up.", "--by", "Mori", "--data", upgraded)
    done("retract", "made-up-letter", "--because", "It is made up.", "--by", "Mori", "--data", upgraded)
    acts, digest = read_acts(DataDirectory(upgraded).current().folder), digest_of(upgraded)
    mark_as_first(upgraded)
    assert done("upgrade", "--data", upgraded, "--tables", TABLES)["before"] == 7
    current = DataDirectory(upgraded).current()
    assert (current.number, current.operation) == (8, "upgrade")
    assert read_acts(current.folder) == acts and [act.act for act in acts] == ["grade", "retract"]
    assert digest_of(upgraded) == digest
    assert values(upgraded, "budget/osa-fy2032", OSA.amount) == []


def test_a_plain_dataset_has_nothing_to_compute(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done("load", "--plain", FIRST / "notes.ttl", "--data", data)
    mark_as_first(data)
    report = done("upgrade", "--data", data)
    assert (report["from_format"], report["snapshot"], report["computed"]) == ("1", 1, False)
    assert (data / "format").read_text() == TEXT


def test_a_directory_without_a_dataset_changes_its_format_alone(tmp_path: Path) -> None:
    DataDirectory(tmp_path / "data").prepare()
    (tmp_path / "data" / "format").write_text("1\n")
    report = done("upgrade", "--data", tmp_path / "data")
    assert (report["from_format"], report["snapshot"], report["computed"]) == ("1", None, False)


def test_a_backup_of_an_earlier_format_is_restored_and_then_upgraded(
    first: Path, tmp_path: Path, upgraded_once: Path
) -> None:
    backup, restored = tmp_path / "backup.tar.gz", tmp_path / "restored"
    assert done("backup", backup, "--data", first)["data_format"] == "1"
    output = run("restore", backup, "--data", restored).output
    assert f"Error: {restored} {ADVICE} {restored}\n" == refused("remove", "made-up-wire", "--data", restored)
    assert output.splitlines()[-1] == f"{restored} {ADVICE} {restored}"
    assert digest_of(restored) == digest_of(first)
    done("upgrade", "--data", restored, "--tables", TABLES)
    assert digest_of(restored) == digest_of(upgraded_once)
    assert len(read_journal(DataDirectory(restored).current().folder).entries) == 3


def test_a_backup_of_an_earlier_format_over_a_dataset_of_this_one_is_upgraded_too(
    first: Path, tmp_path: Path, upgraded: Path
) -> None:
    done("backup", tmp_path / "backup", "--data", first)
    done("restore", tmp_path / "backup", "--data", upgraded)
    assert COMPUTED_BY not in {k for k, v in DataDirectory(upgraded).current().counts.items() if v}
    before = digest_of(upgraded)
    report = done("upgrade", "--data", upgraded, "--tables", TABLES)
    assert (report["from_format"], report["before"], report["snapshot"]) == ("1", 6, 7)
    assert digest_of(upgraded) != before


def test_a_replica_is_upgraded_by_its_original(first: Path, tmp_path: Path, upgraded: Path) -> None:
    replica = tmp_path / "replica"
    assert f"{ADVICE} {first}" in refused("replicate", replica, "--data", first)
    # As an osagraph of format 1 left it.
    replicate(DataDirectory(upgraded), DataDirectory(replica))
    mark_as_first(replica)
    with pytest.raises(StoreFormatError, match="Upgrade the dataset that it follows"):
        require_current(replica)
    assert refused("upgrade", "--data", replica) == (
        f"Error: {replica} is a read replica. Upgrade the dataset that it follows, then replicate again.\n"
    )
    done("remove", "made-up-wire", "--data", upgraded)
    assert done("replicate", replica, "--data", upgraded)["snapshot"] == 6
    require_current(replica)


def test_what_another_ontology_computed_is_told_and_computed_anew(upgraded: Path) -> None:
    current = DataDirectory(upgraded).current()
    noted = {**current.counts[COMPUTED_BY], "ontology": "2.1.0", "digest": "0" * 16}
    (current.folder / "snapshot.json").write_text(json.dumps({**current.counts, COMPUTED_BY: noted}))
    said = done("status", "--data", upgraded)["advice"]
    assert said.startswith("Snapshot 5 was computed by osagraph ")
    assert f"ontology 2.1.0, policy 1 ({'0' * 16}); this is osagraph " in said
    assert said.endswith(f". Compute it anew with: osagraph upgrade --data {upgraded}")
    assert "warning  format       Snapshot 5 was computed by" in run("doctor", "--data", upgraded).output
    # A write changes what it names alone, so that the note stands.
    done("remove", "made-up-wire", "--data", upgraded)
    assert DataDirectory(upgraded).current().counts[COMPUTED_BY] == noted
    report = done("upgrade", "--data", upgraded, "--tables", TABLES)
    assert (report["from_format"], report["before"], report["snapshot"]) == ("2", 6, 7)
    assert done("status", "--data", upgraded)["advice"] == ""


def test_each_earlier_format_has_a_step_that_leads_on() -> None:
    assert tuple(MIGRATIONS) == formats.EARLIER
    assert [text.split()[0] for text, _ in MIGRATIONS.values()] == [*formats.EARLIER[1:], formats.FORMAT]
