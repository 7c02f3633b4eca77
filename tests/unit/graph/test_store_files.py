"""Copies of a store by its files hold everything written before, and refuse what is being rearranged."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph import store_files
from graph.embedded import LARGE_LOG_BYTES, EmbeddedStore
from graph.errors import StoreWriteError
from graph.store_files import copy_store, log_bytes

P = NamedNode("http://e.example/p")
GRAPH = NamedNode("http://e.example/g")


def quad(number: int) -> Quad:
    return Quad(P, P, Literal(str(number)), GRAPH if number % 2 else DefaultGraph())


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


def read(folder: Path) -> set[Quad]:
    return set(EmbeddedStore(folder, read_only=True).quads())


def test_a_copy_holds_what_is_in_no_table_yet_and_nothing_later(store: EmbeddedStore, tmp_path: Path) -> None:
    copies = []
    for number in range(40):
        store.insert([quad(number)])
        if number == 20:
            store.flush()
        copies.append(tmp_path / str(number))
        store.save(copies[-1])
    for number, folder in enumerate(copies):
        assert read(folder) == {quad(earlier) for earlier in range(number + 1)}


def test_a_copy_of_a_copy_holds_it_too_and_may_be_written(store: EmbeddedStore, tmp_path: Path) -> None:
    store.insert([quad(1)])
    store.save(tmp_path / "one")
    EmbeddedStore(tmp_path / "one", read_only=True).backup(tmp_path / "two")
    written = EmbeddedStore(tmp_path / "two")
    written.insert([quad(2)])
    written.flush()
    written.close()
    assert read(tmp_path / "two") == {quad(1), quad(2)}
    assert read(tmp_path / "one") == {quad(1)}


def test_the_log_counts_and_a_large_one_is_flushed(store: EmbeddedStore, tmp_path: Path) -> None:
    before = log_bytes(tmp_path / "store")
    text = "x" * (LARGE_LOG_BYTES + 1)
    large = Quad(P, P, Literal(text), GRAPH)
    store.insert([large])
    assert log_bytes(tmp_path / "store") > before + LARGE_LOG_BYTES
    store.save(tmp_path / "copy")
    assert log_bytes(tmp_path / "copy") < LARGE_LOG_BYTES
    assert read(tmp_path / "copy") == {large}


@pytest.mark.parametrize("gone", [True, False])
def test_a_store_that_changes_meanwhile_is_not_copied(
    store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    store.insert([quad(1)])
    copy = store_files._copy

    def change(source: Path, target: Path) -> None:
        if gone:
            raise FileNotFoundError(source)
        copy(source, target)
        (source.parent / "999999.sst").touch()

    monkeypatch.setattr(store_files, "_copy", change)
    assert copy_store(tmp_path / "store", tmp_path / "copy") is False
    assert not (tmp_path / "copy").exists()


def test_where_copying_fails_again_and_again_the_engine_does_it(
    store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.embedded.copy_store", lambda source, target: False)
    store.insert([quad(1)])
    store.save(tmp_path / "copy")
    assert read(tmp_path / "copy") == {quad(1)}
    with pytest.raises(StoreWriteError, match="is being written, or removed"):
        EmbeddedStore(tmp_path / "copy", read_only=True).backup(tmp_path / "again")


def test_a_full_disk_is_told(store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graph.embedded.copy_store", refuse)
    with pytest.raises(StoreWriteError, match="full"):
        store.save(tmp_path / "copy")
