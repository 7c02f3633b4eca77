"""The made-up entities of the bench: the same on every run, of all types, and read without an error."""

from __future__ import annotations

import gzip
from pathlib import Path

from loaders.wikidata_claims import Reading
from loaders.wikidata_json import open_document, read_entities
from tests.bench.wikidata_entities import FIRST, PROPERTIES, entities, entity, write_dump


def test_an_entity_is_the_same_on_every_run() -> None:
    assert entity(FIRST + 7) == entity(FIRST + 7) == list(entities(10))[7]


def test_a_dump_is_read_entity_by_entity_with_values_of_every_type(tmp_path: Path) -> None:
    write_dump(60, tmp_path / "dump.json.gz")
    write_dump(60, tmp_path / "dump.json")
    assert gzip.decompress((tmp_path / "dump.json.gz").read_bytes()) == (tmp_path / "dump.json").read_bytes()
    reading = Reading({}, {})
    with open_document(tmp_path / "dump.json.gz") as stream:
        said = [reading.said(found.entity) for found in read_entities(stream)]
    assert len(said) == 60
    stated = {
        claim.predicate.value.rpartition("/")[2] for each in said for claim in each.claims if claim.predicate
    }
    assert stated == {name for name, _ in PROPERTIES}
    # What is passed over are dates alone, and on purpose.
    assert {reason.split()[0] for each in said for reason in each.passed_over} == {"dates"}
