"""Commands of curation: accept, reject, grade, same-voice, retract, undo, and the list of all that."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
from pyoxigraph import NamedNode

from graph.console import Command, data_option, json_option, print_json, quiet_option, reports_errors
from graph.curation import (
    ACCEPT,
    GRADE,
    LIKELY_LINK,
    LINK,
    LINKING,
    NO_LINK,
    PURGED,
    REJECT,
    RETRACT,
    SAME_VOICE,
    SEPARATE_VOICES,
    UNDO,
    Act,
    read_acts,
)
from graph.datadir import DataDirectory
from loaders.commands import report_fields, report_lines, workshop
from loaders.curating import Curated, Decision, decide, undo
from ontology.namespaces import ID, WD
from ontology.vocabulary import read_vocabulary

DONE: Final = {
    ACCEPT: "accepted",
    REJECT: "rejected",
    GRADE: "graded",
    SAME_VOICE: "one voice",
    SEPARATE_VOICES: "not one voice",
    RETRACT: "retracted",
    UNDO: "undid",
    LINK: "linked",
    LIKELY_LINK: "linked as likely",
    NO_LINK: "not linked",
}


def by_option(command: Command) -> Command:
    """Adds `--by`: who decides."""
    option = click.option(
        "--by",
        envvar="OSAGRAPH_CURATOR",
        default=getpass.getuser,
        help="Who decides (environment: OSAGRAPH_CURATOR).  [default: your login name]",
    )
    return option(command)


def curator_options(command: Command) -> Command:
    """Adds what all acts take: `--data`, `--by`, `--json` and `--quiet`."""
    return data_option(by_option(json_option(quiet_option(reports_errors(command)))))


def because_option(command: Command) -> Command:
    """Adds `--because`: the reason, which no decision goes without."""
    return click.option("--because", required=True, help="The reason, in a sentence.")(command)


@click.command("accept", epilog='Example: osagraph accept id:claim/3f2a… --because "the ministry says so"')
@click.argument("claim", metavar="CLAIM")
@because_option
@curator_options
def accept_command(
    data: DataDirectory, claim: str, because: str, by: str, as_json: bool, quiet: bool
) -> None:
    """Let a claim decide its slot, whatever the other steps of the policy say.

    CLAIM is an IRI, id:claim/…, or the first six letters or more of a claim's hash.
    """
    _print(_decided(data, ACCEPT, (claim,), by, because), as_json, quiet)


@click.command("reject", epilog='Example: osagraph reject 3f2a9c --because "a misprint, see the next issue"')
@click.argument("claim", metavar="CLAIM")
@because_option
@curator_options
def reject_command(
    data: DataDirectory, claim: str, because: str, by: str, as_json: bool, quiet: bool
) -> None:
    """Let a claim count for nothing: it supports and contests no fact, and is in no assessment."""
    _print(_decided(data, REJECT, (claim,), by, because), as_json, quiet)


@click.command("grade", epilog='Example: osagraph grade seed-002-news B --because "right so far"')
@click.argument("what", metavar="SOURCE|CLAIM")
@click.argument("grade", metavar="GRADE")
@because_option
@curator_options
def grade_command(
    data: DataDirectory, what: str, grade: str, because: str, by: str, as_json: bool, quiet: bool
) -> None:
    """Grade a source's reliability (A to F) or a claim's credibility (1 to 6), by the Admiralty code.

    F and 6 say that it is not known. Several people may grade one thing; no fact depends on it.
    """
    _print(_decided(data, GRADE, (what,), by, because, grade), as_json, quiet)


@click.command("same-voice", epilog='Example: osagraph same-voice wire-1 paper-2 --because "a reprint"')
@click.argument("sources", metavar="SOURCE SOURCE…", nargs=-1, required=True)
@click.option("--apart", is_flag=True, help="They are independent voices, whatever they share.")
@because_option
@curator_options
def same_voice_command(
    data: DataDirectory,
    sources: tuple[str, ...],
    apart: bool,
    because: str,
    by: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Let sources count as one voice: reprints, translations, texts made from one another."""
    kind = SEPARATE_VOICES if apart else SAME_VOICE
    _print(_decided(data, kind, sources, by, because), as_json, quiet)


