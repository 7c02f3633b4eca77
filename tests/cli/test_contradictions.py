"""`osagraph contradictions`: what is listed, how it is narrowed, and what is said aloud, in a small world."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from loaders.operations import COUNTED
from ontology.vocabulary import ontology_triples

Run = Callable[..., Result]
WORLD = Path(__file__).parents[1] / "competency" / "beliefs" / "world.trig"
CLASH = """\
Value clash: Budget of the programme, amount, fiscal year 2025
  A  8.1
     2 voices: The ministry (2025-01-10); Morning Paper (2025-01-11)
  B  5
     1 voice: Evening Paper (2025-02)
  Why: Two sums of one budget.
  Without A: 5 would hold. Without B: 8.1 would hold.
  id:contradiction/1
"""
FRAMING = """\
Framing conflict: The programme
  A  It helps.
     1 voice: The ministry (2025-01-10)
  B  It wants power.
     1 voice: Morning Paper (2025-01-11, attributed intent)
  Why: One supports what the other criticises.
  id:contradiction/2
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with three contradictions, and the ontology."""
    data = DataDirectory(tmp_path_factory.mktemp("world") / "data")
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.insert(Quad(*triple, DefaultGraph()) for triple in _spo())
        store.insert(parse(path=str(WORLD), format=RdfFormat.TRIG))
        store.flush()
        store.close()
        data.publish(stage, dict.fromkeys(COUNTED, 0), "build")
    return data.root


def _spo() -> list[tuple[Any, Any, Any]]:
    return [(triple.subject, triple.predicate, triple.object) for triple in ontology_triples()]


@pytest.fixture
def ask(run: Run, world: Path) -> Run:
    return lambda *arguments: run("contradictions", *arguments, "--data", world)


def test_each_is_told_with_both_sides_the_reason_and_what_would_hold(ask: Run) -> None:
    told = ask()
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(f"{CLASH}\n{FRAMING}\nDefinition mismatch: The programme, ")
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert "left out" not in told.stdout


def test_what_is_left_out_is_said_aloud(ask: Run) -> None:
    told = ask("--limit", "1").stdout
    assert told == f"{CLASH}\n2 more of 3 are left out; --all shows them.\n"
    assert ask("--limit", "1", "--all").stdout == ask().stdout


def test_the_numbers_by_kind(ask: Run) -> None:
    lines = ask("--count").stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        ["1", "value clash"],
        ["1", "framing conflict"],
        ["1", "definition mismatch"],
        ["3", "in all"],
    ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--kind", "value_clash"), [1]),
        (("--kind", "Definition-Mismatch", "--kind", "value clash"), [3, 1]),
        (("--subject", "osa"), [1, 2, 3]),
        (("--subject", "id:budget-1"), [1]),
        (("--subject", "The programme"), [1, 2, 3]),
        (("--subject", "Japan"), []),
        (("--predicate", "amount"), [1]),
        (("--predicate", "osa:recipientCount"), [3]),
        (("--source", "l1"), [3]),
        (("--source", "id:source/e1"), [1, 3]),
        (("--publisher", "Morning Paper"), [1, 2]),
        (("--publisher", "ngo"), [3]),
        (("--year", "2025"), [1]),
        (("--year", "2024"), []),
        (("--kind", "value_clash", "--publisher", "ngo"), []),
    ],
)
def test_filters_narrow_the_list(arguments: tuple[str, ...], found: list[int], ask: Run) -> None:
    told = ask(*arguments, "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert [int(each["id"][-1]) for each in document["contradictions"]] == found
    if not found:
        assert ask(*arguments).stdout == "There are no such contradictions.\n"


def test_json_holds_the_sides_with_their_claims(ask: Run) -> None:
    document = json.loads(ask("--limit", "1", "--json").stdout)
    first = document.pop("contradictions")[0]
    kinds = {"value_clash": 1, "framing_conflict": 1, "definition_mismatch": 1}
    assert document == {"view": None, "total": 3, "left_out": 2, "kinds": kinds}
    assert (first["kind"], first["subject_label"], first["fiscal_year"]) == (
        "value_clash",
        "Budget of the programme",
        2025,
    )
    assert first["sides"]["A"]["values"] == first["sides"]["B"]["without"] == [{"value": "8.1"}]
    assert first["sides"]["A"]["voices"] == 2
    claim = first["sides"]["A"]["claims"][0]
    assert claim["id"].endswith("claim/t1") and claim["source"].endswith("source/tax")
    assert (claim["publisher"], claim["issued"], claim["quotes"]) == ("The ministry", "2025-01-10", ["81"])
    assert claim["modality"] == "asserted"


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--kind", "clash"), 4, "Parameter kind is 'clash'; expected one of value_clash, "),
        (("--kind", "value_clsh"), 4, "(did you mean value_clash"),
        (("--subject", "The programm"), 5, "nothing called 'The programm' (did you mean The programme"),
        (("--subject", "http://e.example/x"), 5, "nothing called 'http://e.example/x'."),
        (("--subject", "no such:thing"), 5, "nothing called 'no such:thing'."),
        (("--predicate", "amuont"), 4, "(did you mean amount"),
        (("--predicate", "http://e.example/x"), 4, "expected a property such as osa:amount"),
        (("--source", "taxx"), 5, "There is no source 'taxx' (did you mean tax"),
        (("--publisher", "Evening Papers"), 5, "no publisher called 'Evening Papers' (did you mean Evening"),
        (("--year", "x"), 2, "is not a valid integer"),
        (("--limit", "0"), 2, "0 is not in the range"),
    ],
)
def test_what_means_nothing_is_refused_with_near_spellings(
    arguments: tuple[str, ...], code: int, complaint: str, ask: Run
) -> None:
    told = ask(*arguments)
    assert (told.exit_code, told.stdout) == (code, "")
    assert complaint in told.stderr


def test_without_a_dataset_there_is_nothing_to_list(run: Run, tmp_path: Path) -> None:
    assert run("contradictions", "--data", tmp_path / "none").exit_code == 3


def test_the_shipped_dataset_has_contradictions_and_views_of_it_have_fewer(run: Run, data: Path) -> None:
    whole = json.loads(run("contradictions", "--json", "--data", data).stdout)
    early = run("contradictions", "--json", "--as-of", "2023-12-31", "--data", data)
    assert early.exit_code == 0, early.output
    held = json.loads(early.stdout)
    assert held["view"] == "as-of=2023-12-31"
    assert 0 < held["total"] < whole["total"]
    assert sum(whole["kinds"].values()) == whole["total"]
    assert run("contradictions", "--perspective", "nobody", "--data", data).exit_code == 5
