"""Views on disk: made once, found again, whole or not there, and no more of them than may be kept."""

from __future__ import annotations

import datetime
import os
import shutil
import tarfile
import threading
from pathlib import Path
from typing import Any

import click
import pytest
from pyoxigraph import NamedNode, QuerySolutions

from graph import view_cache
from graph.backup import write_backup
from graph.bundle import Bundle
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import SnapshotGoneError, StoreError, StoreFormatError
from graph.reader_child import Snapshots
from graph.reader_protocol import ReadRequest
from graph.terms import date_literal
from graph.view_build import build_view
from graph.view_cache import View, ViewCache, view_name
from graph.view_options import open_view
from graph.view_retention import KeptView, held_while_read, kept_views, superfluous_views
from graph.views import ViewChoice
from loaders.build import BuildPlan, build_store
from ontology.namespaces import ID, OSA
from tests.unit.graph.revision_world import claim, source

HEADER = "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
MOMENT = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
EARLY, LATE = datetime.date(2024, 1, 31), datetime.date(2025, 6, 1)
RULES = "SELECT ?rules { id:osa osa:basedOn ?rules } ORDER BY ?rules"


def bundle(number: int, issued: str, rules: NamedNode) -> Bundle:
    return Bundle(source(number, issued=date_literal(issued)), (claim(ID.osa, OSA.basedOn, rules, number),))


def publish(data: DataDirectory, tmp_path: Path, *bundles: Bundle) -> None:
    tables = tmp_path / "tables"
    tables.mkdir(exist_ok=True)
    (tables / "sources.csv").write_text(HEADER)
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        build_store(BuildPlan(tables, loaded=bundles), store, tmp_path / "scratch", lambda _d, _t: None)
        store.close()
        data.publish(stage, {"claims": len(bundles)}, "build")
    data.forget_old()


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """A dataset of two sources: one rule was published early, another one late."""
    data = DataDirectory(tmp_path / "data")
    publish(data, tmp_path, bundle(1, "2024-01", ID.rules_a), bundle(2, "2025-06-01", ID.rules_b))
    return data


@pytest.fixture
def cache(data: DataDirectory) -> ViewCache:
    return ViewCache(data, lambda: MOMENT)


def rules(view: View) -> list[str]:
    solutions = EmbeddedStore(view.snapshot.store, read_only=True).query(RULES)
    assert isinstance(solutions, QuerySolutions)
    return [solution["rules"].value.rsplit("/", 1)[-1] for solution in solutions]


def test_a_view_is_made_once_and_found_again(cache: ViewCache) -> None:
    assert cache.find(1, ViewChoice(EARLY)) is None
    made = cache.make(1, ViewChoice(EARLY))
    assert rules(made) == ["rules_a"]
    found = cache.find(1, ViewChoice(EARLY))
    assert found == made == cache.make(1, ViewChoice(EARLY))
    assert made.text == "as-of=2024-01-31; sources=1; undated=0"
    assert {name: made.counts[name] for name in ("snapshot", "sources", "left_out", "claims", "facts")} == {
        "snapshot": 1,
        "sources": 1,
        "left_out": 1,
        "claims": 1,
        "facts": 1,
    }


def test_a_date_is_rounded_by_what_the_snapshot_holds(cache: ViewCache, data: DataDirectory) -> None:
    asked = ViewChoice(datetime.date(2025, 5, 31))
    assert cache.rounded(data.current(), asked) == ViewChoice(EARLY)
    assert cache.rounded(data.current(), ViewChoice(None, "china-state")) == ViewChoice(None, "china-state")


def test_what_a_killed_process_was_making_counts_for_nothing(cache: ViewCache, data: DataDirectory) -> None:
    half = data.root / "views" / "staging" / "store"
    half.mkdir(parents=True)
    (half / "CURRENT").write_text("nonsense")
    assert rules(cache.make(1, ViewChoice(LATE))) == ["rules_a", "rules_b"]
    assert not half.exists()
    assert sorted(path.name for path in (data.root / "views").iterdir()) == [
        view_name(1, ViewChoice(LATE)),
        "lock",
    ]


def test_a_folder_without_its_details_is_no_view(cache: ViewCache) -> None:
    made = cache.make(1, ViewChoice(EARLY))
    (made.folder / "view.json").write_text("{")
    assert cache.find(1, ViewChoice(EARLY)) is None


