"""Buckets on disk: every row comes back, and the rows of a source stay together and in order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from loaders.partition import bucket_count, bucket_rows, spread_rows
from loaders.rows import Row

ROWS = [Row("budgets", "budgets.csv", line, {"source_id": f" s{line % 7} "}) for line in range(2, 60)]


def test_each_row_comes_back_once_and_sources_stay_whole(tmp_path: Path) -> None:
    buckets = [tmp_path / str(number) for number in range(3)]
    counted: Counter[str] = Counter()
    spread_rows(ROWS, buckets, lambda table: counted.update([table]))
    found = [list(bucket_rows(bucket)) for bucket in buckets]
    assert sorted((row for rows in found for row in rows), key=lambda row: row.line) == ROWS
    sources = [{row.fields["source_id"] for row in rows} for rows in found]
    assert sum(map(len, sources)) == 7
    assert all([row.line for row in rows] == sorted(row.line for row in rows) for rows in found)
    assert counted == {"budgets": len(ROWS)}


def test_a_padded_source_id_goes_where_the_plain_one_goes(tmp_path: Path) -> None:
    buckets = [tmp_path / str(number) for number in range(5)]
    rows = [Row("budgets", "budgets.csv", 2, {"source_id": text}) for text in ("s1", " s1", "s1 ")]
    spread_rows(rows, buckets, lambda _: None)
    assert sorted(len(list(bucket_rows(bucket))) for bucket in buckets) == [0, 0, 0, 0, 3]


def test_a_row_without_a_source_column_has_a_bucket_too(tmp_path: Path) -> None:
    spread_rows([Row("aliases", "aliases.csv", 2, {})], [tmp_path / "0"], lambda _: None)
    assert list(bucket_rows(tmp_path / "0")) == [Row("aliases", "aliases.csv", 2, {})]


def test_the_number_of_buckets_grows_with_the_files(tmp_path: Path) -> None:
    for name, size in (("a", 100), ("b", 50)):
        (tmp_path / name).write_bytes(b"x" * size)
    assert bucket_count([]) == 1
    assert bucket_count([tmp_path / "a", tmp_path / "b"]) == 1
    assert bucket_count([tmp_path / "a", tmp_path / "b"], bucket_bytes=50) == 4
