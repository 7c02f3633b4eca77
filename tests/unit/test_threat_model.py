"""The threat model promises nothing that no test holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "web" / "deployment" / "threat-model.md").read_text("utf-8")
PROMISES = re.findall(r"^\*\*(P\d+)\. (.*?)(?=^\*\*P\d+\.|^## )", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def tests_there() -> set[str]:
    """The names of all tests."""
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.M)}


def test_promises_are_numbered_one_by_one() -> None:
    assert [name for name, _ in PROMISES] == [f"P{number}" for number in range(1, len(PROMISES) + 1)]
    assert len(PROMISES) > 10


@pytest.mark.parametrize(("name", "text"), PROMISES)
def test_each_promise_names_tests_that_there_are(name: str, text: str, tests_there: set[str]) -> None:
    named = set(re.findall(r"`(test_\w+)`", text))
    assert named, f"{name} names no test"
    assert named - tests_there == set()


def test_every_option_that_it_names_is_one() -> None:
    reference = (ROOT / "web" / "deployment" / "configuration.md").read_text("utf-8")
    known = set(re.findall(r"`(--[a-z-]+)`", reference)) | {"--contact", "--with-tokens", "--version"}
    assert set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*)", PAGE)) <= known
