"""Finds the terms that an editor offers to complete what somebody has begun to type."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ontology.namespaces import prefixed_name
from web.site import Row, Site, text_of

QUERY: Final = "list-vocabulary"
ROLES: Final = ("class", "property", "individual")


@dataclass(frozen=True)
class Entry:
    """A term of the vocabulary; `name` is its prefixed name, or its IRI where no prefix fits."""

    iri: str
    name: str
    role: str
    label: str = ""
    definition: str = ""
    domains: tuple[str, ...] = ()

    def rank(self, wanted: str) -> int | None:
        """How well it fits what was typed, 0 best; None where it does not.

        >>> Entry("", "osa:signedOn", "property", "signed on").rank("sign")
        1
        """
        local = self.name.rpartition(":")[2].lower()
        if self.name.lower().startswith(wanted):
            return 0
        if local.startswith(wanted):
            return 1
        if self.label.lower().startswith(wanted):
            return 2
        return 3 if wanted in local or wanted in self.label.lower() else None


class VocabularySearch:
    """The vocabulary of the current snapshot, read again when that is another one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._snapshot = 0
        self._entries: Sequence[Entry] = ()

    def find(self, text: str, role: str | None, most: int) -> list[Entry]:
        """The entries that fit best; of one role, if one is named.

        Raises what `Site.rows` raises.
        """
        wanted = text.lower()
        ranked = [
            (rank, entry.name, entry)
            for entry in self._current()
            if role in (None, entry.role) and (rank := entry.rank(wanted)) is not None
        ]
        return [entry for _, _, entry in sorted(ranked, key=lambda each: each[:2])[:most]]

    def _current(self) -> Sequence[Entry]:
        snapshot = self._site.current()
        with self._lock:
            if snapshot.number == self._snapshot:
                return self._entries
        entries = read_entries(self._site.rows(QUERY, at=snapshot))
        with self._lock:
            self._snapshot, self._entries = snapshot.number, entries
        return entries


def read_entries(rows: Iterable[Row]) -> list[Entry]:
    """The entries in the solutions of the query, the domains of each together."""
    entries: dict[str, Entry] = {}
    for row in rows:
        iri, domain = text_of(row, "term"), text_of(row, "domain")
        label, definition = text_of(row, "label"), text_of(row, "definition")
        new = Entry(iri, prefixed_name(iri) or iri, text_of(row, "role"), label, definition)
        entry = entries.setdefault(iri, new)
        if domain and domain not in entry.domains:
            entries[iri] = replace(entry, domains=(*entry.domains, domain))
    return list(entries.values())
