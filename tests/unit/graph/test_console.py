"""How commands end: one sentence and an exit code."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from graph.console import exit_code, reports_errors
from graph.errors import (
    KnowledgeGraphError,
    MalformedSourceError,
    QuerySyntaxError,
    StoreMissingError,
    UnknownResourceError,
)
from ontology.errors import OntologyFileError

CODES = [
    (MalformedSourceError("what"), 1),
    (StoreMissingError("what"), 3),
    (KnowledgeGraphError("what"), 3),
    (QuerySyntaxError("what"), 4),
    (UnknownResourceError("what"), 5),
]


@pytest.mark.parametrize(("error", "code"), CODES)
def test_each_kind_of_error_has_its_exit_code(error: KnowledgeGraphError, code: int) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (StoreMissingError("Nothing here."), 3, "Error: Nothing here.\n"),
        (OntologyFileError("core.ttl, line 3: no dot"), 3, "Error: core.ttl, line 3: no dot\n"),
        (KeyboardInterrupt(), 130, "Interrupted; the dataset is as it was.\n"),
    ],
)
def test_a_command_ends_in_one_sentence(error: BaseException, code: int, message: str) -> None:
    @click.command()
    @reports_errors
    def command() -> None:
        raise error

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.output) == (code, message)
