"""Questions asked as a user asks them: `osagraph query NAME`, with and without a service that it may ask."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from loaders.operations import COUNTED
from server import main
from tests.competency.wikidata import DATA, PlayedWikidata

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "queries" / "competency"
FEDERATED = sorted(path for path in QUESTIONS.glob("*.rq") if "SERVICE" in path.read_text(encoding="utf-8"))
ASEAN = "cq-54-list-recipients-in-asean"
GRADING = """
    PREFIX osa: <https://w3id.org/osagraph/ontology#>
    <http://desk.example/1> a osa:Grading ; osa:grade osa:ReliabilityF ; osa:gradedBy "Desk" ;
      osa:subject <https://w3id.org/osagraph/id/source/seed-002-news> ; osa:reason "the outlet is not known" .
"""
Run = Callable[..., Result]


class Build(NamedTuple):
    """The finished build of the shipped tables, as the fixture of the folder above makes it."""

    folder: Path


@pytest.fixture(scope="session")
def published(shipped_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped dataset."""
    data = DataDirectory(tmp_path_factory.mktemp("asked") / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
        data.publish(stage, dict.fromkeys(COUNTED, 0), "build")
    return data.root


@pytest.fixture
def ask(published: Path) -> Run:
    """Runs `osagraph query` on the shipped dataset, in this process."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["query", *arguments, "--data", str(published)])

    return run


@pytest.mark.parametrize("path", FEDERATED, ids=lambda path: path.stem)
def test_a_question_to_wikidata_is_answered_at_the_address_that_the_user_gives(
    path: Path, ask: Run, wikidata: PlayedWikidata
) -> None:
    result = ask(path.stem, "--service", f"wikidata={wikidata.address}", "--format", "json")
    assert result.exit_code == 0, result.output
    expected = json.loads(path.with_suffix(".srj").read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == expected
    assert wikidata.agents[-1].startswith("osagraph")


@pytest.mark.parametrize("path", FEDERATED, ids=lambda path: path.stem)
def test_no_service_is_asked_unless_the_user_allows_it(
    path: Path, ask: Run, wikidata: PlayedWikidata
) -> None:
    asked = len(wikidata.asked)
    other = f"http://other.example/sparql={wikidata.address}"
    for options in ([], ["--service", wikidata.address], ["--service", other]):
        result = ask(path.stem, *options)
        assert result.exit_code == 4
        assert "SERVICE <https://query.wikidata.org/sparql> is not allowed" in result.stderr
        assert "--service wikidata" in result.stderr
    assert len(wikidata.asked) == asked


def test_a_server_asks_no_service_and_says_who_does(shipped_server: Any, wikidata: PlayedWikidata) -> None:
    asked = len(wikidata.asked)
    client = shipped_server.client()
    page = client.get(f"/queries/{ASEAN}", headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "SERVICE is switched off" in page.text
    assert f"osagraph query {ASEAN} --service wikidata" in page.text
    query = f"ASK {{ SERVICE <{wikidata.address}> {{ ?s ?p ?o }} }}"
    assert client.get("/sparql", query_string={"query": query}).status_code == 400
    assert len(wikidata.asked) == asked


def test_a_service_is_asked_once_and_only_for_its_own_clause(ask: Run, wikidata: PlayedWikidata) -> None:
    asked = len(wikidata.asked)
    assert ask(ASEAN, "--service", f"wikidata={wikidata.address}").exit_code == 0
    assert len(wikidata.asked) == asked + 1
    assert "wd:Q7768" in wikidata.asked[-1]
    assert "osa:recipientOf" not in wikidata.asked[-1]


def test_a_service_that_is_not_there_is_an_error_in_one_sentence(ask: Run) -> None:
    result = ask(ASEAN, "--service", "wikidata=http://127.0.0.1:1/sparql")
    assert result.exit_code == 4
    assert "http://127.0.0.1:1 did not answer: " in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_named_query_takes_its_parameters(ask: Run) -> None:
    name = "cq-20-list-items-by-progress"
    default = ask(name, "--format", "csv").stdout
    assert "project/osa-fy2024-indonesia" in default and "osa-fy2023-fiji" not in default
    fiji = ask(name, "--set", "recipient=id:fiji", "--format", "csv").stdout
    assert "project/osa-fy2023-fiji" in fiji and "indonesia" not in fiji


def test_gradings_that_somebody_loads_are_shown(published: Path, tmp_path: Path) -> None:
    data = shutil.copytree(published, tmp_path / "data")
    document = tmp_path / "gradings.ttl"
    document.write_text(GRADING, encoding="utf-8")
    load = CliRunner().invoke(main, ["load", str(document), "--data", str(data)])
    assert load.exit_code == 0, load.output
    asked = CliRunner().invoke(main, ["query", "cq-48-list-grades", "--data", str(data), "--format", "csv"])
    assert asked.stdout.splitlines()[1:] == [
        "https://w3id.org/osagraph/id/source/seed-002-news,,F,Desk,the outlet is not known"
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("no-such-query",), 4, "There is no query named 'no-such-query'"),
        (("cq-20-list-items-by-progress", "--set", "country=id:fiji"), 4, "Parameter country is 'id:fiji'"),
        (("ASK {}", "--set", "a=b"), 4, "expected the name of a named query that has it"),
        ((ASEAN, "--set", "a"), 2, "write NAME=VALUE"),
        ((ASEAN, "--service", "dbpedia"), 2, "'dbpedia' is neither one of wikidata"),
        ((ASEAN, "--service", "wikidata=file:///etc/hosts"), 2, "nor an http(s) address"),
        ((ASEAN, "--service", "wikidata=http://e.example/> {} #"), 2, "nor an http(s) address"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(
    arguments: tuple[str, ...], code: int, complaint: str, ask: Run
) -> None:
    result = ask(*arguments)
    assert (result.exit_code, complaint in result.stderr) == (code, True), result.stderr


def test_every_number_of_wikidata_stands_in_the_reviewed_tables() -> None:
    tables = ROOT / "loaders" / "data"
    known = {row["wikidata_qid"] for row in rows(tables / "wikidata_links.csv")}
    known |= {row["pid"] for row in rows(tables / "wikidata_properties.csv")}
    # Numbers are local names, or parts of the made-up names of statements.
    number = re.compile(r"[:-]([PQ][0-9]+)\b")
    for path in [DATA, *FEDERATED]:
        assert set(number.findall(path.read_text(encoding="utf-8"))) <= known, path.name


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
