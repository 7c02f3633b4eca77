"""Tokens: made, found again by their secret, revoked; and the file that holds them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import (
    StoreError,
    StoreFormatError,
    StoreWriteError,
    UnauthenticatedError,
    UnknownResourceError,
)
from graph.tokens import Token, TokenFile

START = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
UNKNOWN = r"^The token is not known, or was revoked\. Ask for another one\.$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


@pytest.fixture
def tokens(path: Path) -> TokenFile:
    """A file whose clock goes on by a minute at each look."""
    minutes = iter(range(1000))
    return TokenFile(path, lambda: START + timedelta(minutes=next(minutes)))


def test_a_secret_brings_its_token_back(tokens: TokenFile) -> None:
    first = tokens.add("first", ["user"])
    second = tokens.add("second", ["source:b", "admin", "source:b"])
    assert tokens.authenticate(first) == Token("first", frozenset({"user"}), START)
    assert tokens.authenticate(second) == Token(
        "second", frozenset({"admin", "source:b"}), START + timedelta(minutes=1)
    )


def test_secrets_are_256_random_bits_and_only_their_hash_is_kept(tokens: TokenFile, path: Path) -> None:
    secrets = [tokens.add(f"t{number}", ["user"]) for number in range(3)]
    assert all(re.fullmatch(r"osag_[A-Za-z0-9_-]{43}", secret) for secret in secrets)
    assert len(set(secrets)) == 3
    assert json.loads(path.read_text())["tokens"][1] == {
        "name": "t1",
        "scopes": ["user"],
        "created": "2026-11-01T09:31:00Z",
        "revoked": None,
        "sha256": hashlib.sha256(secrets[1].encode()).hexdigest(),
    }
    assert not any(secret.removeprefix("osag_") in path.read_text() for secret in secrets)


@pytest.mark.parametrize("secret", [None, ""])
def test_no_secret_is_told_how_to_send_one(tokens: TokenFile, secret: str | None) -> None:
    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer TOKEN"):
        tokens.authenticate(secret)


@pytest.mark.parametrize(
    "altered",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + " ",
        lambda secret: secret.removeprefix("osag_"),
        lambda secret: secret.swapcase(),
        lambda secret: hashlib.sha256(secret.encode()).hexdigest(),
        lambda secret: "one",
        lambda secret: "日本",
        lambda secret: "\ud800",
        lambda secret: "x" * 100_000,
    ],
)
def test_anything_but_the_secret_is_unknown(tokens: TokenFile, altered: Callable[[str], str]) -> None:
    secret = tokens.add("one", ["admin"])
    with pytest.raises(UnauthenticatedError, match=UNKNOWN):
        tokens.authenticate(altered(secret))


def test_every_entry_is_compared_whichever_fits(tokens: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [tokens.add(f"t{number}", ["user"]) for number in range(4)]
    tokens.revoke("t1")
    compared: list[str] = []
    honest = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(one)
        return honest(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    for secret in (secrets[0], secrets[3]):
        tokens.authenticate(secret)
        assert len(compared) == 4
        compared.clear()


def test_a_revoked_token_is_refused_and_stays_in_the_list(tokens: TokenFile) -> None:
    secret = tokens.add("one", ["user"])
    kept = tokens.add("two", ["user"])
    tokens.revoke("one")
    with pytest.raises(UnauthenticatedError, match=UNKNOWN):
        tokens.authenticate(secret)
    assert tokens.authenticate(kept).name == "two"
    assert [(token.name, token.revoked) for token in tokens.list()] == [
        ("one", START + timedelta(minutes=2)),
        ("two", None),
    ]


def test_a_name_is_free_again_once_its_token_is_revoked(tokens: TokenFile) -> None:
    old = tokens.add("one", ["admin"])
    with pytest.raises(ValueError, match=r"^There is a token 'one' already\. Revoke it first"):
        tokens.add("one", ["user"])
    tokens.revoke("one")
    new = tokens.add("one", ["user"])
    assert tokens.authenticate(new).scopes == {"user"}
    tokens.revoke("one")
    assert [token.revoked is None for token in tokens.list()] == [False, False]
    for secret in (old, new):
        with pytest.raises(UnauthenticatedError):
            tokens.authenticate(secret)


@pytest.mark.parametrize("name", ["one", "never"])
def test_only_a_token_in_force_is_revoked(tokens: TokenFile, name: str) -> None:
    tokens.add("one", ["user"])
    tokens.revoke("one")
    with pytest.raises(UnknownResourceError, match=f"^No token '{name}' is in force"):
        tokens.revoke(name)


@pytest.mark.parametrize("name", ["", "Upper", "a b", "ä", "a_b", "a" * 41, "a\n", "../x"])
def test_a_name_is_short_and_plain(tokens: TokenFile, path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"is no name for a token\. Use 1 to 40 of a-z"):
        tokens.add(name, ["user"])
    assert not path.exists()


@pytest.mark.parametrize(
    ("scopes", "sentence"), [([], "at least one scope"), (["user", "x"], "'x' is no scope")]
)
def test_a_token_has_scopes_that_there_are(
    tokens: TokenFile, path: Path, scopes: list[str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        tokens.add("one", scopes)
    assert not path.exists()


def test_a_running_server_sees_what_a_command_changes(tokens: TokenFile, path: Path) -> None:
    server = TokenFile(path)
    with pytest.raises(UnauthenticatedError):
        server.authenticate("osag_x")
    secret = tokens.add("one", ["user"])
    assert server.authenticate(secret).name == "one"
    tokens.revoke("one")
    with pytest.raises(UnauthenticatedError):
        server.authenticate(secret)
    path.unlink()
    assert server.list() == []


def test_the_file_is_read_only_when_it_has_changed(
    tokens: TokenFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tokens.add("one", ["user"])
    server = TokenFile(path)
    server.authenticate(secret)
    monkeypatch.setattr(Path, "open", None)
    assert server.authenticate(secret).name == "one"


@pytest.mark.parametrize("left_behind", [False, True])
def test_the_file_is_for_its_owner_alone(tokens: TokenFile, path: Path, left_behind: bool) -> None:
    if left_behind:
        path.with_name(".tokens.json.new").write_text("half a fi")
        path.with_name(".tokens.json.new").chmod(0o666)
    tokens.add("one", ["user"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["tokens.json", "tokens.lock"]


def test_threads_that_add_and_revoke_at_once_lose_nothing(path: Path) -> None:
    def work(number: int) -> str:
        file = TokenFile(path)
        file.add(f"gone-{number}", ["user"])
        secret = file.add(f"kept-{number}", [f"source:s{number}"])
        file.revoke(f"gone-{number}")
        return secret

    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(work, range(24)))
    file = TokenFile(path)
    assert [file.authenticate(secret).name for secret in secrets] == [f"kept-{n}" for n in range(24)]
    assert len(file.list()) == 48
    assert sum(token.revoked is None for token in file.list()) == 24


def test_processes_that_add_at_once_lose_nothing(path: Path) -> None:
    code = (
        "import sys, pathlib; from graph.tokens import TokenFile\n"
        "for n in range(10): TokenFile(pathlib.Path(sys.argv[1])).add(f'{sys.argv[2]}-{n}', ['user'])"
    )
    root = Path(__file__).parents[3]
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], cwd=root) for name in ("a", "b", "c")
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    names = {token.name for token in TokenFile(path).list()}
    assert names == {f"{name}-{n}" for name in "abc" for n in range(10)}


def entry(**changes: Any) -> str:
    fields = {"name": "one", "scopes": ["user"], "created": "2026-11-01T09:30:00Z", "revoked": None}
    return json.dumps({"format": 1, "tokens": [{**fields, "sha256": "0" * 64, **changes}]})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": 2, "tokens": []}',
        '{"format": 1}',
        '{"format": 1, "tokens": [1]}',
        '{"format": 1, "tokens": [{}]}',
        entry(scopes="admin"),
        entry(scopes=["everything"]),
        entry(name="A B"),
        entry(sha256="short"),
        entry(sha256=None),
        entry(created="yesterday"),
        entry(revoked=7),
        "\udcff",
    ],
)
def test_a_file_that_is_not_understood_lets_nobody_in_and_is_not_overwritten(
    path: Path, content: str
) -> None:
    path.write_text(content, errors="surrogateescape")
    before = path.read_bytes()
    file = TokenFile(path)
    actions: list[Callable[[], object]] = [
        lambda: file.authenticate("osag_x"),
        file.list,
        lambda: file.add("two", ["user"]),
        lambda: file.revoke("one"),
    ]
    for action in actions:
        with pytest.raises(StoreFormatError, match="is not a token file of this osagraph"):
            action()
    assert path.read_bytes() == before


def test_an_entry_as_it_should_be_is_understood(path: Path) -> None:
    path.write_text(entry())
    assert TokenFile(path).list() == [Token("one", frozenset({"user"}), START)]


def test_a_file_that_cannot_be_read_lets_nobody_in(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match=f"^{re.escape(str(path))} cannot be read: Is a directory"):
        TokenFile(path).authenticate("osag_x")


def test_where_nothing_can_be_written_nothing_changes(
    tokens: TokenFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tokens.add("one", ["user"])
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreWriteError, match="is full"):
        tokens.revoke("one")
    with pytest.raises(StoreWriteError, match="cannot be written: Not a directory"):
        TokenFile(path / "tokens.json").add("two", ["user"])
    assert path.read_bytes() == before
    assert tokens.authenticate(secret).name == "one"
