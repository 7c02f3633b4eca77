"""`osagraph link`: finds items of Wikidata for individuals, asks about them, and records what was decided."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from graph.clock import utc_now
from graph.console import data_option, json_option, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.errors import InvalidParameterError
from graph.outbound import Outbound, Policy, user_agent
from loaders.commands import workshop
from loaders.curating import said
from loaders.curation_commands import by_option
from loaders.exchanges import Exchanges
from loaders.link_candidates import item_number
from loaders.link_console import is_terminal
from loaders.link_pools import FilePool, Pool, WikidataPool
from loaders.link_session import Wanted, ask_about, decide, list_candidates, report, warn
from loaders.link_things import KINDS, Thing, Things
from loaders.linking import withdraw_links
from loaders.wikidata_client import API, RECONCILIATION, WikidataClient

CACHE: Final = "wikidata"
CACHE_DAYS: Final = 7


def link_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say where candidates come from."""
    options = (
        click.option(
            "--from",
            "extract",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Look in a local extract (entity JSON, also gzipped) and ask nobody.",
        ),
        click.option(
            "--cache",
            metavar="DIR",
            type=click.Path(path_type=Path, file_okay=False),
            help=f"Where answers of Wikidata are kept, for {CACHE_DAYS} days.  [default: DATA/{CACHE}]",
        ),
        click.option("--offline", is_flag=True, help="Use only what the cache has, however old."),
        click.option(
            "--contact",
            envvar="OSAGRAPH_CONTACT",
            metavar="MAIL|URL",
            help="Whom Wikidata may write to about these requests (environment: OSAGRAPH_CONTACT).",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("link", epilog='Example: osagraph link "Philippine Navy" --dry-run')
@click.argument("entities", metavar="[ENTITY]…", nargs=-1)
@click.option("--all-unlinked", is_flag=True, help="All individuals without a verified link.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only of this kind.")
@click.option("--limit", type=click.IntRange(1), help="At most so many individuals.")
@click.option("--yes", metavar="ITEM", help="It is this item: record that, and ask nothing.")
@click.option(
    "--no", multiple=True, metavar="ITEM", help="It is not this item: record that, and ask nothing."
)
@click.option(
    "--likely-above",
    type=click.IntRange(1, 100),
    metavar="SCORE",
    help="Record as likely, not as verified, what scores so much and is well ahead; ask nothing.",
)
@click.option("--withdraw", is_flag=True, help="Undo all that was decided about the links of ENTITY.")
@click.option("--because", default="", help="The reason, in a sentence; it goes with the evidence.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded; ask and change nothing.")
@link_options
@data_option
@by_option
@json_option
@quiet_option
@reports_errors
def link_command(
    data: DataDirectory,
    entities: tuple[str, ...],
    all_unlinked: bool,
    kinds: tuple[str, ...],
    limit: int | None,
    withdraw: bool,
    extract: Path | None,
    cache: Path | None,
    offline: bool,
    contact: str | None,
    **decision: Any,
) -> None:
    """Find the Wikidata items of individuals, ask about each, and record what was decided.

    ENTITY is a name, an IRI or id:…. Candidates are scored by names in English and Japanese, class, country,
    ISO code and date; each point is accounted for. A yes makes a verified link, a no a near miss that is not
    offered again; both are acts of curation (osagraph curation, osagraph undo), with the evidence.

    This command, and no other, asks www.wikidata.org and wikidata.reconci.link, over https.
    """
    wanted = _wanted(**decision)
    _require_sense(wanted, entities, all_unlinked, kinds, withdraw)
    with data.holding() as snapshot:
        things = Things(open_dataset(snapshot))
        chosen = _chosen(things, entities, kinds, limit)
        if withdraw:
            report(withdraw_links(workshop(data), chosen[0].iri, wanted.by, wanted.because), [], wanted)
            return
        if extract is not None:
            pool: Pool = FilePool(extract, chosen, wanted.items).read()
        else:
            pool = WikidataPool(_client(data, cache, offline, contact), warn)
        if wanted.items:
            decide(data, chosen[0], pool, wanted)
        elif wanted.may_ask and is_terminal():
            ask_about(data, things, chosen, pool, wanted)
        else:
            list_candidates(data, things, chosen, pool, wanted)


def _require_sense(
    wanted: Wanted, entities: Sequence[str], all_unlinked: bool, kinds: Sequence[str], withdraw: bool
) -> None:
    """Raises click.UsageError for options that do not go together."""
    if bool(entities) == all_unlinked:
        raise click.UsageError("Name an ENTITY, or say --all-unlinked.")
    if entities and kinds:
        raise click.UsageError("--kind goes with --all-unlinked.")
    if (wanted.items or withdraw) and len(entities) != 1:
        raise click.UsageError("--yes, --no and --withdraw are about one ENTITY.")
    if withdraw and (wanted.items or wanted.is_dry_run or wanted.likely_above is not None):
        raise click.UsageError("--withdraw goes alone: nothing else is decided or tried with it.")
    if wanted.items and wanted.likely_above is not None:
        raise click.UsageError("--yes and --no say what it is; --likely-above leaves that to a score.")


def _wanted(
    by: str,
    because: str,
    yes: str | None,
    no: tuple[str, ...],
    likely_above: int | None,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> Wanted:
    chosen = _number("--yes", yes) if yes is not None else None
    refused = tuple(_number("--no", each) for each in no)
    if chosen in refused:
        raise click.UsageError(f"{chosen} cannot be both --yes and --no.")
    because = said("--because", because) if because else ""
    return Wanted(said("--by", by), because, chosen, refused, likely_above, dry_run, as_json, quiet)


def _number(option: str, text: str) -> str:
    number = item_number(text)
    if number is None:
        raise InvalidParameterError(option, text, "an item of Wikidata, such as Q17")
    return number


def _chosen(things: Things, entities: Sequence[str], kinds: Sequence[str], limit: int | None) -> list[Thing]:
    if entities:
        return [things.named(text) for text in entities][:limit]
    found: list[Thing] = []
    for thing in things.unlinked(kinds):
        if len(found) == limit:
            break
        found.append(thing)
    return found


def _client(data: DataDirectory, cache: Path | None, offline: bool, contact: str | None) -> WikidataClient:
    exchanges = Exchanges(
        cache or data.root / CACHE, utc_now, datetime.timedelta(days=CACHE_DAYS), is_offline=offline
    )
    if cache is None:
        # A folder that somebody named may be a recording.
        exchanges.forget_old()
    return WikidataClient(outbound(contact), exchanges, time.sleep, utc_now)


def outbound(contact: str | None = None) -> Outbound:
    """What calls Wikidata's two hosts, and nobody else."""
    return Outbound(Policy.of([API, RECONCILIATION]), user_agent(contact=contact))
