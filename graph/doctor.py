"""Looks at what osagraph needs of a machine and of a data directory, before somebody else finds out.

Each check tells what it found, and what to do where that is not as it should be. Nothing is changed.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.errors import KnowledgeGraphError, StoreBusyError
from graph.formats import FORMAT, read_format
from graph.label_keeper import has_labels
from graph.listening import require_free
from graph.snapshot_status import disk_bytes, lock_state, upgrade_advice
from graph.tokens import TOKEN_FILE

# A build or a restoration needs room for another copy, and the disk for its own work.
ROOM: Final = 2
FEWEST_FILES: Final = 4096
FEW_BYTES: Final = 1 << 30
# Clocks of machines that write for each other may differ by so much.
CLOCK: Final = timedelta(minutes=5)
DISTRIBUTION: Final = "osagraph"
NAMESPACE: Final = Path("/proc/self/ns/net")
PROBE: Final = (
    f"import os; from graph.confinement import confine; confine(1 << 32); print(os.readlink('{NAMESPACE}'))"
)
PROBE_SECONDS: Final = 30


@dataclass(frozen=True)
class Finding:
    """What a check found: `state` is ok, warning or failure; what to do then is in `what` or the remedy."""

    check: str
    state: str
    what: str
    remedy: str = ""


def examine(data: DataDirectory, host: str, port: int, now: datetime) -> Iterator[Finding]:
    """What is found, check by check; a check that cannot be carried out is a failure of its own."""
    checks: dict[str, Iterator[Finding]] = {
        "python": _python(),
        "libraries": _libraries(),
        "permissions": _permissions(data),
        "format": _format(data),
        "dataset": _dataset(data),
        "disk": _disk(data),
        "clock": _clock(data, now),
        "limits": _limits(),
        "confinement": _confinement(),
        "port": _port(data, host, port),
    }
    for name, findings in checks.items():
        try:
            yield from findings
        except (KnowledgeGraphError, OSError, subprocess.SubprocessError) as error:
            yield Finding(name, "failure", str(error))


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", "ok", f"Python {version}")
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            remedy = "Use a Python whose SQLite was built with FTS5; without it nothing is found by name."
            yield Finding("python", "failure", f"SQLite {sqlite3.sqlite_version} has no FTS5", remedy)


def _libraries() -> Iterator[Finding]:
    """Each library as the package asks for it; those of extras are of no matter here."""
    fine = 0
    for requirement in map(Requirement, importlib.metadata.requires(DISTRIBUTION) or []):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        what = _unfit(requirement)
        if what:
            remedy = f"Install it: pip install '{requirement}'"
            yield Finding("libraries", "failure", what, remedy)
        else:
            fine += 1
    yield Finding("libraries", "ok", f"{fine} are as they must be")


def _unfit(requirement: Requirement) -> str:
    """What is wrong with a library; nothing where it fits."""
    try:
        found = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    is_fit = requirement.specifier.contains(found, prereleases=True)
    return "" if is_fit else f"{requirement.name} {found} is not {requirement.specifier}"


def _permissions(data: DataDirectory) -> Iterator[Finding]:
    root = data.root
    if not root.is_dir():
        yield Finding(
            "permissions", "warning", f"{root} is not there yet", f"Make it: osagraph build --data {root}"
        )
        return
    if not os.access(root, os.W_OK | os.X_OK):
        yield Finding(
            "permissions", "failure", f"{root} cannot be written", "Give it to the user who serves it."
        )
    owner, me = root.stat().st_uid, os.geteuid()
    if owner != me:
        yield Finding(
            "permissions",
            "warning",
            f"{root} belongs to user {owner}, and you are {me}",
            "Run it as its owner.",
        )
    tokens = root / TOKEN_FILE
    if tokens.exists() and stat.S_IMODE(tokens.stat().st_mode) & 0o077:
        yield Finding(
            "permissions", "failure", f"{tokens} can be read by others", f"Close it: chmod 600 {tokens}"
        )
    yield Finding(
        "permissions", "ok", f"{root} can be read{' and written' if os.access(root, os.W_OK) else ''}"
    )


def _format(data: DataDirectory) -> Iterator[Finding]:
    advice = upgrade_advice(data)
    if advice:
        what, _, remedy = advice.rpartition(". ")
        # A directory of an earlier format cannot be served; of what is out of date, answers are just that.
        state = "warning" if read_format(data.root) == FORMAT else "failure"
        yield Finding("format", state, what, remedy)
        return
    kind = "a read replica" if data.is_replica else "a dataset of its own"
    yield Finding("format", "ok", f"{data.root} is {kind}")


def _dataset(data: DataDirectory) -> Iterator[Finding]:
    snapshot = data.current_if_any()
    if snapshot is None:
        yield Finding(
            "dataset", "warning", "nothing has been built", f"Build it: osagraph build --data {data.root}"
        )
        return
    store = open_dataset(snapshot)
    is_empty = next(iter(store.quads()), None) is None
    store.close()
    yield Finding("dataset", "ok", f"snapshot {snapshot.number} opens{', and is empty' if is_empty else ''}")
    if not has_labels(data):
        yield Finding(
            "dataset", "warning", "its index of names is missing", "It is made by the server: osagraph serve"
        )
    for name in ("serve.lock", "writer.lock"):
        state = lock_state(data.root / name)
        if state.held and not state.alive:
            remedy = "Find who holds it: fuser -v " + str(data.root / name)
            yield Finding("dataset", "warning", f"{name} is held by a process that cannot be named", remedy)


def _disk(data: DataDirectory) -> Iterator[Finding]:
    place = next(path for path in (data.root, *data.root.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    snapshot = data.current_if_any()
    needed = max(FEW_BYTES, ROOM * disk_bytes(snapshot.folder)) if snapshot else FEW_BYTES
    what = f"{free >> 20:,} MiB free, {needed >> 20:,} MiB advised"
    remedy = "Free some room, or move the data directory."
    yield Finding("disk", "ok", what) if free >= needed else Finding("disk", "warning", what, remedy)
    entries = os.statvfs(place)
    if entries.f_files and entries.f_favail < FEWEST_FILES:
        yield Finding("disk", "warning", f"only {entries.f_favail} more files fit", remedy)


def _clock(data: DataDirectory, now: datetime) -> Iterator[Finding]:
    snapshot = data.current_if_any()
    made = datetime.fromisoformat(snapshot.made) if snapshot and snapshot.made else None
    if made is not None and made > now + CLOCK:
        what = f"the current snapshot was made at {made:%Y-%m-%d %H:%M} UTC, which is in the future"
        yield Finding("clock", "failure", what, "Set the clock: timedatectl set-ntp true")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _limits() -> Iterator[Finding]:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < FEWEST_FILES:
        remedy = f"Raise it: ulimit -n {FEWEST_FILES}, or LimitNOFILE= in the unit."
        yield Finding("limits", "warning", f"a process may open {files} files", remedy)
    else:
        yield Finding("limits", "ok", f"a process may open {files} files")


def _confinement() -> Iterator[Finding]:
    """Whether readers can give up the network: one that does is in a namespace of its own."""
    child = subprocess.run(
        [sys.executable, "-P", "-c", PROBE],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=PROBE_SECONDS,
        check=False,
    )
    if child.returncode == 0 and child.stdout.strip() != str(NAMESPACE.readlink()):
        yield Finding("confinement", "ok", "readers give up the network")
        return
    remedy = "Allow user namespaces (sysctl user.max_user_namespaces), or cut the service off by a firewall."
    yield Finding(
        "confinement", "warning", "readers keep the network: user namespaces are switched off", remedy
    )


def _port(data: DataDirectory, host: str, port: int) -> Iterator[Finding]:
    try:
        require_free(host, port)
        yield Finding("port", "ok", f"{host}, port {port} is free")
    except StoreBusyError as error:
        if lock_state(data.root / "serve.lock").held:
            yield Finding("port", "ok", f"{host}, port {port} is in use while this dataset is served")
        else:
            what, _, remedy = str(error).partition(". ")
            yield Finding("port", "failure", what, remedy)
