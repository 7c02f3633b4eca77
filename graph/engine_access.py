"""How a command or a server gets at another engine: its address, its kind, and who we are to it.

Credentials come from the environment alone: what stands in a command line, everybody on the machine reads.

    OSAGRAPH_STORE_USER, OSAGRAPH_STORE_PASSWORD    a name and a password (HTTP Basic)
    OSAGRAPH_STORE_TOKEN                            or a bearer token
    OSAGRAPH_STORE_CA                               a file (PEM) of authorities, for the system's
"""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import click

from graph.console import Command
from graph.engine_kinds import ABILITIES, Ability, EngineKind, addresses, detect
from graph.errors import RemoteAccessError, RemoteStoreError
from graph.remote import RemoteAddresses, RemoteStore
from graph.remote_client import Credentials, RemoteClient, RemoteLimits

USER: Final = "OSAGRAPH_STORE_USER"
PASSWORD: Final = "OSAGRAPH_STORE_PASSWORD"
TOKEN: Final = "OSAGRAPH_STORE_TOKEN"
AUTHORITIES: Final = "OSAGRAPH_STORE_CA"


@dataclass(frozen=True)
class EngineChoice:
    """Which engine is meant: its address, and what somebody says of it (else it is found out)."""

    base: str
    kind: EngineKind | None = None
    query_url: str | None = None
    update_url: str | None = None
    graphs_url: str | None = None


@dataclass(frozen=True)
class Engine:
    """An engine that can be asked."""

    kind: EngineKind
    addresses: RemoteAddresses
    client: RemoteClient
    store: RemoteStore

    @property
    def ability(self) -> Ability:
        """What engines of its kind can do."""
        return ABILITIES[self.kind]

    @property
    def bulk_address(self) -> str:
        """Where a dataset is added fast."""
        field = self.ability.bulk_field
        return f"{self.addresses.graphs}?{field}" if field else self.addresses.graphs

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Who we are, as the environment says.

    Raises RemoteAccessError where it says two things at once.
    """
    user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
    if token and (user or password):
        raise RemoteAccessError(f"Set either {TOKEN}, or {USER} and {PASSWORD}.")
    if password and not user:
        raise RemoteAccessError(f"{PASSWORD} is set, but {USER} is not.")
    return Credentials(user, password, token)


def trusted(environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Whose certificates are believed: the system's authorities, or those of a file.

    Raises RemoteAccessError where the file is none.
    """
    path = environment.get(AUTHORITIES) or None
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise RemoteAccessError(
            f"{AUTHORITIES} names {path}, which holds no certificates (PEM): {error.strerror or error}."
        ) from error


def open_client(limits: RemoteLimits | None = None) -> RemoteClient:
    """A client with the credentials and the authorities of the environment."""
    return RemoteClient(credentials(), limits, trusted())


def engine_at(kind: EngineKind, where: RemoteAddresses, limits: RemoteLimits | None = None) -> Engine:
    """An engine whose kind and addresses are known; nothing is asked yet."""
    client = open_client(limits)
    return Engine(kind, where, client, RemoteStore(where, client))


def open_engine(choice: EngineChoice, limits: RemoteLimits | None = None) -> Engine:
    """The engine that is meant; where nobody says of which kind it is, it is asked.

    Raises RemoteStoreError (also for an address that is none), RemoteAccessError, QueryTimeoutError.
    """
    _require_plain(choice)
    client = open_client(limits)
    try:
        kind = choice.kind or detect(choice.base, client)
        where = _addresses(choice, kind)
    except BaseException:
        client.close()
        raise
    return Engine(kind, where, client, RemoteStore(where, client))


def _require_plain(choice: EngineChoice) -> None:
    """Whoever writes a password into an address writes it into logs."""
    for url in (choice.base, choice.query_url, choice.update_url, choice.graphs_url):
        if url is None:
            continue
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise RemoteAccessError(
                f"An engine's address takes no password. Set {USER} and {PASSWORD} in the environment."
            )
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise RemoteStoreError(f"{url} is no address of an engine: http://host:port/path is one.")


def _addresses(choice: EngineChoice, kind: EngineKind) -> RemoteAddresses:
    given = (choice.query_url, choice.update_url, choice.graphs_url)
    if kind is EngineKind.OTHER and choice.kind is None and not all(given):
        raise RemoteStoreError(
            f"{choice.base} does not say which engine it is. Name it with --engine, or give its addresses "
            "with --query-url, --update-url and --graphs-url."
        )
    usual = addresses(kind, choice.base)
    return RemoteAddresses(given[0] or usual.query, given[1] or usual.update, given[2] or usual.graphs)


def engine_options(name: str, help: str) -> Callable[[Command], Command]:
    """Adds an option for an engine's address, `--engine` for its kind, and options for its addresses.

    The command gets `engine`: an EngineChoice, or None where the option was not given.
    """

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(
            *args: Any,
            engine_url: str | None,
            engine_kind: str | None,
            query_url: str | None,
            update_url: str | None,
            graphs_url: str | None,
            **kwargs: Any,
        ) -> Any:
            kind = EngineKind(engine_kind) if engine_kind else None
            choice = EngineChoice(engine_url or "", kind, query_url, update_url, graphs_url)
            return command(*args, engine=choice if engine_url else None, **kwargs)

        decorated: Any = wrapper
        for option, text in (
            ("graphs-url", "Where it has its graphs (Graph Store Protocol)."),
            ("update-url", "Where it takes updates."),
            ("query-url", "Where it answers queries."),
        ):
            decorated = click.option(f"--{option}", metavar="URL", help=text)(decorated)
        kinds = click.Choice([kind.value for kind in EngineKind])
        decorated = click.option(
            "--engine", "engine_kind", type=kinds, help="Which engine it is.  [default: it is asked]"
        )(decorated)
        named: Command = click.option(name, "engine_url", metavar="URL", help=help)(decorated)
        return named

    return add
