"""`osagraph validate`: what breaks a shape is listed, and the exit code says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from graph.datadir import DataDirectory

Run = Callable[..., Result]
PREFIXES = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
CLAIM = """<https://w3id.org/osagraph/id/source/mine> a osa:Source ; dcterms:title "Mine"@en ;
    osa:publisherKind osa:Newspaper .
[] a osa:RelationClaim ; osa:statedIn <https://w3id.org/osagraph/id/source/mine> ; osa:predicate osa:basedOn ;
    osa:subject <https://w3id.org/osagraph/id/osa> ; osa:object <https://w3id.org/osagraph/id/charter> ;
    osa:modality osa:Sure .
"""
LINK = """<https://w3id.org/osagraph/id/link/mine> a osa:Link ; osa:confidence osa:Verified ;
    osa:subject <https://w3id.org/osagraph/id/japan> ; osa:linkedTo <http://www.wikidata.org/entity/Q17> .
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "mine.ttl"
    path.write_text(PREFIXES + CLAIM + LINK)
    return path


def test_the_shipped_dataset_conforms(run: Run, built: Path) -> None:
    result = run("validate", "--data", built, "--json")
    report = json.loads(result.output)
    assert (result.exit_code, report["conforms"], report["violations"]) == (0, True, [])
    assert report["triples"] > 50_000


def test_a_file_is_validated_without_being_loaded(run: Run, built: Path, document: Path) -> None:
    before = DataDirectory(built).current().number
    result = run("validate", "--data", built, document, "--json")
    report = json.loads(result.output)
    assert (result.exit_code, report["conforms"], report["count"]) == (1, False, 2)
    found = {(each["shape"], each["path"]): each for each in report["violations"]}
    assert found.keys() == {("ModalityShape", "osa:modality"), ("LinkShape", "osa:evidence")}
    modality = found["ModalityShape", "osa:modality"]
    assert modality["value"] == "<https://w3id.org/osagraph/ontology#Sure>"
    assert modality["file"] == "mine.ttl"
    assert DataDirectory(built).current().number == before


def test_a_file_needs_no_dataset(run: Run, tmp_path: Path, document: Path) -> None:
    result = run("validate", "--data", tmp_path / "none", document, "--quiet")
    assert result.exit_code == 1
    heading, *lines = result.output.splitlines()
    assert heading.split() == ["node", "path", "value", "from", "message"]
    assert len(lines) == 2
    assert any(line.endswith("A modality is a concept of osa:ModalityScheme.") for line in lines)


def test_a_dataset_that_was_trusted_is_found_out(run: Run, data: Path, document: Path) -> None:
    assert run("load", "--validate", "--data", data, document).exit_code == 1
    loaded = run("load", "--data", data, document, "--no-validate", "--json")
    assert (loaded.exit_code, json.loads(loaded.output)["validation"]) == (0, {})
    report = json.loads(run("validate", "--data", data, "--json").output)
    assert {(each["shape"], each["graph"]) for each in report["violations"]} == {
        ("ModalityShape", "https://w3id.org/osagraph/graph/source/mine")
    }


def test_validating_needs_a_dataset_or_a_file(run: Run, tmp_path: Path) -> None:
    assert run("validate", "--data", tmp_path / "none").exit_code == 3
