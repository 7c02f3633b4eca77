"""Tokens from the command line: the secret alone on standard output, and every change in the audit log."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graph.errors import UnauthenticatedError
from graph.token_commands import token
from graph.tokens import TokenFile

Run = Callable[..., Result]
WHO = f"command line (uid {os.getuid()})"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(token, [*arguments, "--data", str(data)])

    return invoke


def audited(data: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in (data / "audit.jsonl").read_text().splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time")) for line in lines)
    return lines


def test_add_prints_the_secret_alone_on_standard_output(run: Run, data: Path) -> None:
    result = run("add", "deploy", "--scope", "user", "--scope", "source:seed-002-news")
    assert result.exit_code == 0
    assert re.fullmatch(r"osag_[A-Za-z0-9_-]{43}\n", result.stdout)
    assert result.stderr == (
        "Token deploy (source:seed-002-news, user). This is the only time its secret is shown:\n"
    )
    made = TokenFile(data / "tokens.json").authenticate(result.stdout.strip())
    assert made.name == "deploy" and made.scopes == {"user", "source:seed-002-news"}
    assert result.stdout.strip() not in (data / "audit.jsonl").read_text()


def test_quiet_leaves_the_secret_and_nothing_else(run: Run) -> None:
    result = run("add", "deploy", "--scope", "admin", "--quiet")
    assert (result.stderr, result.stdout[:5]) == ("", "osag_")
    assert run("revoke", "deploy", "--quiet").output == ""


def test_list_shows_names_scopes_and_dates_and_no_secret(run: Run, data: Path) -> None:
    secret = run("add", "one", "--scope", "user", "--scope", "admin").stdout.strip()
    run("add", "two", "--scope", "source:x")
    run("revoke", "one")
    lines = [line.split() for line in run("list").stdout.splitlines()]
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert lines[0] == ["token", "created", "revoked", "scopes"]
    assert [(line[0], line[3:]) for line in lines[1:]] == [("one", ["admin", "user"]), ("two", ["source:x"])]
    assert re.fullmatch(time, lines[1][2]) and lines[2][2] == "-"
    told = json.loads(run("list", "--json").stdout)
    assert [list(fields) for fields in told] == [["name", "scopes", "created", "revoked"]] * 2
    assert [(fields["name"], fields["scopes"]) for fields in told] == [
        ("one", ["admin", "user"]),
        ("two", ["source:x"]),
    ]
    assert told[1]["revoked"] is None and re.fullmatch(time, told[0]["revoked"])
    assert secret not in run("list", "--json").output


def test_list_makes_no_directory(run: Run, data: Path) -> None:
    assert json.loads(run("list", "--json").stdout) == []
    assert run("list").stdout.split() == ["token", "created", "revoked", "scopes"]
    assert not data.exists()


def test_a_revoked_token_is_refused(run: Run, data: Path) -> None:
    secret = run("add", "one", "--scope", "user").stdout.strip()
    result = run("revoke", "one")
    assert (result.exit_code, result.stdout) == (0, "Token one is revoked.\n")
    with pytest.raises(UnauthenticatedError):
        TokenFile(data / "tokens.json").authenticate(secret)


def test_each_change_is_in_the_audit_log_and_what_failed_is_not(run: Run, data: Path) -> None:
    run("add", "one", "--scope", "user", "--scope", "admin", "--scope", "user")
    run("add", "one", "--scope", "user")
    run("revoke", "none")
    run("revoke", "one")
    assert audited(data) == [
        {"who": WHO, "op": "token-add", "token": "one", "scopes": ["admin", "user"]},
        {"who": WHO, "op": "token-revoke", "token": "one"},
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("add", "one", "--scope", "user"), 2, "Error: There is a token 'one' already."),
        (("add", "Bad Name", "--scope", "user"), 2, "Error: 'Bad Name' is no name for a token."),
        (("add", "two", "--scope", "root"), 2, "Error: 'root' is no scope."),
        (("add", "two", "--scope", "source:../meta"), 2, "Error: 'source:../meta' is no scope."),
        (("add", "two"), 2, "Error: Missing option '--scope'."),
        (("revoke", "two"), 5, "Error: No token 'two' is in force. See: osagraph token list"),
    ],
)
def test_each_mistake_ends_with_a_sentence_and_its_code(
    run: Run, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    run("add", "one", "--scope", "user")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in result.stderr and "Traceback" not in result.stderr


def test_a_token_file_that_is_broken_ends_each_command_with_code_3(run: Run, data: Path) -> None:
    run("add", "one", "--scope", "user")
    (data / "tokens.json").write_text("{")
    for arguments in (("add", "two", "--scope", "user"), ("list",), ("revoke", "one")):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.startswith("Error: ") and "is not a token file" in result.stderr


def test_a_secret_that_could_not_be_recorded_is_not_shown(run: Run, data: Path) -> None:
    (data / "audit.jsonl").mkdir(parents=True)
    result = run("add", "one", "--scope", "user")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "The audit log" in result.stderr


def test_a_directory_that_is_a_file_is_told_in_a_sentence(run: Run, data: Path) -> None:
    data.write_text("")
    for arguments in (("add", "two", "--scope", "user"), ("revoke", "one")):
        assert run(*arguments).exit_code == 3
