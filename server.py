"""Assembles osagraph: the server process and the command line. Nothing imports this module."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import click
from flask import Flask
from flask.cli import FlaskGroup
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from graph.audit import AUDIT_FILE, AuditLog
from graph.blocking_readers import BlockingReaders, OwnReaders
from graph.commands import export, query
from graph.comparison_commands import compare_command
from graph.console import data_option, progress_bar, quiet_option, reports_errors
from graph.contradiction_commands import contradictions_command
from graph.datadir import MIRROR, DataDirectory, locked
from graph.digest_command import digest_command
from graph.doctor_command import doctor_command
from graph.engine_access import EngineChoice, engine_options, open_engine
from graph.errors import StoreMissingError, StoreWriteError
from graph.explain_commands import explain_command
from graph.label_keeper import LabelKeeper
from graph.listening import require_free
from graph.mirror_follower import LIMITS as MARKER_LIMITS
from graph.mirror_follower import Follower
from graph.named_query import Catalogue
from graph.publish_command import publish_command
from graph.query_options import service_option
from graph.remote_mirror import mirror
from graph.replication_command import replicate_command
from graph.snapshot_commands import backup_command, restore_command, snapshots_command, status_command
from graph.snapshot_pointer import SnapshotPointer
from graph.snapshot_status import upgrade_advice
from graph.token_commands import token
from graph.tokens import TOKEN_FILE, TokenFile
from graph.writer_client import WriterClient
from loaders.commands import (
    build_command,
    load_command,
    remove_command,
    sources_command,
    verify_command,
    workshop,
)
from loaders.curation_commands import CURATION_COMMANDS
from loaders.hand import HandLimits
from loaders.link_commands import link_command
from loaders.operations import build, publish_empty
from loaders.promote_command import promote_command
from loaders.purge_commands import purge_command
from loaders.upgrade_command import upgrade_command
from loaders.validate_command import validate_command
from loaders.writer_process import WriterProcess
from web.app import build_app
from web.configuration_reference import configuration_reference
from web.front import Front
from web.metrics import Metrics
from web.observer import Observer
from web.request_log import RequestLog, SlowQueryLog
from web.setting_options import read_settings, setting_options, settings_from_environment
from web.settings import Settings
from web.site import Site
from web.uploads import clear_incoming
from web.writes import Writes

QUERIES: Final = Path(__file__).parent / "queries"
# What is at work when the server is told to stop may go on for so long.
STOP_SECONDS: Final = 30
SWITCH_SECONDS: Final = 0.001
RESTART_SECONDS: Final = 0.2


def create_app(settings: Settings | None = None) -> Flask:
    """The pages as a WSGI application, with readers of its own, for Flask's command line and for tests."""
    settings = settings or settings_from_environment()
    data = DataDirectory(settings.data)
    pointer = SnapshotPointer(data)
    readers = OwnReaders(pointer.current, settings.limits(), settings.allowed_services(), _follower(data))
    return _pages(settings, data, pointer, readers)


def create_front(settings: Settings) -> Front:
    """The whole server as an RSGI application."""
    data = DataDirectory(settings.data)
    pointer = SnapshotPointer(data)
    metrics = Metrics()
    log = None if settings.quiet else RequestLog(sys.stderr)
    observer = Observer(metrics, log, SlowQueryLog(data.root, settings.slow_seconds))
    writes = Writes(
        TokenFile(data.root / TOKEN_FILE),
        AuditLog(data.root / AUDIT_FILE),
        WriterClient(data),
        metrics,
        raw=settings.raw,
    )

    def pages(readers: BlockingReaders) -> Flask:
        return _pages(settings, data, pointer, readers)

    return Front(settings, pointer, writes, pages, observer, _follower(data))


def _follower(data: DataDirectory) -> Follower | None:
    """Follows the engine, from now on, where the dataset is in one."""
    if not data.is_mirror:
        return None
    follower = Follower(data)
    follower.start()
    return follower


def _pages(
    settings: Settings, data: DataDirectory, pointer: SnapshotPointer, readers: BlockingReaders
) -> Flask:
    questions = Catalogue.read(QUERIES, QUERIES / "competency")
    pages = Catalogue.read(QUERIES / "pages")
    app = build_app(Site(settings, readers, questions, pages, pointer.current, data.kept))
    app.extensions["readers"] = readers
    return app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False)
@click.version_option(package_name="osagraph")
def main() -> None:
    """osagraph: a knowledge graph of security assistance, in which every statement carries its receipt."""


