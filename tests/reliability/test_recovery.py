"""The drill of web/deployment/recovery.md, command by command, and backups and restorations in trouble."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graph.backup import write_backup
from graph.clock import utc_now
from graph.curation import read_acts
from graph.datadir import DataDirectory
from graph.digest import dataset_digest
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError, StoreWriteError
from graph.restore import restore_backup
from server import main
from tests.contract.engines import oxigraph
from tests.reliability.writing import Writing, run_counters, writing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "web" / "deployment" / "recovery.md"
BLOCK = re.compile(r"^```sh( engine)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
SOURCES = (
    "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
    "s1,One,Kyodo,,news_agency,,2025,en,\ns2,Two,Reuters,,news_agency,,2025,en,\n"
)
RELATIONS = (
    "subject,predicate,object,modality,attributed_to,fiscal_year,source_id,quote\n"
    "OSA,based_on,Rules,asserted,,,s1,\nOSA,based_on,Law,asserted,,,s2,\n"
)
SOURCE = """
[source]
source_id = "my-source"
title = "Mine"
publisher = "Invented Daily"
publisher_kind = "newspaper"
published_on = 2031-01-01
language = "en"

[[relations]]
subject = "Official Security Assistance"
predicate = "administered_by"
object = "Ministry of Foreign Affairs of Japan"
"""
GRADE = ("grade", "s1", "B", "--because", "It checks.", "--by", "Mori")


def run(*arguments: str) -> Result:
    # Whether what is loaded fits the shapes is told elsewhere; the process that finds out takes its time.
    extra = ("--no-validate",) if arguments[0] in ("load", "build") else ()
    return CliRunner().invoke(main, [*arguments, *extra])


def digest_of(root: Path) -> str:
    store = EmbeddedStore(DataDirectory(root).current().store, read_only=True)
    try:
        return dataset_digest(store)
    finally:
        store.close()


def commands(block: str) -> Iterator[list[str]]:
    for line in block.splitlines():
        yield [os.path.expandvars(word) for word in shlex.split(line)]


@pytest.fixture(scope="module")
def drill_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of two snapshots with one act of curation and one token; not to be changed."""
    folder = tmp_path_factory.mktemp("drill")
    (folder / "tables").mkdir()
    (folder / "tables" / "sources.csv").write_text(SOURCES)
    (folder / "tables" / "relations.csv").write_text(RELATIONS)
    data = ("--data", str(folder / "data"))
    for command in (
        ("build", "--tables", str(folder / "tables"), "--workers", "1", *data),
        (*GRADE, *data),
        ("token", "add", "reader", "--scope", "user", *data),
    ):
        result = run(*command)
        assert result.exit_code == 0, result.output
    return folder / "data"


