"""The curation journal: what was decided stands until it is undone, and nothing is lost without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.curation import (
    ACCEPT,
    COUNTED,
    GRADE,
    NAME,
    NO_CURATION,
    REJECT,
    RETRACT,
    SAME_VOICE,
    SEPARATE_VOICES,
    UNDO,
    Act,
    Curation,
    curation_of,
    read_acts,
    read_curation,
    write_acts,
)
from graph.errors import StoreFormatError

A, B, C = "http://e.example/a", "http://e.example/b", "http://e.example/c"


def act(number: int, kind: str, *of: str, undoes: int | None = None) -> Act:
    return Act(number, kind, "森", "2026-11-01T09:30:00Z", "It is so.", of, undoes=undoes)


ACTS = [
    act(1, ACCEPT, A),
    act(2, REJECT, B),
    act(3, SAME_VOICE, A, B),
    act(4, SEPARATE_VOICES, A, B, C),
    act(5, RETRACT, C),
    act(6, GRADE, A),
    act(7, UNDO, undoes=2),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A snapshot's folder with seven acts."""
    write_acts(ACTS, tmp_path)
    (tmp_path / "snapshot.json").write_text(json.dumps({"quads": 1, COUNTED: len(ACTS)}))
    return tmp_path


def test_what_was_not_undone_stands(folder: Path) -> None:
    assert read_curation(folder) == Curation(
        accepted=frozenset({A}),
        joined=(frozenset({A, B}),),
        apart=frozenset({frozenset({A, B}), frozenset({A, C}), frozenset({B, C})}),
        retracted=frozenset({C}),
        acts=tuple(each for each in ACTS if each.number not in (2, 7)),
    )


def test_a_journal_gives_back_what_was_written(folder: Path) -> None:
    assert read_acts(folder) == ACTS


def test_a_snapshot_without_acts_has_no_journal(tmp_path: Path) -> None:
    write_acts([], tmp_path)
    assert not (tmp_path / NAME).exists()
    assert read_curation(tmp_path) == curation_of([]) == NO_CURATION
    (tmp_path / "snapshot.json").write_text('{"quads": 1}')
    assert read_acts(tmp_path) == []


def test_a_journal_that_was_cut_anywhere_is_told_with_its_line_and_what_to_do(folder: Path) -> None:
    whole = (folder / NAME).read_bytes()
    for length in range(len(whole)):
        (folder / NAME).write_bytes(whole[:length])
        with pytest.raises(StoreFormatError) as caught:
            read_acts(folder)
        line = whole[:length].count(b"\n") + 1
        assert str(caught.value).startswith(f"{folder / NAME}, line {line}: ")
        assert "osagraph restore" in str(caught.value)


def test_a_journal_that_is_gone_is_missed(folder: Path) -> None:
    (folder / NAME).unlink()
    with pytest.raises(StoreFormatError, match="7 acts, of which 0 are there"):
        read_curation(folder)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"", "no act of curation"),
        (b"[]", "no act of curation"),
        (b'{"act": "accept"}', "no act of curation"),
        (b"\xff", "no act of curation"),
        (b'{"act": "merge", "number": 3}', "only another version of osagraph knows: 'merge'"),
        (ACTS[3].line.strip().encode(), "act 3 should be here, and act 4 is"),
    ],
)
def test_a_line_that_is_no_act_is_told(folder: Path, line: bytes, what: str) -> None:
    lines = (folder / NAME).read_bytes().split(b"\n")
    (folder / NAME).write_bytes(b"\n".join([*lines[:2], line, *lines[3:]]))
    with pytest.raises(StoreFormatError, match=f"line 3: .*{what}"):
        read_acts(folder)


def test_bytes_lost_within_a_journal_are_noticed(folder: Path) -> None:
    whole = (folder / NAME).read_bytes()
    for start in range(0, len(whole) - 40, 7):
        (folder / NAME).write_bytes(whole[:start] + whole[start + 40 :])
        with pytest.raises(StoreFormatError):
            read_acts(folder)
