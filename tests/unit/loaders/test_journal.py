"""The journal: what is written is read again, and loaded files are kept by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import StoreMissingError
from loaders.journal import (
    Entry,
    Journal,
    KeptFile,
    appended,
    file_digest,
    keep_files,
    read_journal,
    restore_files,
)


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    entries = [
        Entry("load", "2026-04-01T12:00:00Z", (KeptFile("é.ttl", "00", "rdf"),), keep_graphs=True),
        Entry("load", "2026-04-01T12:00:01Z", (), keep_going=True),
        Entry("remove", "2026-04-01T12:00:02Z", removed="user/x\u2028y"),
        Entry("edit", "2026-04-01T12:00:03Z", graphs=("http://e.example/a", "http://e.example/b")),
    ]
    Journal(entries).write(tmp_path)
    assert read_journal(tmp_path).entries == entries


def test_a_snapshot_without_a_journal_has_an_empty_one(tmp_path: Path) -> None:
    assert read_journal(tmp_path).entries == []


def test_files_are_kept_by_content_and_come_back_under_their_names(tmp_path: Path) -> None:
    kept_files = tmp_path / "sources"
    kept_files.mkdir()
    paths = [tmp_path / folder / "x.csv" for folder in ("a", "b", "c")]
    for path, text in zip(paths, ("one", "two", "one"), strict=True):
        path.parent.mkdir()
        path.write_text(text)
    kept = keep_files(paths, ["tables"] * 3, kept_files)
    assert {path.name for path in kept_files.iterdir()} == {file_digest(path) for path in paths}
    assert len(list(kept_files.iterdir())) == 2
    restored = restore_files(kept, kept_files, tmp_path / "back")
    assert [(path.name, path.read_text()) for path in restored] == [
        ("x.csv", "one"),
        ("x.csv", "two"),
        ("x.csv", "one"),
    ]


def test_a_half_written_copy_of_an_earlier_load_is_no_kept_file(tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_text("whole")
    digest = file_digest(tmp_path / "x.nt")
    kept_files = tmp_path / "sources"
    kept_files.mkdir()
    (kept_files / f".{digest}.new").write_text("wh")
    keep_files([tmp_path / "x.nt"], ["rdf"], kept_files)
    assert [(path.name, path.read_text()) for path in kept_files.iterdir()] == [(digest, "whole")]


def test_a_kept_file_that_is_gone_is_named(tmp_path: Path) -> None:
    kept = [KeptFile("my.toml", "0123456789abcdef", "source-file")]
    with pytest.raises(StoreMissingError) as caught:
        restore_files(kept, tmp_path, tmp_path / "back")
    assert "has lost the content of my.toml (0123456789ab…)." in str(caught.value)


def test_the_digest_of_a_file_is_its_sha_256(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert file_digest(tmp_path / "empty") == known


def entry(text: str) -> Entry:
    """`edit a b`, `put s1`, `remove s1` or `load`."""
    op, *names = text.split()
    if op == "put":
        return Entry(op, "", graphs=(f"https://w3id.org/osagraph/graph/source/{names[0]}",))
    return Entry(op, "", removed=names[0]) if op == "remove" else Entry(op, "", graphs=tuple(names))


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ([], "edit a", []),
        (["edit a"], "edit a", []),
        (["edit a b", "edit b c"], "edit b", ["edit a", "edit c"]),
        (["edit a", "load"], "edit a", ["edit a", "load"]),
        (["put s1", "put s2", "edit s1"], "put s1", ["put s2", "edit s1"]),
        (["put s1", "remove s1", "put s2"], "put s1", ["put s2"]),
        (["put s1"], "remove s1", []),
        # A load may have relied on the description that was put before.
        (["put s1", "load"], "put s1", ["put s1", "load"]),
        (["remove user/a", "edit a"], "remove user/a", ["remove user/a", "edit a"]),
        (["put s1", "edit a"], "load", ["put s1", "edit a"]),
    ],
)
def test_a_new_entry_takes_the_place_of_those_that_make_no_difference_any_more(
    old: list[str], new: str, kept: list[str]
) -> None:
    assert appended([entry(text) for text in old], entry(new)) == [entry(text) for text in [*kept, new]]


def test_a_journal_of_an_older_osagraph_is_read(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"op": "remove", "at": "", "files": [], "removed": "s1"}\n')
    assert read_journal(tmp_path).entries == [Entry("remove", "", removed="s1")]