@pytest.fixture
def drill(drill_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the page begins with, which is also where we are."""
    shutil.copytree(drill_data, tmp_path / "data")
    (tmp_path / "backups").mkdir()
    (tmp_path / "my-source.toml").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def carry_out(words: list[str]) -> str:
    """What a command of the page prints; it must succeed."""
    if words[0] == "osagraph":
        result = run(*words[1:])
        assert result.exit_code == 0, (words, result.output)
        return result.output
    assert words[0] == "rm", words
    subprocess.run(words, check=True)
    return ""


def test_the_drill_ends_with_what_it_began_with(drill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acts = read_acts(DataDirectory(drill / "data").current().folder)
    digests, done = [], []
    with contextlib.ExitStack() as engines:
        for engine, block in BLOCK.findall(PAGE.read_text("utf-8")):
            if engine:
                if not (shutil.which("oxigraph") or Path(sys.executable).with_name("oxigraph").exists()):
                    continue
                started = engines.enter_context(oxigraph(drill))
                monkeypatch.setenv("ENGINE", started.addresses.query.removesuffix("/query"))
            for words in commands(block):
                output = carry_out(words)
                done.append(words[1])
                if words[:2] == ["osagraph", "digest"]:
                    digests.append(output.strip())
    assert len(digests) >= 8 and len(set(digests)) == 1
    assert {"backup", "restore", "remove", "promote", "upgrade", "token"} <= set(done)
    replica = DataDirectory(drill / "replica")
    assert read_acts(replica.current().folder) == acts and len(acts) == 1
    assert not replica.is_replica
    replica.require_original()


def test_a_promoted_replica_builds_on_and_is_fed_no_more(drill: Path) -> None:
    for command in (
        "load my-source.toml --data data",
        "snapshots --pin 2 --note cited --data data",
        "replicate replica --data data",
        "promote --data replica",
    ):
        result = run(*command.split())
        assert result.exit_code == 0, result.output
    assert result.output == "replica takes writes from now on; snapshot 3 is current.\n"
    replica = DataDirectory(drill / "replica")
    assert sorted(os.listdir(replica.sources)) == sorted(os.listdir(drill / "data" / "sources"))
    assert replica.pins() == {2: "cited"}
    again = run("promote", "--data", "replica")
    assert (again.exit_code, "is no read replica" in again.output) == (3, True)
    fed = run("replicate", "replica", "--data", "data")
    assert (fed.exit_code, "holds a dataset of its own" in fed.output) == (3, True)
    assert run("remove", "s2", "--data", "replica").exit_code == 0
    assert replica.current_number() == 4


def test_a_promoted_replica_without_a_loaded_file_says_so(drill: Path) -> None:
    for command in ("load my-source.toml --data data", "replicate replica --data data"):
        assert run(*command.split()).exit_code == 0
    for path in (drill / "replica" / "sources").iterdir():
        path.unlink()
    assert (
        "The content of my-source.toml, which was loaded, is not here"
        in run("promote", "--data", "replica").output
    )


def test_a_backup_made_while_others_write_is_one_snapshot(tmp_path: Path) -> None:
    with writing(tmp_path / "data") as made:
        backups = Backups(made, tmp_path)
        counters = run_counters(made, 2, backups.are_made)
    assert [counter.surprises for counter in counters] == [[], []]
    numbers = []
    for path in backups.paths:
        restored = DataDirectory(tmp_path / f"restored-{path.name}")
        numbers.append(restore_backup(restored, path, utc_now()).manifest.snapshot)
        store = EmbeddedStore(restored.current().store, read_only=True)
        default = {(quad.subject, quad.object) for quad in store.quads() if str(quad.graph_name) == "DEFAULT"}
        named = {(quad.subject, quad.object) for quad in store.quads() if str(quad.graph_name) != "DEFAULT"}
        # Each write changes the same in both graphs, so that half of one would be seen.
        assert default == named and len(default) <= 2
        store.close()
    assert numbers == sorted(numbers) and len(set(numbers)) > 1


class Backups:
    """Backups made by one of the writers' threads while the others write; then it is over."""

    def __init__(self, made: Writing, folder: Path) -> None:
        self._data = made.data
        self.paths = [folder / "backup-0", folder / "backup-1.tar", folder / "backup-2.tar.gz"]
        self._left = list(self.paths)
        self._turn = threading.Lock()

    def are_made(self) -> bool:
        with self._turn:
            if self._left:
                write_backup(self._data, self._left[0], utc_now())
                del self._left[0]
            return not self._left


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def big_dataset(root: Path) -> DataDirectory:
    """A dataset with a loaded file of 4 MB that does not pack well."""
    data = DataDirectory(root)
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.flush()
        store.close()
        (data.sources / ("a" * 64)).write_bytes(os.urandom(4 << 20))
        data.publish(stage, {"quads": 0}, "load")
    return data


@pytest.mark.parametrize("form", ["backup", "backup.tar", "backup.tar.gz"])
def test_a_full_disk_ends_a_backup_and_leaves_nothing_of_it(
    small_disk: Path, tmp_path: Path, form: str
) -> None:
    data = big_dataset(tmp_path / "data")
    with pytest.raises(StoreWriteError, match=r"The disk that holds .* is full"):
        write_backup(data, small_disk / form, utc_now())
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("form", ["backup", "backup.tar", "backup.tar.gz"])
def test_a_full_disk_ends_a_restoration_and_the_dataset_is_as_it_was(
    drill_data: Path, small_disk: Path, tmp_path: Path, form: str
) -> None:
    write_backup(DataDirectory(drill_data), tmp_path / form, utc_now())
    target = small_disk / "data"
    with DataDirectory(target).writer():
        stage = DataDirectory(target).stage()
        (stage / "store").mkdir()
        DataDirectory(target).publish(stage, {}, "load")
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "ballast").write_bytes(bytes(free - (512 << 10)))
    before = sorted(path for path in target.rglob("*") if path.name != "turn.lock")
    with pytest.raises(StoreWriteError, match=r"is full|more than are free"):
        restore_backup(DataDirectory(target), tmp_path / form, utc_now())
    assert sorted(path for path in target.rglob("*") if path.name != "turn.lock") == before
    (small_disk / "ballast").unlink()


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("strict_umask")
def test_a_backup_restored_under_another_umask_and_path_says_the_same(
    drill_data: Path, tmp_path: Path
) -> None:
    written = write_backup(DataDirectory(drill_data), tmp_path / "backup.tar", utc_now(), with_digest=True)
    target = tmp_path / "a folder with spaces" / "データ"
    target.parent.mkdir()
    restored = restore_backup(DataDirectory(target), tmp_path / "backup.tar", utc_now(), with_digest=True)
    assert restored.digest == written.digest == digest_of(target) == digest_of(drill_data)


def test_a_restoration_that_says_something_else_than_its_backup_is_refused(
    drill_data: Path, tmp_path: Path
) -> None:
    written = write_backup(DataDirectory(drill_data), tmp_path / "backup", utc_now(), with_digest=True)
    manifest = tmp_path / "backup" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(written.digest, "sha256:" + "0" * 64))
    data = DataDirectory(tmp_path / "data")
    with pytest.raises(
        MalformedSourceError, match=f"it says {written.digest}, and was made of a dataset with"
    ):
        restore_backup(data, tmp_path / "backup", utc_now(), with_digest=True)
    assert data.current_if_any() is None
    # Whoever does not ask has the bytes of the backup, as the manifest has them.
    assert restore_backup(data, tmp_path / "backup", utc_now()).digest == ""
