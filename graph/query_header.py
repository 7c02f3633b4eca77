"""Reads the header of a query file: grlc's comment syntax with our own keys.

    #+ summary: One line
    #+ description: More, if one line does not do
    #+ parameters:
    #+   source: {type: iri, default: "id:source/seed-002-news", description: "a source"}
    #+ answers: CQ-03, CQ-04

A parameter is a flat mapping of `key: value`; a value is a bare word or a JSON string. Nothing else of YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Final

from graph.errors import InvalidParameterError, OntologyError
from graph.query_parameters import TYPES, Parameter

KEYS: Final = ("summary", "description", "parameters", "answers")
PARAMETER_KEYS: Final = ("type", "default", "required", "many", "minimum", "maximum", "description")
LINE: Final = re.compile(r"#\+(?P<indent> +)(?P<key>\w+):(?: +(?P<value>\S.*?))? *")
PAIR: Final = re.compile(r' *(?P<key>\w+): *(?P<value>"(?:[^"\\]|\\.)*"|[^,{}"\s]+) *(?:,|$)')
QUESTION: Final = re.compile(r"CQ-[0-9]{2}")


@dataclass(frozen=True)
class Header:
    """What the head of a query file says."""

    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    answers: tuple[str, ...]


def read_header(text: str, path: Path) -> Header:
    """The header of a query file.

    Raises OntologyError with file and line for anything that is not as the module describes it.
    """
    values: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for number, key, value, nested in _lines(text, path):
        known = parameters if nested else values
        if key in known or (not nested and key not in KEYS) or (nested and "parameters" not in values):
            raise _fault(path, number, f"{key!r} is unknown, misplaced or given twice")
        if nested:
            parameters[key] = _parameter(key, value, path, number)
        else:
            values[key] = value
    if not values.get("summary"):
        raise _fault(path, 1, "a query needs a summary")
    answers = tuple(values["answers"].replace(",", " ").split()) if "answers" in values else ()
    if not all(QUESTION.fullmatch(answer) for answer in answers):
        raise _fault(path, 1, "answers names questions such as CQ-03")
    return Header(values["summary"], values.get("description", ""), MappingProxyType(parameters), answers)


def without_header(text: str) -> str:
    """The query's text without the lines of its header."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))


def _lines(text: str, path: Path) -> Iterator[tuple[int, str, str, bool]]:
    """Number, key, value and whether it belongs to the parameters, for each line of the header."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            continue
        match = LINE.fullmatch(line)
        if not match:
            raise _fault(path, number, "a header line is '#+ key: value'")
        nested = len(match["indent"]) > 1
        if nested and section != "parameters":
            raise _fault(path, number, "only parameters have indented lines")
        section = section if nested else match["key"]
        yield number, match["key"], match["value"] or "", nested


def _parameter(name: str, text: str, path: Path, number: int) -> Parameter:
    if not (text.startswith("{") and text.endswith("}")):
        raise _fault(path, number, "a parameter is written {type: iri, default: ...}")
    fields = _fields(text[1:-1], path, number)
    if fields.get("type") not in TYPES or not fields.keys() <= set(PARAMETER_KEYS):
        keys = ", ".join(PARAMETER_KEYS)
        raise _fault(path, number, f"the type is one of {', '.join(TYPES)}, the keys are among {keys}")
    for key in ("required", "many"):
        if fields.get(key, "false") not in ("true", "false"):
            raise _fault(path, number, f"{key} is true or false")
    try:
        parameter = Parameter(
            name,
            fields["type"],
            fields.get("default"),
            fields.get("required") == "true",
            fields.get("many") == "true",
            Decimal(fields["minimum"]) if "minimum" in fields else None,
            Decimal(fields["maximum"]) if "maximum" in fields else None,
            fields.get("description", ""),
        )
        if parameter.default is not None:
            parameter.terms(None) if parameter.many else parameter.term(None)
    except (InvalidOperation, InvalidParameterError) as error:
        raise _fault(path, number, str(error)) from error
    return parameter


def _fields(text: str, path: Path, number: int) -> dict[str, str]:
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = PAIR.match(text, position)
        if not match or match["key"] in fields:
            raise _fault(path, number, f"cannot read {text[position:].strip()!r}")
        value = match["value"]
        fields[match["key"]] = json.loads(value) if value.startswith('"') else value
        position = match.end()
    return fields


def _fault(path: Path, line: int, what: str) -> OntologyError:
    return OntologyError(f"{path.name}, line {line}: {what}.")
