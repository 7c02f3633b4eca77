"""What is kept: listing and pinning snapshots, backup and restore, and the state of a data directory."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, Quad, RdfFormat

from graph.backup import write_backup
from graph.backup_manifest import BACKUP_FORMAT
from graph.clock import utc_now
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import StoreBusyError
from graph.formats import FORMAT
from graph.restore import restore_backup
from graph.snapshot_commands import backup_command, restore_command, snapshots_command, status_command
from loaders.commands import SHIPPED_TABLES, build_command, load_command

ROOT = Path(__file__).parents[2]
TEMPLATE = "source-template.toml"
FORMS = ["backup", "backup.tar", "backup.tar.gz"]
# Each process is killed before one of the renames that a restoration makes, and before each folder is synced.
KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from graph import datadir
from graph.datadir import DataDirectory
from graph.restore import restore_backup
left = int(sys.argv[3])
def counted(call):
    def step(*arguments):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return call(*arguments)
    return step
Path.rename, Path.replace, os.fsync = counted(Path.rename), counted(Path.replace), counted(os.fsync)
restore_backup(DataDirectory(Path(sys.argv[1])), Path(sys.argv[2]), datetime(2026, 11, 1, tzinfo=UTC))
"""
COMMANDS = {
    "snapshots": snapshots_command,
    "backup": backup_command,
    "restore": restore_command,
    "status": status_command,
    "build": build_command,
    "load": load_command,
}


def run(name: str, *arguments: str | Path | int) -> Result:
    return CliRunner().invoke(COMMANDS[name], [str(argument) for argument in arguments])


