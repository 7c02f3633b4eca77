"""The commands as a newcomer uses them: build, load, remove, sources, query, export, verify."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pyoxigraph import Quad, RdfFormat, Store, parse

from graph.datadir import DataDirectory

Run = Callable[..., Result]
QuadsOf = Callable[[Path], set[Quad]]
TEMPLATE = "source-template.toml"
EXAMPLE = "example-2026-11-01"
SOURCES = Path(__file__).parents[3] / "shared" / "sources"


def test_build_reports_every_row_of_every_table(run: Run, tmp_path: Path, tables: Path) -> None:
    result = run("build", "--data", tmp_path / "data", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    lengths = {path.stem: sum(1 for _ in _records(path)) for path in tables.glob("*.csv")}
    # Lists of names, not of statements.
    for names in (
        *("identities", "governments", "comparisons", "event_names"),
        *("near_misses", "wikidata_classes"),
    ):
        del lengths[names]
    assert report["rows"] == lengths
    assert report["sources"] == lengths["sources"] == 343
    assert report["rejected"] == 0
    assert report["snapshot"] == 1
    assert report["claims"] > sum(lengths[name] for name in ("budgets", "recipients", "osa_projects"))
    assert report["seconds"] > 0


def _records(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


def test_two_builds_of_the_same_input_are_equal(
    run: Run, built: Path, tmp_path: Path, quads_of: QuadsOf
) -> None:
    assert run("build", "--data", tmp_path / "again", "--quiet").exit_code == 0
    # There are no blank nodes, so equal sets of quads are equal after canonicalisation.
    assert quads_of(tmp_path / "again") == quads_of(built)


def test_a_source_file_is_loaded_once_and_removed_without_a_trace(
    run: Run, data: Path, tables: Path, quads_of: QuadsOf
) -> None:
    before = quads_of(data)
    first = json.loads(run("load", tables / TEMPLATE, "--data", data, "--json").stdout)
    assert first["change"]["sources_added"] == [f"https://w3id.org/osagraph/id/source/{EXAMPLE}"]
    assert first["snapshot"] == 2
    loaded = quads_of(data)
    again = json.loads(run("load", tables / TEMPLATE, "--data", data, "--json").stdout)
    assert again["snapshot"] is None
    assert quads_of(data) == loaded != before
    assert run("remove", EXAMPLE, "--data", data).exit_code == 0
    assert quads_of(data) == before


def test_a_dry_run_shows_the_change_and_makes_none(
    run: Run, data: Path, tables: Path, quads_of: QuadsOf
) -> None:
    before = quads_of(data)
    result = run("load", tables / TEMPLATE, "--data", data, "--dry-run")
    assert result.exit_code == 0, result.output
    assert f"Sources added: {EXAMPLE}" in result.output
    assert "Claims: +14 -0" in result.output
    assert "ontology#stage> <https://w3id.org/osagraph/ontology#Enacted> ." in result.output
    assert "Nothing was changed" in result.output
    assert quads_of(data) == before
    assert DataDirectory(data).current().number == 1


def test_a_rebuild_keeps_what_was_loaded_and_what_was_removed(
    run: Run, data: Path, tables: Path, quads_of: QuadsOf
) -> None:
    run("load", tables / TEMPLATE, "--data", data)
    run("remove", "seed-002-news", "--data", data)
    before = quads_of(data)
    assert run("build", "--data", data, "--quiet").exit_code == 0
    assert quads_of(data) == before
    assert f"source/{EXAMPLE}" in {str(q.graph_name).strip("<>").split("graph/")[-1] for q in before}


def test_a_description_alone_leaves_the_claims_of_its_source(
    run: Run, data: Path, tables: Path, tmp_path: Path, quads_of: QuadsOf
) -> None:
    lines = (tables / "sources.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("jbpress-78121,"))
    changed = tmp_path / "sources.csv"
    changed.write_text(f"{lines[0]}\n{row.replace(',newspaper,', ',blog,')}\n", encoding="utf-8")
    report = json.loads(run("load", changed, "--data", data, "--json").stdout)
    assert report["change"]["sources_changed"] == ["https://w3id.org/osagraph/id/source/jbpress-78121"]
    assert report["change"]["claims_removed"] == 0
    before = quads_of(data)
    assert run("build", "--data", data, "--quiet").exit_code == 0
    assert quads_of(data) == before


def test_loading_a_table_replaces_its_sources_whole(
    run: Run, data: Path, tables: Path, tmp_path: Path
) -> None:
    lines = (tables / "budgets.csv").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if "seed-002-news" in line]
    (tmp_path / "budgets.csv").write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
    report = json.loads(run("load", tmp_path / "budgets.csv", "--data", data, "--json").stdout)
    assert report["rows"] == {"budgets": len(rows)}
    assert report["change"]["sources_changed"] == ["https://w3id.org/osagraph/id/source/seed-002-news"]
    assert report["change"]["claims_removed"] > 50


def test_keep_going_loads_the_good_rows_and_writes_the_rest_to_a_file(
    run: Run, data: Path, tables: Path, tmp_path: Path
) -> None:
    lines = (tables / "budgets.csv").read_text(encoding="utf-8").splitlines()
    good = next(line for line in lines if "seed-000-pla-ams" in line)
    bad = good.replace("2000000000", "two billion")
    (tmp_path / "budgets.csv").write_text("\n".join([lines[0], good, bad]) + "\n", encoding="utf-8")
    rejected = tmp_path / "out.csv"
    command = ("load", tmp_path / "budgets.csv", "--data", data, "--keep-going", "--rejected", rejected)
    result = run(*command)
    assert result.exit_code == 1
    assert rejected.read_text(encoding="utf-8").splitlines() == [
        "file,line,column,value,reason,remedy",
        'budgets.csv,3,amount,two billion,not a whole amount,"Write whole currency units, digits only."',
    ]
    assert DataDirectory(data).current().number == 2
    assert run("build", "--data", data, "--quiet").exit_code == 0


def test_remove_of_an_unknown_source_says_where_to_look(run: Run, data: Path) -> None:
    result = run("remove", "no-such-source", "--data", data)
    assert result.exit_code == 5
    assert result.output.startswith("Error: There is no source or user graph 'no-such-source'.")


def test_sources_lists_each_source_with_its_claims(run: Run, built: Path) -> None:
    listed = json.loads(run("sources", "--data", built, "--json").stdout)
    assert len(listed) == 343
    seed = next(line for line in listed if line["source"] == "seed-002-news")
    assert (seed["kind"], seed["issued"]) == ("aggregator", "")
    assert sum(line["claims"] for line in listed) == DataDirectory(built).current().counts["claims"]
    text = run("sources", "--data", built).output
    assert text.splitlines()[0].split() == ["source", "date", "kind", "claims", "title"]


BUDGET = "SELECT ?y ?a { ?b osa:line osa:OsaLine ; osa:fiscalYear ?y ; osa:amount ?a } ORDER BY ?y"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", "y,a\n2023,2000000000\n2024,5000000000\n2025,8100000000\n2026,18100000000\n"),
        ("table", "?y    ?a\n----  -----------\n2023  2000000000\n2024  5000000000\n"),
        ("json", '{"head":{"vars":["y","a"]}'),
        ("tsv", '?y\t?a\n2023\t"2000000000"^^'),
        ("xml", '<?xml version="1.0"?><sparql'),
    ],
)
def test_query_prints_each_format(run: Run, built: Path, form: str, expected: str) -> None:
    result = run("query", BUDGET, "--data", built, "--format", form)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(expected)


def test_query_reads_a_file_and_answers_every_form(run: Run, built: Path, tmp_path: Path) -> None:
    file = tmp_path / "ask.rq"
    file.write_text("ASK { GRAPH ?g { ?c a osa:FramingClaim } }", encoding="utf-8")
    assert run("query", f"@{file}", "--data", built).stdout == "true\n"
    assert run("query", "ASK { ?c a osa:FramingClaim }", "--data", built).stdout == "false\n"
    construct = "CONSTRUCT { id:osa a ?c } WHERE { id:osa a ?c } ORDER BY ?c"
    triples = run("query", construct, "--data", built).stdout.splitlines()
    programme = "<https://w3id.org/osagraph/id/osa> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    assert f"{programme} <https://w3id.org/osagraph/ontology#Programme> ." in triples
    turtle = run("query", construct, "--data", built, "--format", "turtle").stdout
    assert "https://w3id.org/osagraph/ontology#Programme" in turtle
    empty = run(
        "query", "SELECT ?s ?l { ?s rdfs:label 'no such label' OPTIONAL { ?s a ?l } }", "--data", built
    )
    assert empty.stdout.splitlines() == ["?s  ?l", "--  --"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["SELECT * WHERE { ?s ?p }"], 4, "Error: This is not SPARQL"),
        (["@missing.rq"], 1, "Error: missing.rq: cannot be read"),
        (["ASK {}", "--format", "csv"], 4, "Error: These results cannot be written as csv"),
        (["ASK {}", "--format", "turtle"], 4, "Error: These results cannot be written as turtle"),
        (["DESCRIBE id:osa", "--format", "json"], 4, "Error: A graph cannot be written as json"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(
    run: Run, built: Path, arguments: list[str], code: int, message: str
) -> None:
    result = run("query", *arguments, "--data", built)
    assert result.exit_code == code
    assert result.output.startswith(message)


def test_commands_without_a_dataset_tell_how_to_make_one(run: Run, tmp_path: Path) -> None:
    for command in (["sources"], ["query", "ASK {}"], ["load", __file__, "--loader", "rdf"]):
        result = run(*command, "--data", tmp_path / "nowhere")
        assert result.exit_code == 3
        assert "Make one with: osagraph build --data" in result.output


def test_export_writes_the_dataset_or_one_graph(
    run: Run, built: Path, tmp_path: Path, quads_of: QuadsOf
) -> None:
    assert run("export", tmp_path / "all.nq.gz", "--data", built).exit_code == 0
    text = gzip.decompress((tmp_path / "all.nq.gz").read_bytes())
    quads = {
        quad for quad in parse(text, format=RdfFormat.N_QUADS) if "graph/meta" not in str(quad.graph_name)
    }
    assert quads == quads_of(built)
    run("export", tmp_path / "one.ttl", "--graph", "source/seed-002-news", "--data", built)
    store = Store()
    store.load(path=str(tmp_path / "one.ttl"))
    assert len(store) == sum(1 for quad in quads if "seed-002-news" in str(quad.graph_name))
    run("export", tmp_path / "facts.nt", "--graph", "default", "--data", built)
    assert len((tmp_path / "facts.nt").read_text().splitlines()) > 10_000
    iri = "https://w3id.org/osagraph/graph/assessments"
    assert run("export", tmp_path / "a.trig", "--graph", iri, "--data", built, "--quiet").output == ""


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("x.docx", [], "use one of"),
        ("x.ttl", [], "holds one graph"),
        ("x.nq", ["--graph", "source/none"], "There is no graph"),
    ],
)
def test_an_export_that_cannot_be_written_says_why(
    run: Run, built: Path, tmp_path: Path, target: str, options: list[str], message: str
) -> None:
    result = run("export", tmp_path / target, *options, "--data", built)
    assert result.exit_code in (4, 5)
    assert message in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("source", ["seed-000-pla-ams", "seed-002-news"])
@pytest.mark.skipif(not SOURCES.exists(), reason="the source texts are not shipped; they lie in ../shared")
def test_verify_finds_every_quote_of_the_seed_sources(run: Run, built: Path, source: str) -> None:
    text = SOURCES / f"{source}.txt"
    result = run("verify", "--source", source, "--text", text, "--data", built, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0, result.output
    assert report["found"] == report["quotes"] > 30
    lines = text.read_text(encoding="utf-8").splitlines()
    for check in report["checks"]:
        line = lines[check["line"] - 1]
        assert line[check["column"] - 1 :].split()[0][:3] == check["quote"].split()[0][:3]


def test_verify_names_the_quotes_that_are_missing(run: Run, built: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Nothing of the kind,\nbut 6億円を供与額 here.", encoding="utf-8")
    result = run("verify", "--source", "jbpress-78121", "--text", text, "--data", built)
    assert result.exit_code == 5
    assert "line 2, column 5" in result.output
    assert "MISSING" in result.output
    assert run("verify", "--source", "none", "--text", text, "--data", built).exit_code == 5
    gone = run("verify", "--source", "jbpress-78121", "--text", tmp_path, "--data", built)
    assert gone.exit_code == 1


def test_help_shows_an_example_for_every_command(run: Run) -> None:
    listed = run("--help").output
    for name in (
        "build",
        "load",
        "remove",
        "sources",
        "query",
        "serve",
        "export",
        "verify",
        "snapshots",
        "backup",
        "restore",
        "status",
    ):
        assert name in listed
        assert f"Example: osagraph {name}" in run(name, "--help").output
    assert "token" in listed


def test_a_kept_file_that_is_lost_is_named(run: Run, data: Path, tables: Path) -> None:
    run("load", tables / TEMPLATE, "--data", data)
    shutil.rmtree(data / "sources")
    result = run("build", "--data", data, "--quiet")
    assert result.exit_code == 3
    assert f"has lost the content of {TEMPLATE}" in result.output


def test_publishers_are_listed_by_how_fresh_they_are(built: Path, run: Run) -> None:
    found = json.loads(run("sources", "--publishers", "--json", "--data", built).stdout)
    assert len(found) == 186
    assert {name: found[0][name] for name in ("publisher", "sources", "latest", "day")} == {
        "publisher": "https://w3id.org/osagraph/id/jiji-press",
        "sources": 28,
        "latest": "2026-03-13",
        "day": "2026-03-13",
    }
    lines = run("sources", "--publishers", "--data", built).stdout.splitlines()
    assert lines[0].split()[:2] == ["28", "2026-03-13"]
    assert lines[0].endswith("id:jiji-press") and len(lines) == 186
