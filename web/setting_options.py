"""The options of `osagraph serve` for the settings of a server, as the one table of settings has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click

from graph.console import Command, data_option
from graph.datadir import DataDirectory
from web.settings import OPTION, REPEATED, Option, Settings


def _settable() -> list[Field[Any]]:
    return [each for each in fields(Settings) if OPTION in each.metadata]


def setting_options(command: Command) -> Command:
    """Adds an option for each setting; the command gets their values by the names of the fields."""
    for each in reversed(_settable()):
        command = _option(each)(command)
    return command


def _option(each: Field[Any]) -> Any:
    option: Option = each.metadata[OPTION]
    if option.kind is None:
        return click.option(
            f"--{option.name}",
            each.name,
            is_flag=True,
            envvar=option.variable,
            show_envvar=True,
            help=option.help,
        )
    given = None if each.default in (MISSING, None, ()) else option.kind.written(each.default)
    return click.option(
        f"--{option.name}",
        each.name,
        type=option.kind,
        metavar=option.kind.unit,
        default=given,
        show_default=option.default or given is not None,
        multiple=each.metadata[REPEATED],
        envvar=option.variable,
        show_envvar=True,
        help=option.help,
    )


def read_settings(data: Path, given: Mapping[str, Any]) -> Settings:
    """The settings that options give, by the names of the fields; what is None keeps its default.

    Raises click.BadParameter where two of them do not go together.
    """
    settings = Settings(data=data, **{name: value for name, value in given.items() if value is not None})
    if settings.total_seconds < settings.deadline_seconds:
        raise click.BadParameter(
            f"--total ({settings.total_seconds:g}) is less than --deadline ({settings.deadline_seconds:g})."
        )
    return settings


@click.command("settings")
@data_option
@setting_options
def _environment(**given: Any) -> None:
    """Never run: what it would be given is read off its context."""


def settings_from_environment() -> Settings:
    """The settings that the environment names.

    Raises click.BadParameter for a value that is none.
    """
    given = dict(_environment.make_context("settings", []).params)
    data: DataDirectory = given.pop("data")
    return read_settings(data.root, given)
