"""The commands about tokens: `osagraph token add`, `list` and `revoke`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import click

from graph.audit import AUDIT_FILE, AuditLog
from graph.clock import iso_time
from graph.console import data_option, json_option, print_json, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.token_entries import token_fields
from graph.tokens import TOKEN_FILE, Token, TokenFile


@click.group("token")
def token() -> None:
    """Make, list and revoke the tokens that writing over HTTP needs."""


@token.command("add", epilog="Example: TOKEN=$(osagraph token add deploy --scope user)")
@click.argument("name")
@data_option
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="admin|user|source:ID",
    help="What it may write: everything, the user graphs, or one source. May be given several times.",
)
@quiet_option
@reports_errors
def add_command(name: str, data: DataDirectory, scopes: tuple[str, ...], quiet: bool) -> None:
    """Make a token and print its secret, once: it is not kept and cannot be shown again."""
    data.prepare()
    try:
        secret = TokenFile(data.root / TOKEN_FILE).add(name, scopes)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    # Before the secret is shown: a token that could not be recorded is one that nobody can use.
    _record(data, "token-add", token=name, scopes=sorted(set(scopes)))
    if not quiet:
        scope_list = ", ".join(sorted(set(scopes)))
        click.echo(f"Token {name} ({scope_list}). This is the only time its secret is shown:", err=True)
    click.echo(secret)


@token.command("list", epilog="Example: osagraph token list --json")
@data_option
@json_option
@reports_errors
def list_command(data: DataDirectory, as_json: bool) -> None:
    """List the tokens, the revoked ones too: name, scopes, dates. Secrets are not kept."""
    data.check_format()
    tokens = TokenFile(data.root / TOKEN_FILE).list()
    if as_json:
        print_json([token_fields(token) for token in tokens])
        return
    for row in _rows(tokens):
        click.echo(row)


@token.command("revoke", epilog="Example: osagraph token revoke deploy")
@click.argument("name")
@data_option
@quiet_option
@reports_errors
def revoke_command(name: str, data: DataDirectory, quiet: bool) -> None:
    """End a token at once, also in a server that is running; its name may be used again."""
    data.prepare()
    TokenFile(data.root / TOKEN_FILE).revoke(name)
    _record(data, "token-revoke", token=name)
    if not quiet:
        click.echo(f"Token {name} is revoked.")


def _record(data: DataDirectory, op: str, **fields: object) -> None:
    """Blanks and brackets are in no token's name, so nobody passes for the command line."""
    AuditLog(data.root / AUDIT_FILE).record(who=f"command line (uid {os.getuid()})", op=op, **fields)


def _rows(tokens: Sequence[Token]) -> Iterator[str]:
    yield f"{'token':<40} {'created':<20} {'revoked':<20} scopes"
    for token in tokens:
        revoked = iso_time(token.revoked) if token.revoked else "-"
        yield f"{token.name:<40} {iso_time(token.created):<20} {revoked:<20} {' '.join(sorted(token.scopes))}"
