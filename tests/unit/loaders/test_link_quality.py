"""How good the scores are on links that are known, in an extract of true and false items around them."""

from __future__ import annotations

import pytest

from graph.embedded import EmbeddedStore
from tests.bench.link_extract import rows
from tests.bench.links import Case, cases, quality


@pytest.fixture(scope="module")
def found(shipped_store: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Every third verified link, and fifty individuals whose items are not in the extract."""
    folder = tmp_path_factory.mktemp("extract")
    return cases(shipped_store, folder, rows("verified")[::3], rows("unresolved")[:50])


def test_the_right_item_comes_first_wherever_there_is_one(found: list[Case]) -> None:
    wanted = [case for case in found if case.item is not None]
    assert len(wanted) == 69
    assert [case.thing.label for case in wanted if not case.is_first] == []


@pytest.mark.parametrize(
    ("level", "taken", "right"), [(30, 108, 64), (60, 71, 62), (75, 44, 44), (90, 41, 41)]
)
def test_precision_and_recall_are_known_for_each_level(
    level: int, taken: int, right: int, found: list[Case]
) -> None:
    each = quality(found, level, leading=True)
    assert (each.taken, each.right) == (taken, right)


def test_what_is_strong_is_right(found: list[Case]) -> None:
    each = quality(found, 75, leading=False)
    assert each.precision == 1.0
