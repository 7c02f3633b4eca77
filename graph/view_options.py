"""The options by which a command is asked of a view, and the view made on the spot."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any, Final

import click

from graph.console import Command, progress_bar, reports_errors
from graph.datadir import DataDirectory, Snapshot
from graph.errors import StoreBusyError
from graph.view_cache import View, ViewCache
from graph.view_retention import held_while_read
from graph.views import ViewChoice, read_choice

TRIES: Final = 3
AS_OF_HELP: Final = "Count only what was published by this day, such as 2024-12-31."
PERSPECTIVE_HELP: Final = "Count only the sources of this perspective, such as japan-government."


def view_option(command: Command) -> Command:
    """Adds `--as-of DATE` and `--perspective NAME`; the command is handed both as `view`."""

    def choose(as_of: str | None, perspective: str | None) -> dict[str, Any]:
        return {"view": read_choice(as_of, perspective)}

    return _with_options(command, choose, is_repeatable=False)


def views_option(command: Command) -> Command:
    """Adds `--as-of DATE` and `--perspective NAME`, which may be repeated: one choice each, as `views`."""

    def choose(as_of: str | None, perspective: tuple[str, ...]) -> dict[str, Any]:
        names = dict.fromkeys(perspective) or [None]
        return {"views": tuple(read_choice(as_of, name) for name in names)}

    return _with_options(command, choose, is_repeatable=True)


def _with_options(command: Command, choose: Callable[..., dict[str, Any]], is_repeatable: bool) -> Command:
    more = " May be repeated: the answers stand side by side." if is_repeatable else ""
    options = [
        click.option("--as-of", metavar="DATE", help=AS_OF_HELP),
        click.option(
            "--perspective", metavar="NAME", multiple=is_repeatable, help=f"{PERSPECTIVE_HELP}{more}"
        ),
    ]

    @reports_errors
    @functools.wraps(command)
    def wrapper(*args: Any, as_of: Any, perspective: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs, **choose(as_of, perspective))

    for option in reversed(options):
        wrapper = option(wrapper)
    return wrapper  # type: ignore[return-value]


def open_view(data: DataDirectory, choice: ViewChoice, quiet: bool = False) -> Snapshot:
    """The snapshot that answers for a choice: the current one, or its view, made now unless it is there.

    Raises InvalidParameterError for a day in the future, UnknownResourceError for one before the first
    publication, StoreBusyError where the dataset changes all the time, and what `DataDirectory.current` and
    `ViewCache.make` raise.
    """
    if choice.is_whole:
        return data.current()
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):
            view = _opened(data, choice, quiet)
            if not quiet:
                click.echo(view_sentence(view), err=True)
            return view.snapshot
    raise StoreBusyError("The dataset changes faster than a view of it is made. Try again.")


def _opened(data: DataDirectory, choice: ViewChoice, quiet: bool) -> View:
    """The view, which stays in its place until the command ends.

    Raises FileNotFoundError where it has gone since: its snapshot is not the current one any more.
    """
    snapshot, cache = data.current(), ViewCache(data)
    choice = cache.rounded(snapshot, choice)
    found = cache.find(snapshot.number, choice)
    if found is None:
        with progress_bar(f"view {choice.text}", quiet) as progress:
            found = cache.make(snapshot.number, choice, progress)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.with_resource(held_while_read(found.snapshot.store))
    return found


def view_sentence(view: View) -> str:
    """What a view holds, for people."""
    counts = view.counts
    undated = f", {counts['undated']:,} of them without a date" if counts["undated"] else ""
    held = f"{counts['sources']:,} sources count, {counts['left_out']:,} do not{undated}"
    return f"{view.choice.text}: {held}."
