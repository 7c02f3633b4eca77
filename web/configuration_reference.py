"""The reference of all that can be configured, in Markdown: written from the options themselves.

`osagraph serve --settings` prints it; web/deployment/configuration.md is what it prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import click

from graph.engine_access import AUTHORITIES, PASSWORD, TOKEN, USER
from web.setting_kinds import Mebibytes, Number, Seconds

HEAD: Final = """# Configuration reference

Written by `osagraph serve --settings > web/deployment/configuration.md`; a test compares the two.
There is no configuration file: a setting is an option of `osagraph serve`, or a variable of its environment.
The option wins over the variable. Several values of one variable have blanks between them. A value that is
none ends the command with exit code 2 and a sentence that says what it has to be.
"""
SERVE: Final = """## The server

What queries take at most: `--readers` times `--memory`. `--cache` comes on top, and `--spool` on the disk.
"""
OTHERS: Final = """## Variables of other commands
"""
FIXED: Final = """## Not configurable

Limits that no setting changes are in the threat model (`threat-model.md`). The names of things and graphs
(`https://w3id.org/osagraph/…`) are fixed when a dataset is built; `--public-url` is for links alone.
"""
# These are read by no option: a command line can be read by everybody on the machine.
SECRETS: Final = (
    (USER, "The name at the engine of `serve --store` and `publish` (HTTP Basic)."),
    (PASSWORD, "The password that goes with it."),
    (TOKEN, "Or a bearer token instead."),
    (AUTHORITIES, "A file (PEM) of the authorities that may certify the engine; else the system's."),
)
COLUMNS: Final = ("setting", "variable", "default", "unit", "accepts", "meaning")
UNITS: Final = {Seconds: "s", Mebibytes: "MiB"}


def configuration_reference(group: click.Group) -> str:
    """Everything that options and variables set, as one page."""
    serve = group.commands["serve"]
    parts = [HEAD, SERVE, _table(COLUMNS, _settings(serve)), "", OTHERS]
    parts += [_table(("variable", "commands", "meaning"), _variables(group, serve)), "", FIXED]
    return "\n".join(parts)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(columns), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(each.replace('|', chr(92) + '|') for each in line)} |" for line in lines)


def _options(command: click.Command) -> Iterator[click.Option]:
    return (each for each in command.params if isinstance(each, click.Option) and each.expose_value)


def _settings(serve: click.Command) -> Iterator[tuple[str, ...]]:
    for option in _options(serve):
        kind = option.type
        repeated = ", may stand several times" if option.multiple else ""
        yield (
            f"`{option.opts[0]}`",
            f"`{option.envvar}`" if option.envvar else "none",
            _default(option),
            UNITS.get(type(kind), ""),
            f"{_accepts(option)}{repeated}",
            _sentence(option),
        )


def _sentence(option: click.Option) -> str:
    return " ".join((option.help or "").partition(" (environment:")[0].rstrip(".").split()) + "."


def _default(option: click.Option) -> str:
    if option.is_flag:
        return "off"
    if isinstance(option.show_default, str):
        return option.show_default
    given: Any = option.to_info_dict()["default"]
    return f"`{given}`" if isinstance(given, str | int | float) else "none"


def _accepts(option: click.Option) -> str:
    kind = option.type
    if option.is_flag:
        return "in the environment: 1 or 0" if option.envvar else ""
    if isinstance(kind, Number | Seconds):
        return f"{kind.least:,} to {kind.most:,}"
    if isinstance(kind, click.Choice):
        return ", ".join(f"`{each}`" for each in kind.choices)
    return f"`{option.metavar}`" if option.metavar else kind.name


def _variables(group: click.Group, serve: click.Command) -> Iterator[tuple[str, ...]]:
    known = {option.envvar for option in _options(serve)}
    found: dict[str, tuple[list[str], str]] = {}
    for name, command in sorted(group.commands.items()):
        for option in _options(command):
            if option.envvar and option.envvar not in known:
                commands, _ = found.setdefault(str(option.envvar), ([], _sentence(option)))
                commands.append(f"`{name}`")
    for variable, (commands, meaning) in sorted(found.items()):
        yield f"`{variable}`", ", ".join(commands), meaning
    for variable, meaning in SECRETS:
        yield f"`{variable}`", "`serve`, `publish`, `digest`", meaning
