"""How good the assessments are: `judged.csv` holds what a person said of a sample of them.

A judgement is of exactly these values: where the rules come to draw others, somebody has to judge anew
(`python tests/judged/sample.py`), and the figures below are not those of the rules any more.
"""

from __future__ import annotations

import csv
import importlib.util
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from graph.embedded import EmbeddedStore

FOLDER = Path(__file__).parent
JUDGED = ("number", "part", "kind", "subject", "predicate", "period", "values_a", "values_b")


@pytest.fixture(scope="module")
def sample() -> ModuleType:
    """The program that draws the sample."""
    spec = importlib.util.spec_from_file_location("sample", FOLDER / "sample.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged() -> list[dict[str, str]]:
    with (FOLDER / "judged.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_judgements_are_of_what_the_rules_draw_today(
    sample: ModuleType, judged: list[dict[str, str]], shipped_store: EmbeddedStore
) -> None:
    drawn = sample.drawn(sample.read_world(shipped_store), sample.SEED)
    assert [[row.get(key, "") for key in JUDGED] for row in drawn] == [
        [row[key] for key in JUDGED] for row in judged
    ]


def test_precision_and_recall_are_as_good_as_promised(judged: list[dict[str, str]]) -> None:
    assert {row["right"] for row in judged} == {"yes", "no"}
    assessed = [row["right"] == "yes" for row in judged if row["part"] == "assessed"]
    left_out = [row["right"] == "yes" for row in judged if row["part"] == "not assessed"]
    assert (len(assessed), len(left_out)) == (60, 40)
    found, missed = sum(assessed), left_out.count(False)
    assert (precision := Fraction(found, 60)) >= Fraction(95, 100), precision
    assert (recall := Fraction(found, found + missed)) >= Fraction(90, 100), recall
