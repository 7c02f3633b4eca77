"""The settings of a server: each can be given from two sides; what is no value is refused; a page has all."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from server import create_app, main
from web.setting_options import read_settings, setting_options, settings_from_environment
from web.settings import OPTION, Settings

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "web" / "deployment" / "configuration.md"
# By name of the option: what is given, the field, and what it becomes.
GIVEN: dict[str, tuple[str, str, object]] = {
    "host": ("::1", "host", "::1"),
    "port": ("8443", "port", 8443),
    "raw": ("1", "raw", True),
    "public-url": ("https://kg.example/osa/", "public_url", "https://kg.example/osa/"),
    "report-url": ("mailto:desk@kg.example", "report_url", "mailto:desk@kg.example"),
    "proxy": ("10.0.0.1/8", "proxies", ("10.0.0.1/8",)),
    "readers": ("7", "readers", 7),
    "deadline": ("2.5", "deadline_seconds", 2.5),
    "total": ("90", "total_seconds", 90.0),
    "waiting": ("0", "waiting_seconds", 0.0),
    "memory": ("512", "memory_bytes", 512 << 20),
    "update-deadline": ("5", "update_seconds", 5.0),
    "view-deadline": ("5", "view_seconds", 5.0),
    "body": ("1", "body_bytes", 1 << 20),
    "upload": ("3", "upload_bytes", 3 << 20),
    "upload-deadline": ("5", "upload_seconds", 5.0),
    "cache": ("0", "cache_bytes", 0),
    "spool": ("1", "spool_bytes", 1 << 20),
    "slow": ("0.25", "slow_seconds", 0.25),
}
REFUSED = [
    ("--port", "0"),
    ("--port", "9" * 10_000),
    ("--port", "tcp://10.0.0.1:80"),
    ("--readers", "-1"),
    ("--readers", "³"),
    ("--memory", "511"),
    ("--memory", "2 GiB"),
    ("--deadline", "0"),
    ("--deadline", "nan"),
    ("--total", "inf"),
    ("--waiting", "-0.1"),
    ("--slow", "soon"),
    ("--proxy", "10.0.0.300"),
    ("--proxy", "proxy.example"),
    ("--host", "two words"),
    ("--public-url", "kg.example"),
    ("--public-url", "https://"),
    ("--public-url", "https://[::1"),
    ("--public-url", "ftp://kg.example"),
    ("--report-url", "javascript:alert(1)"),
    ("--report-url", "mailto:"),
]


@click.command()
@setting_options
def probe(**given: Any) -> None:
    """Shows what a server would be given."""
    click.echo(repr(read_settings(Path("here"), given)))


def shown(arguments: list[str], environment: dict[str, str] | None = None) -> str:
    result = CliRunner().invoke(probe, arguments, env=environment)
    assert result.exit_code == 0, result.output
    return result.stdout.rstrip("\n")


def test_without_an_option_a_setting_has_its_default() -> None:
    assert shown([]) == repr(Settings(Path("here")))


def test_each_setting_has_an_option_but_those_that_other_commands_have_too() -> None:
    without = {each.name for each in fields(Settings) if OPTION not in each.metadata}
    assert {"data", "services", "quiet"} <= without
    assert {field for _, field, _ in GIVEN.values()} == {each.name for each in fields(Settings)} - without


@pytest.mark.parametrize("option", GIVEN)
def test_an_option_and_its_variable_set_the_same(option: str) -> None:
    text, field, value = GIVEN[option]
    variable = next(each.metadata[OPTION].variable for each in fields(Settings) if each.name == field)
    expected = repr(Settings(Path("here"), **{field: value}))  # type: ignore[arg-type]
    assert shown([f"--{option}", *([] if option == "raw" else [text])]) == expected
    assert shown([], {variable: text}) == expected


def test_the_option_wins_over_the_variable() -> None:
    assert "port=1234" in shown(["--port", "1234"], {"OSAGRAPH_LISTEN_PORT": "4321"})


def test_several_proxies_come_as_several_options_or_as_one_variable() -> None:
    both = "proxies=('10.0.0.0/8', 'fd00::/8')"
    assert both in shown(["--proxy", "10.0.0.0/8", "--proxy", "fd00::/8"])
    assert both in shown([], {"OSAGRAPH_PROXY": "10.0.0.0/8 fd00::/8"})


@pytest.mark.parametrize(("option", "value"), REFUSED)
def test_what_is_no_value_is_refused_and_the_option_named(option: str, value: str) -> None:
    result = CliRunner().invoke(main, ["serve", option, value])
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr
    assert "is not a" in result.stderr


def test_a_query_cannot_have_less_time_in_all_than_until_its_first_byte() -> None:
    result = CliRunner().invoke(main, ["serve", "--deadline", "100"])
    assert result.exit_code == 2
    assert "--total (60) is less than --deadline (100)" in result.stderr


def test_an_application_of_its_own_takes_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAGRAPH_DATA", str(tmp_path))
    monkeypatch.setenv("OSAGRAPH_PUBLIC_URL", "https://kg.example/")
    monkeypatch.setenv("OSAGRAPH_BODY", "2")
    expected = Settings(tmp_path, public_url="https://kg.example/", body_bytes=2 << 20)
    assert settings_from_environment() == expected
    assert create_app().config["MAX_CONTENT_LENGTH"] == 2 << 20


def test_the_reference_is_what_the_server_prints() -> None:
    result = CliRunner().invoke(main, ["serve", "--settings"])
    assert result.exit_code == 0
    assert result.stdout == PAGE.read_text("utf-8"), f"osagraph serve --settings > {PAGE.relative_to(ROOT)}"


def test_the_reference_has_every_variable_that_the_code_reads() -> None:
    rooms = ("graph", "loaders", "ontology", "web")
    code = [ROOT / "server.py", *(path for room in rooms for path in (ROOT / room).rglob("*.py"))]
    read = {name for path in code for name in re.findall(r'"(OSAGRAPH_[A-Z_]+)"', path.read_text("utf-8"))}
    assert {"OSAGRAPH_DATA", "OSAGRAPH_CURATOR"} <= read
    assert read <= set(re.findall(r"`(OSAGRAPH_[A-Z_]+)`", PAGE.read_text("utf-8")))
