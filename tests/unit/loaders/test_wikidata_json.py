"""Every form that entity JSON comes in, one entity at a time; what is wrong is told with its line."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import wikidata_json
from loaders.wikidata_json import BadDocumentError, looks_like_entities, open_document, read_entities

ONE: dict[str, Any] = {"type": "item", "id": "Q1", "labels": {}}
TWO: dict[str, Any] = {"type": "item", "id": "Q2", "labels": {}}
DUMP = f"[\n{json.dumps(ONE)},\n{json.dumps(TWO)}\n]\n"


def numbers(text: str | bytes) -> list[str]:
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return [found.entity["id"] for found in read_entities(stream)]


@pytest.mark.parametrize(
    "text",
    [
        DUMP,
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=1),
        f"[{json.dumps(ONE)},\n{json.dumps(TWO)}]",
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        f"\n{json.dumps(ONE)}\n\n{json.dumps(TWO)}",
        json.dumps({"entities": {"Q1": ONE, "Q2": TWO}}),
        json.dumps({"entities": {"Q1": ONE, "Q2": TWO}, "success": 1}, indent=2),
        json.dumps({"entities": {"Q1": ONE, "Q9": {"id": "Q9", "missing": ""}, "Q2": TWO}}),
        DUMP.replace("\n", "\r\n"),
    ],
)
def test_every_form_gives_the_entities_in_order(text: str) -> None:
    assert numbers(text) == ["Q1", "Q2"]


@pytest.mark.parametrize("text", [json.dumps(ONE), json.dumps(ONE, indent=1), json.dumps([ONE])])
def test_one_entity_is_one(text: str) -> None:
    assert numbers(text) == ["Q1"]


@pytest.mark.parametrize("text", ["[]", "[\n]", '{"entities": {}}'])
def test_a_document_may_hold_no_entity(text: str) -> None:
    assert numbers(text) == []


def test_lines_are_counted_from_the_beginning_of_the_document() -> None:
    assert [found.line for found in read_entities(io.BytesIO(DUMP.encode()))] == [2, 3]


def test_a_file_may_be_compressed_and_begin_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + DUMP.encode()))
    with open_document(path) as stream:
        assert [found.entity["id"] for found in read_entities(stream)] == ["Q1", "Q2"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("# a note", 1, "neither an object nor a list"),
        (f"{json.dumps(ONE)}\n{{oh\n", 2, "this is not JSON"),
        (f"[\n{json.dumps(ONE)},\n{json.dumps(TWO)[:20]}", 3, "this is not JSON"),
        (f"[\n{json.dumps(ONE)},\n", 2, "cut off"),
        (f'[\n{json.dumps(ONE)},\n{{"id": "17"}}\n]', 3, "no id such as Q17"),
        (f"{json.dumps(ONE)}\n[1]\n", 2, "no id such as Q17"),
        (f"{json.dumps({'entities': {}})}\n{json.dumps(ONE)}", 2, "more after the end"),
        (json.dumps([ONE, TWO], indent=1)[:-4], 11, "this is not JSON"),
        (f"{json.dumps(ONE)}\n" + "[" * 100_000, 2, "nested too deeply"),
        (f'{json.dumps(ONE)}\n{{"id": "Q2", "x": NaN}}', 2, "NaN is no number"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(BadDocumentError, match=words) as caught:
        numbers(text)
    assert caught.value.line == line


def test_the_place_in_a_line_is_told_too() -> None:
    with pytest.raises(BadDocumentError) as caught:
        numbers(f'{json.dumps(ONE)}\n{{"id": "Q2" "labels": {{}}}}\n')
    assert (caught.value.line, caught.value.column) == (2, 13)
    assert '"labels"' in str(caught.value.value)


def test_a_bad_line_can_be_passed_over() -> None:
    bad: list[BadDocumentError] = []
    text = f"[\n{json.dumps(ONE)},\n{{oh,\n{json.dumps(TWO)}\n]\n"
    found = list(read_entities(io.BytesIO(text.encode()), bad.append))
    assert [each.entity["id"] for each in found] == ["Q1", "Q2"]
    assert [each.line for each in bad] == [3]


def test_a_line_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikidata_json, "LARGEST_ENTITY_BYTES", 100)
    with pytest.raises(BadDocumentError, match="larger than") as caught:
        numbers(f"{json.dumps(ONE)}\n{json.dumps({**TWO, 'x': 'y' * 200})}\n")
    assert caught.value.line == 2


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_they_give_entities_or_an_error(text: bytes) -> None:
    try:
        numbers(text)
    except BadDocumentError as error:
        assert error.what


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "entities", "missing", "Q1"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_the_json_is_it_gives_entities_or_an_error(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1), f"[\n{json.dumps(value)}\n]"):
        try:
            numbers(text)
        except BadDocumentError as error:
            assert error.what


@pytest.mark.parametrize(
    ("text", "is_wikidata"),
    [
        (DUMP, True),
        (json.dumps({"entities": {"Q1": ONE}}), True),
        ('{"@context": {}, "labels": 1}', False),
        ('[{"@id": "http://e.example/", "labels": []}]', False),
        ("[1, 2]", False),
    ],
)
def test_entity_json_is_told_from_json_ld_by_its_beginning(
    text: str, is_wikidata: bool, tmp_path: Path
) -> None:
    for name, written in (("a.json", text.encode()), ("a.json.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(written)
        assert looks_like_entities(tmp_path / name) is is_wikidata


def test_a_file_that_is_not_there_looks_like_nothing(tmp_path: Path) -> None:
    assert not looks_like_entities(tmp_path / "gone.json")
