"""CSV tables: every complaint names file, line, column, value and remedy."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import LimitExceededError, MalformedSourceError, SourceError, SourceUnavailableError
from loaders.csv_rows import read_rows
from loaders.rows import Row
from loaders.table import Column, Table

TABLE = Table(
    "ships", (Column("name", "text"), Column("count", "integer"), Column("note", "text", optional=True))
)
REMEDY = "The header of ships.csv is: name,count."

Read = Callable[[str | bytes], list[Row]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The rows of a table with that content."""

    def rows(content: str | bytes) -> list[Row]:
        path = tmp_path / "ships.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read_rows(path, TABLE))

    return rows


def row(line: int, name: str, count: str) -> Row:
    return Row("ships", "ships.csv", line, {"name": name, "count": count})


@pytest.mark.parametrize(
    "content",
    [
        "name,count\nIda,1\nEva,2\n",
        "name,count\r\nIda,1\r\nEva,2\r\n",
        "name,count\nIda,1\nEva,2",
        "\ufeffname,count\nIda,1\nEva,2\n",
        '\ufeff"name","count"\r\n"Ida","1"\r\n"Eva","2"\r\n',
    ],
)
def test_a_byte_order_mark_and_either_line_ending_are_fine(read: Read, content: str) -> None:
    assert read(content) == [row(2, "Ida", "1"), row(3, "Eva", "2")]


def test_columns_may_stand_in_any_order(read: Read) -> None:
    assert read("count,name\n1,Ida\n") == [row(2, "Ida", "1")]


def test_an_optional_column_may_be_there(read: Read) -> None:
    assert read("name,count,note\nIda,1,old\n")[0].fields["note"] == "old"


def test_quoted_cells_hold_commas_quotes_and_line_breaks(read: Read) -> None:
    assert read('name,count\n"Ida, ""the old""\nship",1\nEva,2\n') == [
        row(2, 'Ida, "the old"\nship', "1"),
        row(4, "Eva", "2"),
    ]


def test_blank_lines_are_passed_over_and_counted(read: Read) -> None:
    assert read("name,count\n\nIda,1\n\n\nEva,2\n") == [row(3, "Ida", "1"), row(6, "Eva", "2")]


def test_a_header_alone_has_no_rows(read: Read) -> None:
    assert read("name,count\n") == []


def test_a_long_cell_below_the_limit_is_read(read: Read) -> None:
    assert read(f"name,count\n{'x' * 131_072},1\n")[0].fields["name"] == "x" * 131_072


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        ("", MalformedSourceError, f"ships.csv, line 1: the file is empty. {REMEDY}"),
        (
            "name\nIda\n",
            MalformedSourceError,
            f"ships.csv, line 1, column count: a column is missing. {REMEDY}",
        ),
        (
            "name,count,age\n",
            MalformedSourceError,
            f"ships.csv, line 1, column 3: an unknown column (value: 'age'). {REMEDY}",
        ),
        (
            "name,Count\n",
            MalformedSourceError,
            f"ships.csv, line 1, column 2: an unknown column (value: 'Count'). {REMEDY}",
        ),
        (
            "name,count,name\n",
            MalformedSourceError,
            f"ships.csv, line 1, column 3: a column twice (value: 'name'). {REMEDY}",
        ),
        (
            "name,count\nIda,1\nEva\n",
            MalformedSourceError,
            "ships.csv, line 3: 1 fields where the header has 2 columns. Quote fields that hold commas.",
        ),
        (
            'name,count\n"Ida\nold",1\nEva,2,3\n',
            MalformedSourceError,
            "ships.csv, line 4: 3 fields where the header has 2 columns. Quote fields that hold commas.",
        ),
        (
            'name,count\nIda,1\n"Eva,2\n',
            MalformedSourceError,
            "ships.csv, line 3: not CSV: unexpected end of data. "
            "Close the quotes; double a quote inside quotes.",
        ),
        (
            'name,count\n"Ida"x,1\n',
            MalformedSourceError,
            "ships.csv, line 2: not CSV: ',' expected after '\"'. "
            "Close the quotes; double a quote inside quotes.",
        ),
        (
            "name,count\nIda,1\n" + "x" * 200_000 + ",2\n",
            LimitExceededError,
            "ships.csv, line 3: a cell is longer than 131,072 characters. "
            "Shorten it: cells hold paraphrases, not documents.",
        ),
        (
            "name,count\nIda,1\nZoé,2\n".encode("latin-1"),
            MalformedSourceError,
            "ships.csv, line 3, column 3: not UTF-8 (value: 'byte e9'). Save the file as UTF-8.",
        ),
        (
            "name,count\n二é,1\n二".encode() + b"\xff,2\n",
            MalformedSourceError,
            "ships.csv, line 3, column 2: not UTF-8 (value: 'byte ff'). Save the file as UTF-8.",
        ),
        (
            "name,count\n".encode("utf-16"),
            MalformedSourceError,
            "ships.csv, line 1, column 1: not UTF-8 (value: 'byte ff'). Save the file as UTF-8.",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_remedy(
    read: Read, content: str | bytes, kind: type[SourceError], message: str
) -> None:
    with pytest.raises(SourceError) as caught:
        read(content)
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_rows_before_a_fault_are_read(read: Read, tmp_path: Path) -> None:
    (tmp_path / "ships.csv").write_text("name,count\nIda,1\nEva\n")
    rows = read_rows(tmp_path / "ships.csv", TABLE)
    assert next(rows) == row(2, "Ida", "1")
    with pytest.raises(MalformedSourceError):
        next(rows)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError) as caught:
        list(read_rows(tmp_path, TABLE))
    assert str(caught.value) == f"{tmp_path.name}: this is a directory. Name the files in it."


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError) as caught:
        list(read_rows(tmp_path / "ships.csv", TABLE))
    assert str(caught.value) == "ships.csv: cannot be read: No such file or directory."


def test_a_cell_is_no_longer_because_some_library_reads_longer_ones(read: Read) -> None:
    usual = csv.field_size_limit(1 << 30)
    try:
        with pytest.raises(LimitExceededError, match="line 2: a cell is longer than 131,072 characters"):
            read("name,count\n" + "x" * 200_000 + ",2\n")
    finally:
        csv.field_size_limit(usual)
