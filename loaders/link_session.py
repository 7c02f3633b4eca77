"""One run of `osagraph link`: what is shown, asked and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from graph.console import print_json, progress_bar
from graph.curation import LIKELY_LINK, LINK, NO_LINK, Act
from graph.datadir import DataDirectory
from graph.errors import CurationError, KnowledgeGraphError, OutboundFailedError
from loaders.commands import workshop
from loaders.curation_commands import act_fields, sentence
from loaders.link_answers import NAME, Answers, answering
from loaders.link_console import LATER, NO, QUIT, YES, ask, fields_of, heading, lines_of, path_of
from loaders.link_pools import Pool
from loaders.link_scoring import Scored, leads
from loaders.link_things import Thing, Things
from loaders.linking import Answer, Linked, decide_links

NO_TERMINAL: Final = "Nothing was asked: this is no terminal. Decide with --yes or --no, or run it in one."
FROM_FILE: Final = "Without it, give a local extract of Wikidata: --from FILE"
NOT_COMPARED: Final = "not compared with the item"


@dataclass(frozen=True)
class Wanted:
    """What a command is asked to do, apart from which individuals it is about."""

    by: str
    because: str
    yes: str | None
    no: tuple[str, ...]
    likely_above: int | None
    is_dry_run: bool
    as_json: bool
    quiet: bool

    @property
    def items(self) -> tuple[str, ...]:
        """The items that are named."""
        return (*([self.yes] if self.yes else []), *self.no)

    @property
    def may_ask(self) -> bool:
        """Whether a person is asked."""
        return not (self.items or self.as_json or self.is_dry_run or self.likely_above is not None)


def warn(text: str) -> None:
    """Tell something that is no error."""
    click.echo(f"Note: {text}", err=True)


def _best(pool: Pool, thing: Thing) -> list[Scored]:
    """The candidates of a thing; where nobody answers, the error says what to do."""
    try:
        return pool.best(thing)
    except OutboundFailedError as error:
        hint = "" if "--from" in str(error) else f" {FROM_FILE}"
        raise OutboundFailedError(f"{error}{hint}") from error


def ask_about(
    data: DataDirectory, things: Things, chosen: Sequence[Thing], pool: Pool, wanted: Wanted
) -> None:
    """Ask about each thing in turn; what was answered is recorded in the end, whatever the end is."""
    with answering(data) as answers:
        if answers.left_over:
            click.echo(f"{answers.left_over} answers of a session that was cut off are recorded with these.")
        try:
            for thing in chosen:
                if not _ask_about_one(things, thing, pool, answers, wanted):
                    break
        except KeyboardInterrupt:
            click.echo()
        finally:
            _record(data, answers, wanted)


def _ask_about_one(things: Things, thing: Thing, pool: Pool, answers: Answers, wanted: Wanted) -> bool:
    """Whether to go on with the next one."""
    best = _best(pool, thing)
    _show(things, thing, best)
    for found in best:
        answer = ask(found.candidate.item)
        if answer == QUIT:
            return False
        if answer in (YES, NO):
            answers.add(_answer(thing, found, LINK if answer == YES else NO_LINK, wanted))
        if answer in (YES, LATER):
            break
    return True


def _record(data: DataDirectory, answers: Answers, wanted: Wanted) -> None:
    if not len(answers):
        click.echo("Nothing was decided.")
        return
    try:
        linked = answers.record(workshop(data))
    except KnowledgeGraphError as error:
        raise CurationError(
            f"{error} The {len(answers)} answers are kept in {data.root / NAME}, "
            "and recorded by the next osagraph link."
        ) from error
    report(linked, [], wanted)


def list_candidates(
    data: DataDirectory, things: Things, chosen: Sequence[Thing], pool: Pool, wanted: Wanted
) -> None:
    """Show candidates without asking; record those that score enough, as likely, where that is wanted."""
    fields: list[dict[str, Any]] = []
    answers: list[Answer] = []
    with progress_bar("link", wanted.quiet or not wanted.as_json, "entity") as progress:
        for place, thing in enumerate(chosen):
            best = _best(pool, thing)
            answers += _likely(things, thing, best, wanted)
            fields.append(fields_of(thing, best))
            if not (wanted.as_json or wanted.quiet):
                _show(things, thing, best)
            progress(place + 1, len(chosen))
    linked = None
    if answers and not wanted.is_dry_run:
        linked = decide_links(workshop(data), answers)
    report(linked, answers, wanted, fields)
    if wanted.may_ask:
        click.echo(NO_TERMINAL, err=True)


def _likely(things: Things, thing: Thing, best: Sequence[Scored], wanted: Wanted) -> Iterator[Answer]:
    """The link that a score makes likely: well ahead, and to an item that nothing else is linked to."""
    if wanted.likely_above is None or not leads(best) or best[0].score < wanted.likely_above:
        return
    if best[0].candidate.item not in thing.linked and not things.holders(best[0].candidate.item):
        yield _answer(thing, best[0], LIKELY_LINK, wanted)


def decide(data: DataDirectory, thing: Thing, pool: Pool, wanted: Wanted) -> None:
    """Record what the options say, with what a comparison says of it where there is one."""
    answers = [_answer(thing, _looked_up(pool, thing, item), NO_LINK, wanted, item) for item in wanted.no]
    if wanted.yes:
        found = _looked_up(pool, thing, wanted.yes)
        answers.append(_answer(thing, found, LINK, wanted, wanted.yes))
    linked = None if wanted.is_dry_run else decide_links(workshop(data), answers)
    report(linked, answers, wanted)


def _looked_up(pool: Pool, thing: Thing, item: str) -> Scored | None:
    try:
        candidate = pool.item(item)
    except OutboundFailedError as error:
        warn(f"{error} The decision is recorded without a comparison.")
        return None
    if candidate is None:
        return None
    return pool.score(thing, candidate)


def _answer(thing: Thing, found: Scored | None, act: str, wanted: Wanted, item: str | None = None) -> Answer:
    compared = NOT_COMPARED
    if found is None and not wanted.because:
        raise CurationError(f"{item} could not be compared. Say with --because how you know that.")
    if found is not None:
        compared = f"score {found.score} of 100 ({found.reasons}); compared with {found.candidate.page}"
    evidence = f"{wanted.because}; {compared}" if wanted.because else compared
    number = item or (found.candidate.item if found is not None else "")
    return Answer(thing.iri.value, number, act, wanted.by, evidence)


def _show(things: Things, thing: Thing, best: Sequence[Scored]) -> None:
    for line in heading(thing):
        click.echo(line)
    for place, found in enumerate(best, start=1):
        holders = [each for each in things.holders(found.candidate.item) if f"id:{each}" != path_of(thing)]
        for line in lines_of(place, found, holders):
            click.echo(line)
    if not best:
        click.echo("  no candidate")
    click.echo()


def report(
    linked: Linked | None,
    answers: Sequence[Answer],
    wanted: Wanted,
    fields: Sequence[dict[str, Any]] = (),
) -> None:
    """Print what was recorded, or would be; as JSON also the candidates."""
    acts: tuple[Act, ...] = linked.acts if linked is not None else ()
    if wanted.as_json:
        print_json(
            {
                "entities": list(fields),
                "would_record": [vars(answer) for answer in answers] if wanted.is_dry_run else [],
                "acts": [act_fields(act) for act in acts],
                "snapshot": linked.report.snapshot if linked is not None else None,
            }
        )
        return
    if wanted.quiet:
        return
    if wanted.is_dry_run:
        for answer in answers:
            click.echo(f"Would record: {answer.act} {answer.subject} {answer.item}; {answer.evidence}")
    for act in acts:
        click.echo(f"Act {act.number}: {sentence(act)}")
    if linked is not None and linked.report.snapshot is not None:
        click.echo(f"Snapshot {linked.report.snapshot} has it.")
    elif linked is not None:
        click.echo("That stands already; nothing was changed.")
