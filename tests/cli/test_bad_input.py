"""Bad input: each kind ends with one sentence, a code other than 0, and the dataset as it was."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from graph.datadir import DataDirectory

Run = Callable[..., Result]
HEADER = (
    "budget_line,fiscal_year,amount,currency,unit_multiplier_applied,stage,comparison,percent_of_gdp,"
    "source_id,quote,modality,attributed_to,hedge,printed_figure"
)
ROW = "osa,2026,18100000000,JPY,1e9,draft,,,seed-000-pla-ams,18.1 billion yen,asserted,,,18.1 billion yen"
SOURCE_HEADER = "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author"
SOURCE = "new-source,Title,Example Daily,Japan,newspaper,https://example.org/,2026-11-01,en,"
PREFIXES = "PREFIX osa: <https://w3id.org/osagraph/ontology#> PREFIX id: <https://w3id.org/osagraph/id/>\n"


def budgets(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def sources(*rows: str) -> bytes:
    return "\n".join([SOURCE_HEADER, *rows, ""]).encode()


def files_of(data: Path) -> dict[Path, bytes]:
    """What a data directory holds, by a digest of each file; the engine's chat and locks are left out."""
    passing = (".lock", "LOCK")
    found = (path for path in data.rglob("*") if path.is_file() and not path.name.endswith(passing))
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in found if "LOG" not in path.name}


def nested(depth: int) -> bytes:
    return (b'{"http://x.example/p":' * depth) + b'"x"' + b"}" * depth


ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "'
    + "x" * 100
    + '">'
    + "".join(f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    + '<rdf:Description rdf:about="http://e.example/s"><e:p>&h;</e:p></rdf:Description></rdf:RDF>'
).encode()