def report(name: str, *arguments: str | Path | int) -> Any:
    result = run(name, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def canonical_hash(data: Path) -> str:
    """The digest of the sorted N-Quads; its only blank nodes are those of the ontology, numbered."""
    output = io.BytesIO()
    EmbeddedStore(DataDirectory(data).current().store, read_only=True).dump(output, RdfFormat.N_QUADS)
    lines = sorted(output.getvalue().splitlines())
    assert lines and all(line.startswith((b"<", b"_:core")) for line in lines)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


@pytest.fixture(scope="module")
def loaded_once(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two snapshots, the second of them made by a load; not to be changed."""
    data = shutil.copytree(built, tmp_path_factory.mktemp("loaded") / "data")
    assert run("load", SHIPPED_TABLES / TEMPLATE, "--data", data, "--quiet").exit_code == 0
    return data


@pytest.fixture(scope="module")
def backups_once(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it in every form; not to be changed."""
    folder = tmp_path_factory.mktemp("backups")
    for form in FORMS:
        assert run("backup", folder / form, "--data", loaded_once, "--quiet").output == ""
    return folder


@pytest.fixture
def loaded(loaded_once: Path, tmp_path: Path) -> Path:
    """A dataset of two snapshots, the second of them made by a load."""
    return shutil.copytree(loaded_once, tmp_path / "data")


@pytest.fixture
def backup(backups_once: Path, tmp_path: Path) -> Path:
    """A backup in a folder."""
    return shutil.copytree(backups_once / "backup", tmp_path / "backup")


def test_snapshots_are_listed_with_what_made_them(loaded_once: Path) -> None:
    # Of this very dataset: a copy of it would not share files among its snapshots.
    first, second = report("snapshots", "--data", loaded_once)
    assert (first["snapshot"], first["operation"], first["current"]) == (1, "build", False)
    assert (second["snapshot"], second["operation"], second["current"]) == (2, "load", True)
    assert second["counts"]["sources"] == first["counts"]["sources"] + 1
    assert second["made"] == DataDirectory(loaded_once).current().made
    assert first["bytes"] > first["own_bytes"] > 0
    lines = run("snapshots", "--data", loaded_once).output.splitlines()
    assert lines[0].split() == ["snapshot", "made", "operation", "quads", "size", "alone"]
    assert lines[2].split()[:4] == ["2", second["made"], "load", f"{second['counts']['quads']:,}"]
    assert lines[2].endswith("current")


def test_a_snapshot_is_pinned_with_a_note_and_unpinned(loaded: Path) -> None:
    pinned = report("snapshots", "--data", loaded, "--pin", 1, "--note", "cited")
    assert [(line["pinned"], line["note"]) for line in pinned] == [(True, "cited"), (False, "")]
    assert run("snapshots", "--data", loaded).output.splitlines()[1].endswith("pinned: cited")
    assert run("snapshots", "--data", loaded, "--pin", 2).output.splitlines()[2].endswith("current, pinned")
    unpinned = report("snapshots", "--data", loaded, "--unpin", 1)
    assert [line["pinned"] for line in unpinned] == [False, True]
    missing = run("snapshots", "--data", loaded, "--pin", 3)
    assert (missing.exit_code, missing.output) == (
        3,
        f"Error: There is no snapshot 3 in {loaded}; the current one is 2.\n",
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_restored_elsewhere_is_the_same_dataset(loaded: Path, tmp_path: Path, form: str) -> None:
    run("snapshots", "--data", loaded, "--pin", 2, "--note", "cited")
    written = report("backup", tmp_path / form, "--data", loaded)
    assert (written["snapshot"], written["data_format"]) == (2, FORMAT)
    assert written["counts"] == DataDirectory(loaded).current().counts
    restored = report("restore", tmp_path / form, "--data", tmp_path / "restored")
    assert (restored["snapshot"], restored["sources_added"]) == (1, 1)
    assert (restored["pinned"], restored["tokens"]) == (True, None)
    assert restored["restored"]["files"] == written["files"]
    assert canonical_hash(tmp_path / "restored") == canonical_hash(loaded)
    current = DataDirectory(tmp_path / "restored").current()
    assert current.operation == "restore"
    assert current.counts["restored"]["snapshot"] == 2
    assert current.counts["quads"] == written["counts"]["quads"]
    assert DataDirectory(tmp_path / "restored").pins() == {1: "cited"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_restored_dataset_can_be_built_again_from_what_was_loaded(
    backup: Path, loaded: Path, tmp_path: Path, quads_of: Callable[[Path], object]
) -> None:
    restored = tmp_path / "restored"
    assert (
        "Snapshot 1 is current: snapshot 2 of the backup" in run("restore", backup, "--data", restored).output
    )
    assert run("build", "--data", restored, "--quiet").exit_code == 0
    assert quads_of(restored) == quads_of(loaded)


def test_restoring_over_a_dataset_makes_a_new_snapshot_and_keeps_the_others(
    backup: Path, loaded: Path, tmp_path: Path
) -> None:
    before = canonical_hash(loaded)
    assert run("build", "--data", loaded, "--quiet").exit_code == 0
    output = run("restore", backup, "--data", loaded).output
    assert "Loaded files added: 0.\n" in output
    assert "Snapshot 4 is current: snapshot 2 of the backup" in output
    assert [snapshot.number for snapshot in DataDirectory(loaded).kept()] == [1, 2, 3, 4]
    assert canonical_hash(loaded) == before


def test_tokens_are_backed_up_and_restored_only_when_asked_for(loaded: Path, tmp_path: Path) -> None:
    (loaded / "tokens.json").write_text('{"tokens": []}')
    run("backup", tmp_path / "without", "--data", loaded)
    assert not (tmp_path / "without" / "tokens.json").exists()
    for form in ("with", "with.tar"):
        run("backup", tmp_path / form, "--data", loaded, "--with-tokens")
        elsewhere = tmp_path / f"{form}-restored"
        output = run("restore", tmp_path / form, "--data", elsewhere).output
        assert "Tokens left as they are (see --with-tokens)." in output
        assert not (elsewhere / "tokens.json").exists()
        output = run("restore", tmp_path / form, "--data", elsewhere, "--with-tokens").output
        assert "Tokens replaced." in output
        assert (elsewhere / "tokens.json").read_text() == '{"tokens": []}'
        assert (elsewhere / "tokens.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "with" / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_backup_names_each_file_with_its_digest(backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    listed = {file["path"]: file for file in manifest["files"]}
    found = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()}
    assert listed.keys() == found - {"manifest.json"}
    assert manifest["format"] == BACKUP_FORMAT
    for path, file in listed.items():
        content = (backup / path).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_backup_takes_no_file_that_is_being_copied(loaded: Path, tmp_path: Path) -> None:
    (loaded / "sources" / ".abc.new").write_text("half")
    (loaded / "sources" / "notes.txt").write_text("somebody's own")
    run("backup", tmp_path / "backup", "--data", loaded)
    assert [len(path.name) for path in (tmp_path / "backup" / "sources").iterdir()] == [64]


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_never_takes_the_place_of_something(loaded: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / form).write_text("mine")
    result = run("backup", tmp_path / form, "--data", loaded)
    assert (result.exit_code, result.output) == (
        3,
        f"Error: {tmp_path / form} is there already. Remove it, or choose another name.\n",
    )
    inside = run("backup", loaded / "backup", "--data", loaded)
    assert inside.exit_code == 3
    assert "lies in the data directory" in inside.output
    nowhere = run("backup", tmp_path / "none" / form, "--data", loaded)
    assert nowhere.output.startswith(f"Error: {tmp_path / 'none'} cannot be written: No such file")


def test_what_a_killed_backup_left_is_cleared_and_a_running_one_is_not_disturbed(
    loaded: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".backup.part"
    (left / "backup" / "snapshot").mkdir(parents=True)
    (left / "backup" / "snapshot" / "half").write_text("")
    descriptor = os.open(left, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(StoreBusyError, match="Another process is writing"):
        write_backup(DataDirectory(loaded), tmp_path / "backup", utc_now())
    assert (left / "backup" / "snapshot" / "half").exists()
    os.close(descriptor)
    write_backup(DataDirectory(loaded), tmp_path / "backup", utc_now())
    assert not left.exists()
    assert not (tmp_path / "backup" / "snapshot" / "half").exists()


def damage(backup: Path, kind: str) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    table = next((backup / "snapshot" / "store").glob("*.sst"))
    match kind:
        case "a flipped bit":
            content = bytearray(table.read_bytes())
            content[len(content) // 2] ^= 1
            table.write_bytes(content)
        case "a missing file":
            table.unlink()
        case "another file":
            (backup / "snapshot" / "store" / "more.sst").write_text("")
        case "a strange file":
            (backup / "readme").write_text("")
        case "a link":
            table.unlink()
            table.symlink_to("/etc/hostname")
        case "no manifest":
            (backup / "manifest.json").unlink()
        case "half a manifest":
            (backup / "manifest.json").write_text('{"format": ')
        case "a list":
            (backup / "manifest.json").write_text("[]")
        case "another format":
            manifest["format"] = "osagraph-backup-2"
        case "another layout":
            manifest["data_format"] = "9"
        case "no files":
            manifest["files"] = [{"name": "x"}]
        case "strange files":
            manifest["files"][0]["path"] = []
        case "other counts":
            manifest["counts"]["quads"] += 1
        case "a renamed source":
            file = next(file for file in manifest["files"] if file["path"].startswith("sources/"))
            (backup / file["path"]).rename(backup / "sources" / ("0" * 64))
            file["path"] = f"sources/{'0' * 64}"
    if kind not in ("no manifest", "half a manifest", "a list"):
        (backup / "manifest.json").write_text(json.dumps(manifest))


DAMAGES = {
    "a flipped bit": "backup: a file is damaged (value: 'snapshot/store/",
    "a missing file": "backup: a file is missing (value: 'snapshot/store/",
    "another file": "backup: a file that its manifest does not list (value: 'snapshot/store/more.sst')",
    "a strange file": "backup: a file that no backup holds (value: 'readme').",
    "a link": ".sst: no plain file, or not one that may be read.",
    "no manifest": "backup: no backup of osagraph, or not all of one.",
    "half a manifest": "backup: no backup of osagraph, or not all of one.",
    "a list": "backup: no backup of osagraph, or not all of one.",
    "another format": "backup: a backup of another format; this osagraph reads osagraph-backup-1 (value:",
    "another layout": "a dataset of another format; this osagraph reads formats up to 2 (value: '9').",
    "no files": "backup: its manifest is damaged.",
    "strange files": "backup: its manifest is damaged.",
    "other counts": "backup: its manifest is of another snapshot.",
    "a renamed source": "backup: a file is damaged (value: 'sources/0000",
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_backup_changes_nothing(backup: Path, tmp_path: Path, kind: str) -> None:
    damage(backup, kind)
    restored = tmp_path / "restored"
    result = run("restore", backup, "--data", restored)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert DAMAGES[kind] in result.output
    assert sorted(path.name for path in restored.iterdir()) == [
        "format",
        "snapshots",
        "sources",
        "writer.lock",
    ]
    assert list((restored / "sources").iterdir()) == []


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("../outside", tarfile.REGTYPE),
        ("/outside", tarfile.REGTYPE),
        ("snapshot/../../outside", tarfile.REGTYPE),
        ("snapshot/store/.hidden", tarfile.REGTYPE),
        ("snapshot/link", tarfile.SYMTYPE),
        ("snapshot/link", tarfile.LNKTYPE),
        ("snapshot/device", tarfile.CHRTYPE),
    ],
)
def test_a_tar_file_reaches_nothing_outside(backup: Path, tmp_path: Path, member: str, kind: bytes) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        info = tarfile.TarInfo(member)
        info.type, info.linkname = kind, "/etc/passwd"
        tar.addfile(info)
        tar.add(backup, "")
    before = sorted(tmp_path.iterdir())
    result = run("restore", tmp_path / "evil.tar", "--data", tmp_path / "restored")
    what = "a file that no backup holds" if kind == tarfile.REGTYPE else "a link or device in a backup"
    assert (result.exit_code, what in result.output) == (1, True)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "restored"])


def test_a_tar_file_that_somebody_packed_again_is_fine(backup: Path, loaded: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "again.tgz", "w:gz") as tar:
        tar.add(backup, "./")
    assert report("restore", tmp_path / "again.tgz", "--data", tmp_path / "restored")["snapshot"] == 1
    assert canonical_hash(tmp_path / "restored") == canonical_hash(loaded)


def test_a_member_larger_than_the_disk_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with (tmp_path / "huge.tar").open("wb") as file:
        info = tarfile.TarInfo("snapshot/store/huge")
        info.size = 1 << 60
        file.write(info.tobuf(tarfile.GNU_FORMAT))
    result = run("restore", tmp_path / "huge.tar", "--data", tmp_path / "restored")
    assert (result.exit_code, "more than are free" in result.output) == (3, True)


@pytest.mark.parametrize("form", ["backup.tar", "backup.tar.gz"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_tar_file_that_was_cut_is_refused(
    backups_once: Path, tmp_path: Path, form: str, share: float
) -> None:
    content = (backups_once / form).read_bytes()
    (tmp_path / form).write_bytes(content[: int(len(content) * share)])
    result = run("restore", tmp_path / form, "--data", tmp_path / "restored")
    assert result.exit_code == 1, result.output
    assert "no whole tar file" in result.output or "not all of one" in result.output
    assert not (tmp_path / "restored" / "current").exists()


def test_what_is_no_backup_is_told(loaded: Path, tmp_path: Path) -> None:
    missing = run("restore", tmp_path / "none", "--data", loaded)
    assert (missing.exit_code, missing.output) == (1, "Error: none: no such backup. Check the path.\n")
    text = run("restore", __file__, "--data", loaded)
    assert text.output == f"Error: {Path(__file__).name}: no whole tar file.\n"
    (tmp_path / "empty").mkdir()
    assert "no backup of osagraph" in run("restore", tmp_path / "empty", "--data", loaded).output
    with DataDirectory(loaded).writer():
        assert run("restore", tmp_path / "empty", "--data", loaded).exit_code == 3
    none = run("backup", tmp_path / "new", "--data", tmp_path / "nothing")
    assert (none.exit_code, "osagraph build" in none.output) == (3, True)
    assert not (tmp_path / "new").exists()


def small_dataset(folder: Path, name: str) -> str:
    """Publishes one quad and keeps one loaded file; returns the canonical hash."""
    data = DataDirectory(folder)
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.insert([Quad(NamedNode(f"a:{name}"), NamedNode("a:p"), NamedNode("a:o"))])
        store.flush()
        store.close()
        content = name.encode()
        (data.sources / hashlib.sha256(content).hexdigest()).write_bytes(content)
        data.publish(stage, {"quads": 1}, "load")
    return canonical_hash(folder)


def test_a_restoration_killed_at_any_step_leaves_the_old_dataset_or_the_new_one(tmp_path: Path) -> None:
    folder, backup = tmp_path / "target", tmp_path / "backup"
    old, new = small_dataset(folder, "old"), small_dataset(tmp_path / "other", "new")
    write_backup(DataDirectory(tmp_path / "other"), backup, utc_now())
    found, killed, step = [], True, 0
    while killed:
        trial = shutil.copytree(folder, tmp_path / f"trial-{step}")
        command = [sys.executable, "-c", KILLED, str(trial), str(backup), str(step)]
        killed = subprocess.run(command, cwd=ROOT, check=False).returncode == 9
        found.append(canonical_hash(trial))
        restore_backup(DataDirectory(trial), backup, utc_now())  # and again, with no help
        assert canonical_hash(trial) == new
        assert not (trial / "staging").exists()
        shutil.rmtree(trial)
        step += 3 if killed else 0
    assert found[0] == old
    assert found == sorted(found, key=[old, new].index)
    assert found[-1] == new
    assert len(found) > 5


def test_the_state_of_a_data_directory(loaded: Path, tmp_path: Path) -> None:
    run("snapshots", "--data", loaded, "--pin", 1)
    state = report("status", "--data", loaded)
    assert (state["data"], state["format"], state["kept"], state["pinned"]) == (str(loaded), FORMAT, 2, [1])
    assert (state["current"]["snapshot"], state["current"]["operation"]) == (2, "load")
    assert state["bytes"] > state["current"]["bytes"]
    assert state["writer"] == state["server"] == {"held": False, "pid": None, "alive": False}
    lines = run("status", "--data", loaded).output.splitlines()
    assert lines[0] == f"Data directory  {loaded} (format {FORMAT})"
    assert lines[1] == f"Snapshot        2, load, {state['current']['made']}"
    assert lines[3] == "Kept            2 snapshots (pinned: 1)"
    assert lines[5:] == ["Writer          nobody", "Server          nobody"]


def test_the_state_names_who_writes(loaded: Path) -> None:
    with DataDirectory(loaded).writer():
        state = report("status", "--data", loaded)
        assert state["writer"] == {"held": True, "pid": os.getpid(), "alive": True}
        assert f"Writer          process {os.getpid()}\n" in run("status", "--data", loaded).output
        (loaded / "writer.lock").write_text("4194305\n")
        dead = "Writer          process 4194305, which does not run on this machine\n"
        assert dead in run("status", "--data", loaded).output


def test_the_state_of_nothing(tmp_path: Path) -> None:
    state = report("status", "--data", tmp_path / "none")
    assert (state["format"], state["current"], state["kept"], state["bytes"]) == (None, None, 0, 0)
    output = run("status", "--data", tmp_path / "none").output
    assert f"Snapshot        none yet: osagraph build --data {tmp_path / 'none'}" in output
    (tmp_path / "format").write_text("7\n")
    assert run("status", "--data", tmp_path).exit_code == 3
