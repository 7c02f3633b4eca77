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

from graph.freshness import Freshness, FreshnessReport
from graph.view_desk import ViewState
from server import main
from web.metrics import Metrics
from web.server_state import DataState, ServerState

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


def exposed() -> dict[str, tuple[str, str]]:
    """Each metric of ours with its type and what it says, of a server of which everything is known."""
    fresh = Freshness("https://example.org/a", 1, "2025-01-01", "2025-01-01", "2025-01-01T00:00:00Z")
    report = FreshnessReport([fresh], 1, fresh)
    data = DataState(1, 1, 1, True, True, 1)
    state = ServerState(0, 0, 0, 1, 0, ViewState(), 0, 1, {"claims": 1}, 1, True, True, data, report)
    metrics = Metrics()
    metrics.watch(lambda: state)
    text = metrics.render()[0].decode()
    words = dict(re.findall(r"^# HELP (osagraph_\w+) (.*)$", text, re.M))
    kinds = dict(re.findall(r"^# TYPE (osagraph_\w+) (\w+)$", text, re.M))
    return {name: (kind, words[name]) for name, kind in kinds.items() if not name.endswith("_created")}


@pytest.mark.parametrize("name", ["alerts.yaml", "dashboard.json"])
def test_alerts_and_pictures_are_about_metrics_that_there_are(name: str) -> None:
    named = {each.removesuffix("_bucket") for each in re.findall(r"\bosagraph_\w+", text(name))}
    assert named and named <= exposed().keys()


def test_the_dashboard_shows_every_metric() -> None:
    shown = {each.removesuffix("_bucket") for each in re.findall(r"\bosagraph_\w+", text("dashboard.json"))}
    assert exposed().keys() - shown == set()
    panels = json.loads(text("dashboard.json"))["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len({panel["id"] for panel in panels}) == len(panels)


def test_the_page_of_metrics_says_what_the_server_says() -> None:
    rows = re.findall(r"^\| `(osagraph_\w+)`[^|]*\| (\w+) \| ([^|]+) \|$", text("metrics.md"), re.M)
    assert {name: (kind, words.strip()) for name, kind, words in rows} == exposed()


def test_the_rules_fire_when_they_are_meant_to() -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("there is no promtool")
    for what, path in (("check", DEPLOYMENT / "alerts.yaml"), ("test", ROOT / "tests/unit/alert_rules.yaml")):
        done = subprocess.run([tool, what, "rules", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze")
    unit = tmp_path / "osagraph.service"
    # The program itself is not installed here.
    unit.write_text(text("osagraph.service").replace("/opt/osagraph/bin/osagraph", "/bin/true"))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
