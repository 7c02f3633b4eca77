"""What `osagraph query` is asked, with which parameters, and which services it may ask in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from graph.console import Command
from graph.errors import InvalidParameterError, OutboundRefusedError, SourceUnavailableError
from graph.named_query import Catalogue
from graph.outbound_addresses import Address
from graph.service_clauses import SERVICES

QUERIES: Final = Path(__file__).parents[1] / "queries"
NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ADDRESS: Final = r"https?://[^\s<>\"{}|\\^`]+"
# As little of the first address as leaves an equals sign and another one, if there is another one.
SERVICE: Final = re.compile(rf"(?P<service>[a-z]+|{ADDRESS}?)(?:=(?P<address>{ADDRESS}))?")


def query_text(text: str, values: Mapping[str, str]) -> str:
    """The SPARQL for what was asked: a text, `@` and a file, or a named query with its parameters.

    Raises UnknownQueryError, InvalidParameterError and SourceUnavailableError.
    """
    if NAME.fullmatch(text):
        return Catalogue.read(QUERIES, QUERIES / "competency")[text].bind(values)
    if values:
        name, value = next(iter(values.items()))
        raise InvalidParameterError(name, value, "the name of a named query that has it")
    return _file_text(Path(text[1:])) if text.startswith("@") else text


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnavailableError("cannot be read", file=path, remedy="Check the path.") from error


def parameter_option(command: Command) -> Command:
    """Adds `--set NAME=VALUE`: a parameter of a named query."""
    return click.option(
        "--set",
        "values",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_values,
        help="A parameter of a named query; may be given several times.",
    )(command)


def service_option(command: Command) -> Command:
    """Adds `--service SERVICE[=ADDRESS]`: a service that queries may ask, by default none."""
    return click.option(
        "--service",
        "services",
        multiple=True,
        metavar="SERVICE[=URL]",
        callback=_services,
        help="Let queries ask this SERVICE (its IRI, or wikidata), at another URL if one is given.",
    )(command)


def _values(_context: Any, _parameter: Any, given: Sequence[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    if not all(equals for _, equals, _ in pairs):
        raise click.BadParameter("write NAME=VALUE, such as recipient=id:indonesia")
    return {name: value for name, _, value in pairs}


def _services(_context: Any, _parameter: Any, given: Sequence[str]) -> dict[str, str]:
    allowed = {}
    for text in given:
        match = SERVICE.fullmatch(text)
        service = SERVICES.get(match["service"], match["service"]) if match else ""
        if not match or ":" not in service:
            known = ", ".join(SERVICES)
            raise click.BadParameter(f"{text!r} is neither one of {known} nor an http(s) address")
        allowed[service] = match["address"] or service
        try:
            Address.read(allowed[service])
        except OutboundRefusedError as error:
            raise click.BadParameter(str(error)) from error
    return allowed