def test_only_one_view_is_made_at_a_time_and_the_second_comer_finds_it(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on, made = threading.Event(), threading.Event(), list[int]()

    def slow(*arguments: object) -> object:
        made.append(1)
        entered.set()
        assert go_on.wait(30)
        return build_view(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.view_cache.build_view", slow)
    caches = [ViewCache(data), ViewCache(data)]
    threads = [threading.Thread(target=cache.make, args=(1, ViewChoice(EARLY))) for cache in caches]
    threads[0].start()
    assert entered.wait(30)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert made == [1]


def test_views_of_a_snapshot_that_is_no_longer_current_go_when_the_next_one_comes(
    cache: ViewCache, data: DataDirectory, tmp_path: Path
) -> None:
    old = cache.make(1, ViewChoice(EARLY))
    publish(data, tmp_path, bundle(1, "2024-01", ID.rules_c))
    assert not old.folder.exists()
    assert rules(cache.make(2, ViewChoice(EARLY))) == ["rules_c"]


def test_a_view_that_is_being_read_stays_until_that_is_done(
    cache: ViewCache, data: DataDirectory, tmp_path: Path
) -> None:
    old = cache.make(1, ViewChoice(EARLY))
    with held_while_read(old.snapshot.store):
        publish(data, tmp_path, bundle(1, "2024-01", ID.rules_c))
        assert rules(old) == ["rules_a"]
    data.forget_old()
    assert not old.folder.exists()
    with pytest.raises(FileNotFoundError), held_while_read(old.snapshot.store):
        pass


def test_the_readers_of_a_server_hold_the_view_that_they_read(
    cache: ViewCache, data: DataDirectory, tmp_path: Path
) -> None:
    old = cache.make(1, ViewChoice(EARLY))
    readers = Snapshots()
    store = readers.open(ReadRequest("ASK {}", {}, store=str(old.snapshot.store)))
    publish(data, tmp_path, bundle(1, "2024-01", ID.rules_c))
    assert list(store.quads(ID.osa, OSA.basedOn, ID.rules_a))
    readers.rest()
    data.forget_old()
    assert not old.folder.exists()
    with pytest.raises(StoreError, match="is gone"):
        readers.open(ReadRequest("ASK {}", {}, store=str(old.snapshot.store)))


def test_a_view_that_was_made_anew_meanwhile_is_opened_anew(cache: ViewCache) -> None:
    readers = Snapshots()
    folder = cache.make(1, ViewChoice(EARLY)).snapshot.store
    opened = readers.open(ReadRequest("ASK {}", {}, store=str(folder)))
    readers.rest()
    assert readers.open(ReadRequest("ASK {}", {}, store=str(folder))) is opened
    readers.rest()
    shutil.rmtree(folder.parent)
    assert cache.make(1, ViewChoice(EARLY)).snapshot.store == folder
    again = readers.open(ReadRequest("ASK {}", {}, store=str(folder)))
    assert again is not opened and list(again.quads(ID.osa, OSA.basedOn, ID.rules_a))


def test_a_view_of_a_snapshot_that_is_not_current_any_more_does_not_stay(
    cache: ViewCache, data: DataDirectory, tmp_path: Path
) -> None:
    publish(data, tmp_path, bundle(1, "2024-01", ID.rules_c))
    assert cache.make(1, ViewChoice(EARLY)).counts["sources"] == 1
    assert cache.find(1, ViewChoice(EARLY)) is None


def test_a_command_asks_the_current_snapshot_where_the_dataset_changes_meanwhile(
    data: DataDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = ViewCache.make, list[int]()

    def make_late(cache: ViewCache, number: int, *rest: Any) -> View:
        made.append(number)
        if number == 1:
            publish(data, tmp_path, bundle(1, "2024-01", ID.rules_c))
        return make(cache, number, *rest)

    monkeypatch.setattr(ViewCache, "make", make_late)
    with click.Context(click.Command("query")):
        assert open_view(data, ViewChoice(EARLY), quiet=True).number == 2
    assert made == [1, 2]


def test_a_view_of_a_snapshot_that_is_gone_cannot_be_made(cache: ViewCache, data: DataDirectory) -> None:
    shutil.rmtree(data.snapshot(1).folder)
    with pytest.raises(SnapshotGoneError):
        cache.make(1, ViewChoice(EARLY))


def test_a_damaged_journal_of_curation_is_named_and_no_view_is_made(
    cache: ViewCache, data: DataDirectory
) -> None:
    (data.snapshot(1).folder / "curation.jsonl").write_text('{"act": "accept"')
    with pytest.raises(StoreFormatError, match=r"curation\.jsonl, line 1"):
        cache.make(1, ViewChoice(EARLY))
    assert cache.find(1, ViewChoice(EARLY)) is None


def test_a_backup_leaves_views_out(cache: ViewCache, data: DataDirectory, tmp_path: Path) -> None:
    cache.make(1, ViewChoice(EARLY))
    write_backup(data, tmp_path / "backup.tar", MOMENT)
    with tarfile.open(tmp_path / "backup.tar") as tar:
        assert not [name for name in tar.getnames() if "view" in name]


def test_the_views_that_were_not_used_for_the_longest_time_go_first() -> None:
    views = [KeptView(f"v{number}", 3, number, 10) for number in range(20)]
    assert superfluous_views(views, 3) == ["v3", "v2", "v1", "v0"]
    assert superfluous_views(views[:4], 3, most_bytes=25) == ["v1", "v0"]
    assert superfluous_views(views[:2], 3, most_bytes=5) == ["v0"]
    assert superfluous_views([], 3) == []


def test_asking_for_a_view_makes_it_the_one_that_was_used_last(cache: ViewCache, data: DataDirectory) -> None:
    for choice in (ViewChoice(EARLY), ViewChoice(LATE)):
        os.utime(cache.make(1, choice).folder, (1000, 1000))
    cache.find(1, ViewChoice(EARLY))
    used = {view.name: view.used for view in kept_views(data.root / "views")}
    assert used[view_name(1, ViewChoice(EARLY))] > used[view_name(1, ViewChoice(LATE))] == 1000


def test_a_perspective_that_is_defined_anew_is_another_view(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {view_name(1, ViewChoice(None, name)) for name in ("china-state", "japan-government")}
    assert len(names) == 2 and all(name.startswith("000001-perspective-") for name in names)
    before = view_name(1, ViewChoice(EARLY))
    monkeypatch.setattr(view_cache, "FORMAT", "0")
    assert view_name(1, ViewChoice(EARLY)) != before
