"""The W3C suites: all of them against a plain server, and what writes nothing against the dataset."""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.conformance import FLOOR, HARNESS, run_suites, shortfalls

pytestmark = pytest.mark.skipif(
    not HARNESS.exists(), reason="The W3C harness is not here: ../shared/conformance."
)

MEMORY = Path("/dev/shm")
PASSED = "{name}    {passed} passed, 0 failed, 0 skipped\n"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that waits for no disk, where there is one: the suites write some thousand times."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.mark.slow
def test_the_suites_are_passed_as_far_as_the_engine_goes(memory: Path) -> None:
    assert shortfalls(run_suites(memory / "data")) == []


def test_what_is_below_the_floor_is_named() -> None:
    text = "".join(PASSED.format(name=name, passed=passed) for name, passed in FLOOR.items())
    assert shortfalls(text) == []
    assert shortfalls(text.replace("34 passed", "33 passed")) == [
        "SPARQL 1.1 Protocol: 33 passed, 34 expected"
    ]
    assert len(shortfalls("")) == len(FLOOR)


class Harness:
    """The parts of the harness that send and judge requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(HARNESS.parent)
        self.checks: Any = importlib.import_module("checks")
        self.endpoint: Any = importlib.import_module("endpoint")
        manifest: Any = importlib.import_module("manifest")
        self.tests: list[Any] = manifest.load_tests(HARNESS.parent / "w3c-sparql-tests")

    @contextlib.contextmanager
    def at(self, client: Any) -> Iterator[Any]:
        """The endpoint that a client asks, with its token."""
        url = f"http://127.0.0.1:{client.port}/sparql"
        endpoint = self.endpoint.Endpoint(url, url, headers=[("Authorization", f"Bearer {client.token}")])
        try:
            yield endpoint
        finally:
            for connection in endpoint._connections.values():
                connection.close()


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Harness:
    return Harness(monkeypatch)


def test_the_protocol_of_the_dataset_is_that_of_the_suite_where_nothing_is_written(
    harness: Harness, shipped_server: Any
) -> None:
    admin = shipped_server.client("admin")
    before = admin.get("/readyz").json["snapshot"]
    suite = [test for test in harness.tests if test.kind == "ProtocolTest"]
    read_only = [test for test in suite if not test.id.partition("#")[2].startswith("update_")]
    failures = []
    with harness.at(admin) as endpoint:
        for test in read_only:
            # What a query finds depends on the suite's own data.
            steps = [replace(step, expected_boolean=None) for step in test.steps]
            try:
                harness.checks.protocol(endpoint, replace(test, data=[], steps=steps))
            except harness.checks.Failure as failure:
                failures.append(f"{test.id}: {failure}")
    assert (failures, len(read_only)) == ([], 27)
    assert admin.get("/readyz").json["snapshot"] == before


def test_the_description_of_the_dataset_is_that_of_the_suite(harness: Harness, shipped_server: Any) -> None:
    tests = [test for test in harness.tests if test.kind == "ServiceDescriptionTest"]
    with harness.at(shipped_server.client("admin")) as endpoint:
        for test in tests:
            harness.checks.service_description(endpoint, test)
    assert len(tests) == 3
