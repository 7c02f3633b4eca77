"""The doctor: one finding for each thing that is wrong, with what to do, and nothing changed."""

from __future__ import annotations

import json
import resource
import shutil
import socket
import subprocess
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from graph import doctor
from graph.datadir import DataDirectory
from graph.doctor import Finding, examine
from graph.doctor_command import doctor_command
from graph.embedded import EmbeddedStore
from graph.label_keeping import make_labels
from graph.tokens import TOKEN_FILE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    made = DataDirectory(tmp_path / "data")
    with made.writer():
        stage = made.stage()
        store = EmbeddedStore(stage / "store")
        store.flush()
        make_labels(made.root, store, 1)
        store.close()
        made.publish(stage, {"made": "2026-11-22T11:00:00+00:00"}, "build")
    return made


@pytest.fixture
def port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def trouble(data: DataDirectory, port: int) -> dict[str, Finding]:
    """What is not well, by check; the machine that tests run on may lack room or namespaces."""
    found = [finding for finding in examine(data, "127.0.0.1", port, NOW) if finding.state != "ok"]
    assert all(finding.remedy for finding in found)
    return {
        finding.check: finding for finding in found if finding.check not in ("confinement", "disk", "limits")
    }


def test_a_healthy_dataset_has_no_findings_but_good_ones(data: DataDirectory, port: int) -> None:
    assert trouble(data, port) == {}
    checks = [finding.check for finding in examine(data, "127.0.0.1", port, NOW)]
    assert set(checks) == {
        *("python", "libraries", "permissions", "format", "dataset", "disk"),
        *("clock", "limits", "confinement", "port"),
    }


def test_a_folder_that_is_not_there_is_a_warning(tmp_path: Path, port: int) -> None:
    found = trouble(DataDirectory(tmp_path / "none"), port)
    assert {check: finding.state for check, finding in found.items()} == {
        "permissions": "warning",
        "dataset": "warning",
    }
    assert not (tmp_path / "none").exists()


def test_tokens_that_others_can_read_are_a_failure(data: DataDirectory, port: int) -> None:
    (data.root / TOKEN_FILE).write_text("{}")
    (data.root / TOKEN_FILE).chmod(0o644)
    assert trouble(data, port)["permissions"].what.endswith("can be read by others")


def test_a_missing_index_of_names_is_a_warning(data: DataDirectory, port: int) -> None:
    shutil.rmtree(data.root / "labels")
    assert trouble(data, port)["dataset"].what == "its index of names is missing"


def test_a_snapshot_from_the_future_is_a_matter_of_the_clock(data: DataDirectory, port: int) -> None:
    found = list(examine(data, "127.0.0.1", port, datetime(2026, 11, 21, tzinfo=UTC)))
    assert [finding.state for finding in found if finding.check == "clock"] == ["failure"]


def test_a_port_in_use_is_a_failure_unless_we_serve_there(data: DataDirectory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = trouble(data, int(listener.getsockname()[1]))
    assert found["port"].state == "failure" and "Address already in use" in found["port"].what


def test_little_room_and_few_files_are_warnings(
    data: DataDirectory, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    states = {f.check: (f.state, f.what) for f in examine(data, "127.0.0.1", port, NOW)}
    assert states["disk"] == ("warning", "0 MiB free, 1,024 MiB advised")
    assert states["limits"] == ("warning", "a process may open 256 files")


def test_a_library_that_is_too_old_is_named(
    data: DataDirectory, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["flask>=99.1", 'x>=1; extra == "dev"']
    monkeypatch.setattr("importlib.metadata.requires", lambda _: asked)
    assert "is not >=99.1" in trouble(data, port)["libraries"].what


def test_a_library_that_is_missing_is_named(
    data: DataDirectory, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["osagraph-has-no-such-library>=1"])
    assert trouble(data, port)["libraries"].what == "osagraph-has-no-such-library is not installed"


def test_readers_that_keep_the_network_are_a_warning(
    data: DataDirectory, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = subprocess.CompletedProcess([], 0, stdout=f"{doctor.NAMESPACE.readlink()}\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: same)
    states = {finding.check: finding.state for finding in examine(data, "127.0.0.1", port, NOW)}
    assert states["confinement"] == "warning"


def test_a_data_directory_of_another_format_is_a_failure(data: DataDirectory, port: int) -> None:
    (data.root / "format").write_text("9\n")
    result = CliRunner().invoke(doctor_command, ["--data", str(data.root), "--port", str(port), "--json"])
    found = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert found["format"]["state"] == "failure" and "has format 9" in found["format"]["what"]


def test_warnings_alone_leave_the_exit_code_alone(tmp_path: Path, port: int) -> None:
    result = CliRunner().invoke(doctor_command, ["--data", str(tmp_path / "none"), "--port", str(port)])
    assert result.exit_code == 0
    assert "warning  dataset      nothing has been built. Build it: osagraph build" in result.stdout
