"""Where candidates come from: what is searched for in Wikidata, and what is kept of a large extract."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from graph.errors import MalformedSourceError, OutboundFailedError
from loaders.link_candidates import Candidate
from loaders.link_pools import MOST_KEPT, FilePool, NameFinder, WikidataPool
from loaders.link_things import Thing
from loaders.wikidata_client import WikidataClient
from ontology.namespaces import ID

NAVY = Thing(
    ID.navy,
    "organisation",
    {"en": ["Navy of X (armed service)", "X Navy"], "ja": ["X海軍"]},
    linked=("Q7",),
    refused=frozenset({"Q8"}),
)
OTHER = Thing(ID.other, "organisation", {"en": ["Coast Guard of X"]})


class Asked:
    """A client that notes what it is asked; the reconciliation service is out of order."""

    def __init__(self) -> None:
        self.searched: list[tuple[str, str]] = []
        self.looked_up: list[Sequence[str]] = []
        self.reconciled = 0

    def search(self, text: str, language: str) -> list[str]:
        self.searched.append((text, language))
        return ["Q9", "Q8"]

    def reconcile(self, texts: Sequence[str]) -> list[list[str]]:
        self.reconciled += 1
        raise OutboundFailedError("wikidata.reconci.link is busy.")

    def candidates(self, items: Sequence[str]) -> list[Candidate]:
        self.looked_up.append(items)
        return [Candidate(item, {"en": ("X Navy",)}, types=("Q1",)) for item in items]

    def above(self, classes: Collection[str]) -> Mapping[str, Collection[str]]:
        return {"Q1": ("Q4508",)}


def test_every_name_is_searched_for_and_a_service_that_is_out_is_missed_once() -> None:
    asked, told = Asked(), list[str]()
    pool = WikidataPool(cast(WikidataClient, asked), told.append)
    found = pool.best(NAVY)
    assert asked.searched == [("Navy of X", "en"), ("X Navy", "en"), ("X海軍", "ja")]
    assert asked.looked_up == [["Q7", "Q9", "Q8"]]
    # What it is known not to be is not offered.
    assert [(each.candidate.item, each.score) for each in found] == [("Q7", 65), ("Q9", 65)]
    pool.best(OTHER)
    assert (asked.reconciled, len(told)) == (1, 1)
    assert told[0].startswith("wikidata.reconci.link is busy. Its candidates are missing")


def entities(count: int, label: str) -> list[dict[str, Any]]:
    return [{"id": f"Q{n}", "labels": {"en": {"value": label}}} for n in range(1000, 1000 + count)]


def written(path: Path, listed: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in listed), encoding="utf-8")
    return path


def test_of_thousands_with_one_name_those_that_fit_best_are_kept(tmp_path: Path) -> None:
    best = {"id": "Q5000", "labels": {"en": {"value": "Navy of X"}, "ja": {"value": "X海軍"}}}
    listed = [best, *entities(3 * MOST_KEPT, "X Navy")]
    pool = FilePool(written(tmp_path / "x.jsonl", listed), [NAVY]).read()
    found = pool.best(NAVY)
    assert [each.candidate.item for each in found[:2]] == ["Q5000", "Q1000"]


def test_a_linked_item_and_one_that_is_wanted_are_kept_whatever_they_are_called(tmp_path: Path) -> None:
    listed = [{"id": "Q7", "labels": {"en": {"value": "something"}}}, {"id": "Q6"}, {"id": "Q5"}]
    pool = FilePool(written(tmp_path / "x.jsonl", listed), [NAVY], ["Q6"]).read()
    assert pool.item("Q6") == Candidate("Q6")
    assert pool.item("Q5") is None
    assert pool.best(NAVY) == []
    assert pool.score(NAVY, Candidate("Q6", {"en": ("X Navy",)})).score == 45


def test_classes_are_found_wherever_they_stand_in_the_file(tmp_path: Path) -> None:
    def claim(key: str, number: str) -> dict[str, Any]:
        return {key: [{"mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": number}}}}]}

    listed = [
        {"id": "Q102", "claims": claim("P279", "Q4508")},
        {"id": "Q101", "claims": claim("P279", "Q102")},
        {"id": "Q100", "labels": {"en": {"value": "X Navy"}}, "claims": claim("P31", "Q101")},
    ]
    (found,) = FilePool(written(tmp_path / "x.jsonl", listed), [NAVY]).read().best(NAVY)
    assert found.parts[-1].found == "navy (Q4508)"


def test_a_cut_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(entities(50, "X Navy")).encode())[:-20])
    with pytest.raises(MalformedSourceError, match=r"x\.jsonl\.gz: the compressed file is cut off"):
        FilePool(path, [NAVY]).read()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("navy of x", [NAVY.iri.value]),
        ("Navi of X", [NAVY.iri.value]),
        ("coast-guard of X", [OTHER.iri.value]),
        ("Army of X", []),
        ("of", []),
        ("", []),
    ],
)
def test_names_are_found_with_a_slip_and_not_by_their_commonest_word(name: str, found: list[str]) -> None:
    assert NameFinder([NAVY, OTHER]).find({"en": [name]}) == found
