"""Commands about what is kept: snapshots, backup, restore and status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from graph.backup import write_backup
from graph.backup_manifest import Manifest
from graph.backup_time import remember_backup
from graph.clock import utc_now
from graph.console import data_option, json_option, print_json, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.pins import pin, unpin
from graph.restore import Restored, restore_backup
from graph.snapshot_status import list_snapshots, status_fields, upgrade_advice


@click.command("snapshots", epilog='Example: osagraph snapshots --pin 12 --note "cited in a paper"')
@data_option
@click.option("--pin", "pinned", type=click.IntRange(1), metavar="N", help="Keep a snapshot for good.")
@click.option("--note", default="", help="What --pin is for.")
@click.option("--unpin", "unpinned", type=click.IntRange(1), metavar="N", help="Keep it for good no longer.")
@json_option
@reports_errors
def snapshots_command(
    data: DataDirectory, pinned: int | None, note: str, unpinned: int | None, as_json: bool
) -> None:
    """List the snapshots that are kept, or pin one: the last 20, every build and every pinned one."""
    data.current()
    if pinned is not None:
        pin(data, pinned, note)
    if unpinned is not None:
        unpin(data, unpinned)
    lines = list_snapshots(data)
    if as_json:
        print_json(lines)
        return
    for row in _rows(lines):
        click.echo(row)


def _rows(lines: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{'snapshot':>8}  {'made':<20}  {'operation':<10} {'quads':>12} {'size':>10} {'alone':>10}"
    for line in lines:
        quads = line["counts"].get("quads")
        sizes = f"{size_text(line['bytes']):>10} {size_text(line['own_bytes']):>10}"
        numbers = f"{'?' if quads is None else format(quads, ','):>12} {sizes}"
        marks = ["current"] if line["current"] else []
        marks += [f"pinned: {line['note']}" if line["note"] else "pinned"] if line["pinned"] else []
        head = f"{line['snapshot']:>8}  {line['made'] or '?':<20}  {line['operation'] or '?':<10}"
        yield f"{head} {numbers}  {', '.join(marks)}".rstrip()


def size_text(size: float) -> str:
    """A number of bytes for people.

    >>> size_text(512), size_text(14_460_000)
    ('512 B', '13.8 MiB')
    """
    units = ["B", "KiB", "MiB", "GiB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"{size:.0f} B" if units[0] == "B" else f"{size:.1f} {units[0]}"


@click.command("backup", epilog="Example: osagraph backup osagraph-2026-11-22.tar.gz")
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path))
@data_option
@click.option("--with-tokens", is_flag=True, help="The tokens for writing over HTTP, too.")
@click.option(
    "--digest", "with_digest", is_flag=True, help="Note the digest of what it says (osagraph digest)."
)
@json_option
@quiet_option
@reports_errors
def backup_command(
    data: DataDirectory, target: Path, with_tokens: bool, with_digest: bool, as_json: bool, quiet: bool
) -> None:
    """Write the current snapshot and the loaded files to a folder, or to a .tar or .tar.gz file.

    A server may go on writing meanwhile. The backup is there whole or not at all.
    """
    now = utc_now()
    manifest = write_backup(data, target, now, with_tokens=with_tokens, with_digest=with_digest)
    remember_backup(data.root, now)
    if as_json:
        print_json({"backup": str(target), **_manifest_fields(manifest)})
    elif not quiet:
        click.echo(
            f"Snapshot {manifest.snapshot} is in {target}: {len(manifest.files)} files, "
            f"{size_text(manifest.bytes)}."
        )
        if manifest.digest:
            click.echo(manifest.digest)


def _manifest_fields(manifest: Manifest) -> dict[str, Any]:
    fields = asdict(manifest)
    return {**fields, "files": len(manifest.files), "bytes": manifest.bytes}


@click.command("restore", epilog="Example: osagraph restore osagraph-2026-11-22.tar.gz --data restored")
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path))
@data_option
@click.option("--with-tokens", is_flag=True, help="Replace the tokens by those of the backup.")
@click.option(
    "--verify", is_flag=True, help="Compute the digest of what it says, and compare it with the backup's."
)
@json_option
@quiet_option
@reports_errors
def restore_command(
    data: DataDirectory, source: Path, with_tokens: bool, verify: bool, as_json: bool, quiet: bool
) -> None:
    """Make the dataset of a backup the current one, as a new snapshot; the snapshots before it stay.

    Every file is checked first, byte by byte: a damaged backup changes nothing.
    """
    restored = restore_backup(data, source, utc_now(), with_tokens=with_tokens, with_digest=verify)
    if as_json:
        print_json(
            {
                "snapshot": restored.snapshot.number,
                "sources_added": restored.sources_added,
                "pinned": restored.pinned,
                "tokens": restored.tokens,
                "digest": restored.digest,
                "restored": _manifest_fields(restored.manifest),
            }
        )
    elif not quiet:
        for line in _restored_lines(restored):
            click.echo(line)
        if advice := upgrade_advice(data):
            click.echo(advice)


def _restored_lines(restored: Restored) -> Iterator[str]:
    manifest = restored.manifest
    made = manifest.counts.get("made", "at a time not known")
    yield f"Checked {len(manifest.files)} files ({size_text(manifest.bytes)})."
    if restored.digest:
        same = "as when the backup was made" if manifest.digest else "of what is restored"
        yield f"{restored.digest}, {same}."
    yield f"Loaded files added: {restored.sources_added}."
    if restored.tokens is not None:
        yield "Tokens replaced." if restored.tokens else "Tokens left as they are (see --with-tokens)."
    pinned = ", pinned as it was" if restored.pinned else ""
    yield (
        f"Snapshot {restored.snapshot.number} is current: snapshot {manifest.snapshot} of the backup, "
        f"made {made}{pinned}."
    )


@click.command("status", epilog="Example: osagraph status --data data --json")
@data_option
@json_option
@reports_errors
def status_command(data: DataDirectory, as_json: bool) -> None:
    """Tell what the data directory holds, how much disk that takes, and who writes or serves it."""
    fields = status_fields(data)
    if as_json:
        print_json(fields)
        return
    for line in _status_lines(fields):
        click.echo(line)


def _status_lines(fields: dict[str, Any]) -> Iterator[str]:
    yield f"Data directory  {fields['data']} (format {fields['format'] or 'not set'})"
    if fields["advice"]:
        yield f"To be upgraded  {fields['advice']}"
    current = fields["current"]
    if current is None:
        yield f"Snapshot        none yet: osagraph build --data {fields['data']}"
    else:
        made = f"{current['operation'] or '?'}, {current['made'] or '?'}"
        yield f"Snapshot        {current['snapshot']}, {made}"
        counted = (f"{name.replace('_', ' ')} {count:,}" for name, count in current["counts"].items())
        yield f"Holds           {', '.join(counted)}"
        pinned = f" (pinned: {', '.join(map(str, fields['pinned']))})" if fields["pinned"] else ""
        yield f"Kept            {fields['kept']} snapshots{pinned}"
    yield f"On disk         {size_text(fields['bytes'])}"
    yield f"Writer          {_holder(fields['writer'])}"
    yield f"Server          {_holder(fields['server'])}"


def _holder(state: dict[str, Any]) -> str:
    if not state["held"]:
        return "nobody"
    alive = "" if state["alive"] else ", which does not run on this machine"
    return f"process {state['pid'] or '?'}{alive}"
