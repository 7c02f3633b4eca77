"""A source in a TOML file gives the same rows as the tables would."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph.errors import LimitExceededError, MalformedSourceError, SourceError, SourceUnavailableError
from loaders.source_file import MAX_BYTES, SourceFileLoader, read_source_file

SOURCE = '[source]\nsource_id = "a-b"\ntitle = "T"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.toml"


def test_each_block_is_a_row_with_the_line_on_which_it_begins(path: Path) -> None:
    path.write_text(SOURCE + '\n[[budgets]]\namount = 5_000\n\n  [[ budgets ]]\nquote = "q"\n[[relations]]\n')
    rows = list(read_source_file(path))
    assert [(row.table, row.file, row.line) for row in rows] == [
        ("sources", "x.toml", 1),
        ("budgets", "x.toml", 5),
        ("budgets", "x.toml", 8),
        ("relations", "x.toml", 10),
    ]
    assert {row.fields["source_id"] for row in rows} == {"a-b"}
    assert [row.fields["amount"] for row in rows[1:3]] == ["5000", ""]


def test_values_are_written_as_the_tables_write_them(path: Path) -> None:
    path.write_text(
        SOURCE + 'published_on = 2026-11-01\nauthor = ["Ann Lee", "Bob Ito"]\n'
        '[[budgets]]\npercent_of_gdp = 1.5\nmodality = "denied"\n[[relations]]\nquote = ""\n'
    )
    described, budget, relation = read_source_file(path)
    assert described.fields["published_on"] == "2026-11-01"
    assert described.fields["author"] == "Ann Lee;Bob Ito"
    assert (budget.fields["percent_of_gdp"], budget.fields["modality"]) == ("1.5", "denied")
    assert relation.fields["modality"] == "asserted"
    assert "modality" not in described.fields


REFUSED: dict[str, tuple[bytes, str]] = {
    "no source": (b"[[budgets]]\n", "x.toml, line 1: there is no [source] block with a source_id."),
    "source without id": (b"[source]\n", "x.toml, line 1: there is no [source] block with a source_id."),
    "source as text": (b"source = 'a'\n", "x.toml, line 1: there is no [source] block with a source_id."),
    "a block that is a table": (SOURCE.encode() + b"[budgets]\n", "x.toml, line 4: no such block"),
    "inline rows": (
        b'budgets = [1]\n[source]\nsource_id = "a"\n',
        "x.toml: no such block (value: 'budgets').",
    ),
    "a row that is no block": (
        b'budgets = [1]\n# [[budgets]]\n[source]\nsource_id = "a"\nx = """\n[[budgets]]\n"""\n',
        "x.toml, line 3, column x: an unknown column.",
    ),
    "a truth value": (SOURCE.encode() + b"author = true\n", "x.toml, line 1, column author: expected text,"),
    "a time": (SOURCE.encode() + b"author = 10:00:00\n", "x.toml, line 1, column author: expected text,"),
    "not TOML at the end": (SOURCE.encode() + b"a = [", "x.toml: not TOML: "),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_a_row_is_refused_with_its_place(path: Path, kind: str) -> None:
    content, message = REFUSED[kind]
    path.write_bytes(content)
    with pytest.raises(MalformedSourceError) as caught:
        list(read_source_file(path))
    assert str(caught.value).startswith(message)


def test_a_number_among_blocks_is_refused(path: Path) -> None:
    text = 'budgets = [\n1\n]\n[source]\nsource_id = "a"\ntitle = """\n[[budgets]]\n"""\n'
    path.write_text(text)
    with pytest.raises(MalformedSourceError) as caught:
        list(read_source_file(path))
    assert str(caught.value) == "x.toml, line 7: expected a block of columns (value: 'budgets')."


@pytest.mark.parametrize(
    ("size", "error"), [(MAX_BYTES, MalformedSourceError), (MAX_BYTES + 1, LimitExceededError)]
)
def test_a_file_may_be_so_large_and_no_larger(path: Path, size: int, error: type[SourceError]) -> None:
    path.write_bytes(b"#" * size)
    with pytest.raises(error):
        list(read_source_file(path))


def test_a_file_that_is_gone_or_a_folder_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnavailableError) as caught:
        list(read_source_file(path))
    assert str(caught.value) == f"x.toml: cannot be read: {os.strerror(2)}."
    path.mkdir()
    with pytest.raises(SourceUnavailableError):
        list(read_source_file(path))


def test_the_ending_of_a_name_tells_a_source_file() -> None:
    assert SourceFileLoader().accepts(Path("x.toml"))
    assert not SourceFileLoader().accepts(Path("x.csv"))
