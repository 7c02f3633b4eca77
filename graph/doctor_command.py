"""The command that looks for what is wrong with a machine or a data directory."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from graph.clock import utc_now
from graph.console import data_option, json_option, print_json, reports_errors
from graph.datadir import DataDirectory
from graph.doctor import examine


@click.command("doctor", epilog="Example: osagraph doctor --data data --port 8000")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address that will be listened on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@json_option
@reports_errors
def doctor_command(data: DataDirectory, host: str, port: int, as_json: bool) -> None:
    """Check libraries, permissions, format, disk, clock, limits and ports, and say what to do.

    Nothing is changed. Exits with 1 where something fails; warnings are none.
    """
    findings = list(examine(data, host, port, utc_now()))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            remedy = f". {finding.remedy}" if finding.remedy else ""
            click.echo(f"{finding.state:<8} {finding.check:<12} {finding.what}{remedy}")
    if any(finding.state == "failure" for finding in findings):
        sys.exit(1)