BAD_FILES: dict[str, tuple[str, bytes, str]] = {
    "missing column": (
        "budgets.csv",
        budgets(header=HEADER.replace("currency,", "")),
        "budgets.csv, line 1, column currency: a column is missing. The header of budgets.csv is:",
    ),
    "extra column": (
        "budgets.csv",
        budgets(header=HEADER + ",colour"),
        "budgets.csv, line 1, column 15: an unknown column (value: 'colour').",
    ),
    "doubled column": (
        "budgets.csv",
        budgets(header=HEADER + ",stage"),
        "budgets.csv, line 1, column 15: a column twice (value: 'stage').",
    ),
    "unknown source": (
        "budgets.csv",
        budgets(ROW, ROW.replace("seed-000-pla-ams", "no-such")),
        "budgets.csv, line 3, column source_id: no such source (value: 'no-such'). Describe it in",
    ),
    "no source": (
        "budgets.csv",
        budgets(ROW.replace("seed-000-pla-ams", "")),
        "budgets.csv, line 2, column source_id: no such source (value: '').",
    ),
    "amount that is no integer": (
        "budgets.csv",
        budgets(ROW.replace("18100000000", "18.1e9")),
        "budgets.csv, line 2, column amount: not a whole amount (value: '18.1e9'). Write whole currency",
    ),
    "impossible date": (
        "sources.csv",
        sources(SOURCE.replace("2026-11-01", "2026-02-30")),
        "sources.csv, line 2, column published_on: not a date in the calendar (value: '2026-02-30').",
    ),
    "unknown enum value": (
        "budgets.csv",
        budgets(ROW.replace("draft", "drafty")),
        "budgets.csv, line 2, column stage: not one of the known values (value: 'drafty'). Use one of: "
        "cabinet_approved, draft, enacted, reported, request.",
    ),
    "fiscal year out of range": (
        "budgets.csv",
        budgets(ROW.replace("2026", "20266")),
        "budgets.csv, line 2, column fiscal_year: not a fiscal year (value: '20266').",
    ),
    "source twice": (
        "sources.csv",
        sources(SOURCE, SOURCE),
        "sources.csv, line 3, column source_id: this source is described twice (value: 'new-source'). See",
    ),
    "empty cell": (
        "budgets.csv",
        budgets(ROW.replace("JPY", "")),
        "budgets.csv, line 2, column currency: this column may not be empty (value: ''). Fill it in.",
    ),
    "long quote": (
        "budgets.csv",
        budgets(ROW.replace("18.1 billion yen,asserted", "a b c d e f g h i,asserted")),
        "budgets.csv, line 2, column quote: a quote of 9 words (value: 'a b c d e f g h i').",
    ),
    "ragged row": (
        "budgets.csv",
        budgets(ROW, ROW + ",more"),
        "budgets.csv, line 3: 15 fields where the header has 14 columns. Quote fields that hold commas.",
    ),
    "open quotation mark": ("budgets.csv", budgets('"' + ROW), "budgets.csv, line 2: not CSV:"),
    "Latin-1": (
        "budgets.csv",
        budgets(ROW, ROW).replace(b"osa,2026", b"os\xe9,2026"),
        "budgets.csv, line 2, column 3: not UTF-8 (value: 'byte e9'). Save the file as UTF-8.",
    ),
    "empty file": (
        "budgets.csv",
        b"",
        "budgets.csv, line 1: the file is empty. The header of budgets.csv is:",
    ),
    "a huge cell": (
        "budgets.csv",
        b"",
        "budgets.csv, line 2: a cell is longer than 131,072 characters.",
    ),
    "unknown name of a table": (
        "budget.csv",
        budgets(ROW),
        "budget.csv: no loader knows a file of this name.",
    ),
    "syntax error in RDF": (
        "x.ttl",
        b"<a:s> <a:p> <a:o> .\n" * 1000 + b"<a:s> <a:p .\n",
        "x.ttl, line 1001, column",
    ),
    "deep JSON-LD": ("x.jsonld", nested(20_000), "x.jsonld"),
    "entity bomb": ("x.rdf", ENTITY_BOMB, "x.rdf"),
    "gzip bomb": ("x.nt.gz", b"", "x.nt.gz"),
    "remote context": ("x.jsonld", b'{"@context": "https://example.org/c", "@id": "a:b"}', "x.jsonld"),
    "graph names": ("x.nq", b"<a:s> <a:p> <a:o> <a:g> .\n", "x.nq"),
    "claim without a source": (
        "x.ttl",
        (PREFIXES + "<a:c> a osa:Claim ; osa:subject id:osa ; osa:modality osa:Asserted .").encode(),
        "x.ttl: claim <a:c> has no source that is an IRI.",
    ),
    "claim of an undescribed source": (
        "x.ttl",
        (
            PREFIXES
            + '<a:c> a osa:Claim ; osa:subject id:osa ; osa:modality osa:Asserted ; osa:proposition "x" ;'
            " osa:statedIn <https://w3id.org/osagraph/id/source/nobody> ."
        ).encode(),
        "x.ttl: claims are stated in a source that nobody describes (value: 'nobody').",
    ),
    "claim with a foreign predicate": (
        "x.ttl",
        (
            PREFIXES + "<a:c> a osa:Claim ; osa:subject id:osa ; osa:predicate <a:p> ; osa:object <a:o> ;"
            " osa:modality osa:Asserted ; osa:statedIn <https://w3id.org/osagraph/id/source/seed-002-news> ."
        ).encode(),
        "x.ttl: a claim with a predicate that the ontology does not know (value: 'a:p').",
    ),
    "not TOML": ("x.toml", b"[source]\nsource_id = new\n", "x.toml, line 2, column 13: not TOML:"),
    "TOML without a source": ("x.toml", b"a = 1\n", "x.toml, line 1: there is no [source] block"),
    "unknown block": (
        "x.toml",
        b'[source]\nsource_id = "a-b"\n[[colours]]\nx = 1\n',
        "x.toml, line 3: no such block (value: 'colours').",
    ),
    "unknown column in TOML": (
        "x.toml",
        b'[source]\nsource_id = "a-b"\n[[budgets]]\ncolour = 1\n',
        "x.toml, line 3, column colour: an unknown column.",
    ),
    "a table in a TOML column": (
        "x.toml",
        b'[source]\nsource_id = "a-b"\n[[budgets]]\nstage = { a = 1 }\n',
        "x.toml, line 3, column stage: expected text, a number, a date or a list",
    ),
    "a block that is none": (
        "x.toml",
        b'budgets = [1]\n[source]\nsource_id = "a-b"\n',
        "x.toml: no such block (value: 'budgets')",
    ),
    "TOML in Latin-1": ("x.toml", b"[source]\ntitle = '\xe9'\n", "x.toml, line 2: not UTF-8."),
    "TOML nested too deeply": ("x.toml", b"a = " + b"[" * 20_000, "x.toml"),
    "huge TOML": ("x.toml", b"#" * (5 * 2**20), "x.toml: larger than 4,194,304 bytes."),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_input_is_refused_in_one_sentence(run: Run, data: Path, tmp_path: Path, kind: str) -> None:
    name, content, message = BAD_FILES[kind]
    path = tmp_path / name
    path.write_bytes(content)
    # Large ones are made here: what a module holds stays in memory, in every process that collects it.
    if kind == "gzip bomb":
        # 1 GiB of zeros in one line: a triple has no end in it.
        path.write_bytes(gzip.compress(b"\0" * 2**20) * 1024)
    elif kind == "a huge cell":
        path.write_bytes(budgets(ROW.replace("18.1 billion yen,asserted", "x" * 100_000_000 + ",asserted")))
    before = files_of(data)
    result = run("load", path, "--data", data)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.output.startswith(f"Error: {message}"), result.output[:300]
    assert result.output.count("\n") == 1
    assert files_of(data) == before
    assert DataDirectory(data).current().number == 1


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_both_line_endings_are_fine(
    run: Run, data: Path, tmp_path: Path, ending: bytes, mark: bytes
) -> None:
    (tmp_path / "sources.csv").write_bytes(mark + sources(SOURCE).replace(b"\n", ending))
    report = json.loads(run("load", tmp_path / "sources.csv", "--data", data, "--json").stdout)
    assert report["change"]["sources_added"] == ["https://w3id.org/osagraph/id/source/new-source"]


def test_a_directory_and_a_missing_file_are_named(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "budgets.csv").mkdir()
    result = run("load", tmp_path / "budgets.csv", "--data", data)
    assert (result.exit_code, result.output) == (
        1,
        "Error: budgets.csv: this is a directory. Name the files in it.\n",
    )
    result = run("load", tmp_path / "none.csv", "--data", data)
    assert (result.exit_code, result.output) == (1, "Error: none.csv: no such file. Check the path.\n")
    result = run("load", __file__, "--data", data, "--loader", "spreadsheet")
    assert (
        result.output == "Error: no loader 'spreadsheet'. Use one of: rdf, source-file, tables, wikidata.\n"
    )
    result = run("load", __file__, "--data", data, "--loader", "tables")
    assert result.output.startswith("Error: test_bad_input.py: no table is called so. Use one of: budgets,")


def test_a_second_writer_is_told_who_holds_the_dataset(run: Run, data: Path, tables: Path) -> None:
    with DataDirectory(data).writer():
        result = run("load", tables / "source-template.toml", "--data", data)
    assert result.exit_code == 3
    assert f"is being written by process {os.getpid()}. Wait for it, or end that process." in result.output


def test_a_data_directory_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("build", "--data", tmp_path / "file" / "data")
    assert result.exit_code == 3
    assert result.output.startswith(
        f"Error: {tmp_path / 'file' / 'data'} cannot be written: Not a directory."
    )


def test_a_data_directory_of_another_version_is_refused(run: Run, data: Path) -> None:
    (data / "format").write_text("99\n")
    for command in (["build"], ["sources"]):
        result = run(*command, "--data", data)
        assert result.exit_code == 3
        assert "has format 99, this osagraph reads formats up to 2" in result.output


FULL_DISK = """
set -e
mount -t tmpfs -o size=60m tmpfs "$1"
cp -r "$2" "$1/data"
head -c 100m /dev/zero > "$1/filler" 2>/dev/null || true
set +e
"$3" -m server load "$4" --data "$1/data" 2>&1
echo "exit $?"
"$3" -m server sources --data "$1/data" | wc -l
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs `unshare` to mount a small disk")
def test_a_full_disk_leaves_the_dataset_as_it_was(data: Path, tmp_path: Path, tables: Path) -> None:
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount namespace, so no small disk can be made")
    disk = tmp_path / "disk"
    disk.mkdir()
    arguments = [str(disk), str(data), sys.executable, str(tables / "source-template.toml")]
    done = subprocess.run(
        [*namespace, "sh", "-c", FULL_DISK, "sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    lines = done.stdout.splitlines() or [""]
    assert "is full. Free some space; nothing was changed." in done.stdout, done.stdout + done.stderr
    assert "exit 3" in lines
    assert lines[-1].strip() == "344"  # 343 sources and the header: reads go on
