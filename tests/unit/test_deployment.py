"""What is shipped for those who deploy: files that name only what is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from server import main
from web.metrics import Metrics, ServerState

ROOT = Path(__file__).parents[2]
DEPLOYMENT = ROOT / "web" / "deployment"


def text(name: str) -> str:
    return (DEPLOYMENT / name).read_text(encoding="utf-8")


def require_parsed(arguments: list[str]) -> None:
    """The command line knows these; nothing is run."""
    command = main.get_command(click.Context(main), arguments[0])
    assert command is not None, arguments
    command.make_context(arguments[0], arguments[1:]).params["data"].root.as_posix()


def test_the_container_takes_all_rooms_along() -> None:
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = {
        word
        for line in re.findall(r"^COPY (?!--)(.*)$", text("Dockerfile"), re.M)
        for word in line.split()[:-1]
    }
    assert set(rooms["only-include"]) <= copied
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "osagraph.service"])
def test_its_commands_are_ours(name: str) -> None:
    lists = re.findall(r"^ *(?:CMD|command:) (\[.*\])$", text(name), re.M)
    commands = [words for words in map(json.loads, lists) if words[0] in ("serve", "replicate")]
    commands += [line.split() for line in re.findall(r"^ExecStart=\S*/osagraph (.*)$", text(name), re.M)]
    assert commands
    for arguments in commands:
        require_parsed(arguments)


def test_alerts_are_about_metrics_that_there_are() -> None:
    metrics = Metrics()
    metrics.watch(lambda: ServerState(0, 0, 0, 1))
    exposed = set(re.findall(r"^# TYPE (\w+)", metrics.render()[0].decode(), re.M))
    named = set(re.findall(r"\bosagraph_\w+", text("alerts.yaml")))
    assert named and {name.removesuffix("_bucket") for name in named} <= exposed


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze")
    unit = tmp_path / "osagraph.service"
    # The program itself is not installed here.
    unit.write_text(text("osagraph.service").replace("/opt/osagraph/bin/osagraph", "/bin/true"))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