@click.command("retract", epilog='Example: osagraph retract fake-2026-11-01 --because "fabricated"')
@click.argument("source", metavar="SOURCE")
@because_option
@curator_options
def retract_command(
    data: DataDirectory, source: str, because: str, by: str, as_json: bool, quiet: bool
) -> None:
    """Let a source count nowhere; what it said is kept as quoted statements in graph/retracted/SOURCE."""
    _print(_decided(data, RETRACT, (source,), by, because), as_json, quiet)


@click.command("undo", epilog="Example: osagraph undo 3")
@click.argument("number", type=int, required=False, metavar="[NUMBER]")
@click.option("--because", default="", help="The reason, in a sentence.")
@curator_options
def undo_command(
    data: DataDirectory, number: int | None, because: str, by: str, as_json: bool, quiet: bool
) -> None:
    """Undo an act of curation by its number, or the last one that stands."""
    _print(undo(workshop(data), number, by, because), as_json, quiet)


@click.command("curation", epilog="Example: osagraph curation --json")
@data_option
@json_option
@reports_errors
def curation_command(data: DataDirectory, as_json: bool) -> None:
    """List what curators decided, by number, also what was undone."""
    acts = read_acts(data.current().folder)
    undone = {act.undoes: act.number for act in acts if act.undoes is not None}
    if as_json:
        print_json([{**act_fields(act), "undone_by": undone.get(act.number)} for act in acts])
        return
    for act in acts:
        for line in _lines(act, undone.get(act.number)):
            click.echo(line)
    if not acts:
        click.echo("No act of curation yet. See: osagraph accept --help")


CURATION_COMMANDS: Final = (
    accept_command,
    reject_command,
    grade_command,
    same_voice_command,
    retract_command,
    undo_command,
    curation_command,
)


def _decided(
    data: DataDirectory, act: str, of: Sequence[str], by: str, because: str, grade: str = ""
) -> Curated:
    return decide(workshop(data), Decision(act, tuple(of), by, because, grade))


def _print(curated: Curated, as_json: bool, quiet: bool) -> None:
    if as_json:
        fields = {"act": act_fields(curated.act), "undone": curated.undone and act_fields(curated.undone)}
        print_json({**fields, **report_fields(curated.report)})
    elif not quiet:
        for act in filter(None, (curated.act, curated.undone)):
            click.echo(f"Act {act.number}: {sentence(act)}")
        for line in report_lines(curated.report):
            click.echo(line)


def act_fields(act: Act) -> dict[str, Any]:
    """An act as the commands print it as JSON."""
    notation = read_vocabulary().notations[NamedNode(act.grade)] if act.grade else ""
    return {**vars(act), "of": list(act.of), "grade": notation}


def _lines(act: Act, undone_by: int | None) -> Iterator[str]:
    undone = f"  (undone by act {undone_by})" if undone_by is not None else ""
    yield f"{act.number:>4}  {act.at[:10]}  {act.by}: {sentence(act)}{undone}"
    if act.because:
        yield f"      because: {act.because}"


def sentence(act: Act) -> str:
    """What was done to what."""
    if act.act == UNDO:
        return f"{DONE[UNDO]} act {act.undoes}"
    named = ", ".join(iri.removeprefix(str(ID)) for iri in act.of)
    if act.act == PURGED:
        return "something about a source that was purged"
    if act.act in LINKING:
        return f"{DONE[act.act]} {named} to {act.item.removeprefix(str(WD))}"
    grade = f" {act_fields(act)['grade']}" if act.grade else ""
    return f"{DONE[act.act]}{grade} {named}"
