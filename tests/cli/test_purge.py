"""`osagraph purge`, alone and beside a server that goes on answering and writing."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from graph.datadir import DataDirectory
from loaders.commands import load_command, remove_command
from loaders.purge_commands import purge_command
from ontology.namespaces import GRAPH
from tests.conftest import LiveServer

SECRET = "Qzxvkj Wpfhgb Ytrmnd"
SOURCE = f"""
[source]
source_id = "secret"
title = "{SECRET}"
publisher = "{SECRET} Press"
publisher_kind = "newspaper"
published_on = 2026-11-01
language = "en"

[[recipients]]
country = "Thailand"
role = "recipient"
fiscal_year = 2031
quote = "{SECRET}"
"""
TURTLE = "text/turtle"


@pytest.fixture(scope="module")
def loaded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped dataset, and a secret source in its second snapshot."""
    folder = tmp_path_factory.mktemp("purge")
    data = folder / "data"
    # Hard links, as a copy of whole snapshots would take its time.
    subprocess.run(["cp", "-al", built, data], check=True)
    (folder / "secret.toml").write_text(SOURCE)
    load = ["--data", str(data), "--no-validate", "--quiet", str(folder / "secret.toml")]
    assert CliRunner().invoke(load_command, load).exit_code == 0
    return data


def places_of(root: Path) -> list[str]:
    """The files below a folder that hold the secret; a server may remove some meanwhile."""
    found = []
    for folder, _, names in os.walk(root):
        for path in (Path(folder) / name for name in names):
            with contextlib.suppress(OSError):
                if SECRET.encode() in path.read_bytes():
                    found.append(str(path.relative_to(root)))
    return sorted(found)


def graph(name: str) -> dict[str, str]:
    return {"graph": GRAPH.iri(f"user/{name}").value}


def test_it_asks_first_and_works_beside_a_server(
    loaded: Path, serving: Callable[..., AbstractContextManager[LiveServer]]
) -> None:
    with serving(loaded) as server:
        client = server.client("admin")
        note = "<http://e.example/a> <http://e.example/b> <http://e.example/c> ."
        written = client.put("/store", query_string=graph("before"), data=note, content_type=TURTLE)
        assert written.status_code == 201
        # The writer has a copy of the dataset at work, and the secret in it.
        assert {path.split("/")[0] for path in places_of(loaded)} == {
            "labels",
            "live",
            "snapshots",
            "sources",
        }
        asked = CliRunner().invoke(purge_command, ["secret", "--data", str(loaded)], input="n\n")
        assert asked.exit_code == 1
        assert "1 claims in the current snapshot; held by snapshots 2, 3." in asked.stderr
        result = CliRunner().invoke(purge_command, ["secret", "--data", str(loaded), "--yes", "--json"])
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert (report["removed"], report["kept"], report["snapshot"]) == ([2, 3], [1, 4], 4)
        assert places_of(loaded) == []
        assert client.get("/sources/secret").status_code == 404
        assert [client.get(f"/snapshots/{number}").status_code for number in (1, 3, 4)] == [200, 410, 200]
        answer = client.get(
            "/sparql", query_string={"query": f'ASK {{ GRAPH ?g {{ ?s ?p "{SECRET}"@en }} }}'}
        )
        assert "true" not in answer.text
        again = client.put("/store", query_string=graph("after"), data=note, content_type=TURTLE)
        assert again.status_code == 201
        assert places_of(loaded) == []
        assert DataDirectory(loaded).current().number == 5
        assert client.get("/store", query_string=graph("before")).status_code == 200
    assert places_of(loaded) == []
    for command in (purge_command, remove_command):
        arguments = ["secret", "--data", str(loaded), *(["--yes"] if command is purge_command else [])]
        assert CliRunner().invoke(command, arguments).exit_code == 5