def _print_reference(context: click.Context, _parameter: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        click.echo(configuration_reference(main), nl=False)
        context.exit()


@click.command(epilog="Example: osagraph serve --data data --port 8000")
@data_option
@setting_options
@service_option
@engine_options("--store", "Serve what `osagraph publish` sent to this engine; nothing is written then.")
@quiet_option
@click.option(
    "--settings",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_reference,
    help="Print the reference of all settings and their variables, and end.",
)
@reports_errors
def serve(
    data: DataDirectory,
    services: Mapping[str, str],
    engine: EngineChoice | None,
    quiet: bool,
    **given: Any,
) -> None:
    """Serve the SPARQL endpoint, the graph store and the pages; builds the dataset if there is none.

    With --store the dataset is in another engine, and DIR holds only what the server itself keeps: the
    index of names, logs. OSAGRAPH_STORE_USER and OSAGRAPH_STORE_PASSWORD, or OSAGRAPH_STORE_TOKEN, say who
    we are to it, OSAGRAPH_STORE_CA whose certificates are believed.
    """
    settings = replace(read_settings(data.root, given), services=services, quiet=quiet)
    if engine is not None and settings.raw:
        raise click.UsageError(
            "--raw and --store do not go together: a plain dataset is served by its engine."
        )
    data.prepare()
    if advice := upgrade_advice(data):
        click.echo(f"Note: {advice}", err=True)
    require_free(settings.host, settings.port)
    with locked(data.root / "serve.lock", f"{data.root} is being served"):
        if engine is not None:
            _mirror(data, engine)
        else:
            _build_if_missing(data, settings.raw, quiet)
        clear_incoming(data.root)
        _run(settings)


def _run(settings: Settings) -> None:
    """Serve until somebody says stop; SIGHUP starts the server process anew without a pause."""
    # The threads of this process must not be copied half way through what they do.
    multiprocessing.set_start_method("spawn", force=True)
    data = DataDirectory(settings.data)
    with contextlib.ExitStack() as helpers:
        if not data.is_replica:
            limits = HandLimits(
                update_seconds=settings.update_seconds, document_seconds=settings.update_seconds
            )
            writer = WriterProcess(data, limits)
            writer.start()
            helpers.callback(writer.stop)
        if not settings.raw:
            labels = LabelKeeper(data)
            labels.start()
            helpers.callback(labels.stop)
        if not settings.quiet:
            threading.Thread(target=_greet, args=(settings,), daemon=True).start()
        # granian gives up where its process dies twice in a few seconds; this server does not.
        while not _serve(settings).interrupt_signal:
            time.sleep(RESTART_SECONDS)


def _serve(settings: Settings) -> MPServer:
    """The HTTP server, after it has ended."""
    server = MPServer(
        "osagraph",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
    )
    loader = cast(Callable[..., Callable[..., Any]], partial(_load, settings))
    server.serve(target_loader=loader, wrap_loader=False)
    return server


def _load(settings: Settings) -> Front:
    """The application, in the server process that granian has started."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # A thread that looks at a long text lets the event loop go on after so many seconds, not the usual 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
    return create_front(settings)


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _greet(settings: Settings) -> None:
    """Say where the server is, once it is there."""
    while True:
        try:
            socket.create_connection((settings.host, settings.port)).close()
            break
        except OSError:
            time.sleep(RESTART_SECONDS / 4)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"osagraph is at {address}/ (SPARQL: /sparql). Stop it with Ctrl-C.")


def _mirror(data: DataDirectory, choice: EngineChoice) -> None:
    """Make the data directory stand for what an engine holds.

    Raises StoreMissingError where that is no dataset of ours, and what asking the engine raises.
    """
    with contextlib.closing(open_engine(choice, MARKER_LIMITS)) as engine:
        mirror(data, engine, choice.base)


def _build_if_missing(data: DataDirectory, raw: bool, quiet: bool) -> None:
    if data.is_mirror:
        url = (data.root / MIRROR).read_text().strip()
        raise StoreWriteError(
            f"The dataset of {data.root} is in another engine. Serve it with: --store {url}"
        )
    try:
        data.current()
    except StoreMissingError:
        data.require_original()
        if raw:
            publish_empty(workshop(data))
            return
        if not quiet:
            click.echo(f"There is no dataset in {data.root} yet: building it.")
        with progress_bar("build", quiet) as progress:
            build(workshop(data), progress)


for command in (
    build_command,
    load_command,
    remove_command,
    purge_command,
    sources_command,
    verify_command,
    validate_command,
    upgrade_command,
    *CURATION_COMMANDS,
    link_command,
    query,
    explain_command,
    compare_command,
    contradictions_command,
    export,
    snapshots_command,
    backup_command,
    restore_command,
    replicate_command,
    publish_command,
    promote_command,
    status_command,
    digest_command,
    doctor_command,
    token,
    serve,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
