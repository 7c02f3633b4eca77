"""Assembles osagraph: the web application and the command line. Nothing imports this module."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from flask.cli import FlaskGroup
from waitress import create_server

from graph.commands import export, query
from graph.console import data_option, progress_bar, quiet_option, reports_errors
from graph.datadir import DataDirectory, locked
from graph.errors import StoreBusyError, StoreMissingError
from graph.named_query import Catalogue
from graph.readers import ReaderPool
from loaders.commands import (
    build_command,
    load_command,
    remove_command,
    sources_command,
    verify_command,
    workshop,
)
from loaders.operations import build, publish_empty
from web.app import build_app
from web.settings import Settings

QUERIES = Path(__file__).parent / "queries"
# Answers wait here for slow clients, in memory up to 1 MiB and on disk beyond: a reader is free at once.
SPOOLED_BYTES = 1 << 30


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application over the dataset that the settings (or the environment) name."""
    settings = settings or Settings.from_environment()
    data = DataDirectory(settings.data)
    readers = ReaderPool(data.current, settings.limits())
    catalogue = Catalogue.read(QUERIES, QUERIES / "competency")
    app = build_app(settings, readers, catalogue, lambda: data.current().counts)
    app.extensions["readers"] = readers
    return app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False)
@click.version_option(package_name="osagraph")
def main() -> None:
    """osagraph: a knowledge graph of security assistance, in which every statement carries its receipt."""


@click.command(epilog="Example: osagraph serve --data data --port 8000")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--raw", is_flag=True, help="Serve a plain dataset: no pages, and prefixes must be declared.")
@quiet_option
@reports_errors
def serve(data: DataDirectory, host: str, port: int, raw: bool, quiet: bool) -> None:
    """Serve the SPARQL endpoint, the named queries and the pages; builds the dataset if there is none."""
    data.prepare()
    with _listening(host, port) as listener, locked(data.root / "serve.lock", f"{data.root} is being served"):
        _build_if_missing(data, raw, quiet)
        app = create_app(Settings(data=data.root, host=host, port=port, raw=raw))
        # A crowd that waits is told so by the pool; waitress need not warn of it.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        server = create_server(app, sockets=[listener], threads=8, outbuf_high_watermark=SPOOLED_BYTES)
        signal.signal(signal.SIGTERM, _stop)
        if not quiet:
            click.echo(f"osagraph is at http://{host}:{port}/ (SPARQL: /sparql). Stop it with Ctrl-C.")
        try:
            server.run()
        finally:
            server.close()
            app.extensions["readers"].close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, taken before anything else is done.

    Raises StoreBusyError where the port is in use or the address is not of this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise StoreBusyError(
            f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}. "
            "Choose another with --port or --host, or stop what listens there."
        ) from error


def _build_if_missing(data: DataDirectory, raw: bool, quiet: bool) -> None:
    try:
        data.current()
    except StoreMissingError:
        if raw:
            publish_empty(workshop(data))
            return
        if not quiet:
            click.echo(f"There is no dataset in {data.root} yet: building it.")
        with progress_bar("build", quiet) as progress:
            build(workshop(data), progress)


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


for command in (
    build_command,
    load_command,
    remove_command,
    sources_command,
    verify_command,
    query,
    export,
    serve,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
