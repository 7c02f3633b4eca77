"""Entities of FollowTheMoney: an id, a schema and texts by property, each a line of JSON.

Spec: https://followthemoney.tech/docs/ (4.11); its own package checks what is written in the tests.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ontology.namespaces import PREFIXES

MEDIA_TYPE: Final = "application/json+ftm"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ID: Final = PREFIXES["id"]
_PLAIN: Final = re.compile(r"[0-9a-z](?:[0-9a-z-]*[0-9a-z])?(?:/[0-9a-z](?:[0-9a-z-]*[0-9a-z])?)*")


@dataclass
class Entity:
    """An entity; values of a property are each there once, in the order in which they came."""

    id: str
    schema: str
    properties: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, *values: str) -> None:
        """Give a property further values; empty ones, and what is no text in others, are passed over."""
        texts = (" ".join(_CONTROL.sub("", value).split()) for value in values)
        known = dict.fromkeys((*self.properties.get(name, ()), *texts))
        known.pop("", None)
        if known:
            self.properties[name] = list(known)

    def line(self) -> str:
        """The entity as a line of JSON."""
        properties = dict(sorted(self.properties.items()))
        document = {"id": self.id, "schema": self.schema, "properties": properties}
        return json.dumps(document, ensure_ascii=False) + "\n"


@dataclass
class Report:
    """What was written, by schema, and what has no place in FollowTheMoney, by class and by property."""

    written: Counter[str] = field(default_factory=Counter)
    things: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many things and statements were not written."""
        return self.things.total() + self.statements.total()

    def document(self) -> dict[str, Any]:
        """The report in a form that JSON can hold."""
        return {
            "written": dict(sorted(self.written.items())),
            "leftOut": {
                "things": dict(sorted(self.things.items())),
                "statements": dict(sorted(self.statements.items())),
            },
            "remarks": self.remarks,
        }

    def sentence(self) -> str:
        """The report for people, in one line."""
        written = ", ".join(f"{count:,} {schema}" for schema, count in sorted(self.written.items()))
        left = [f"{count:,} {name}" for name, count in sorted(self.things.items())]
        left += [f"{count:,} × {name}" for name, count in sorted(self.statements.items())]
        without = f" No place for: {', '.join(left)}." if left else ""
        return " ".join([f"Entities: {written or 'none'}.{without}", *self.remarks])


def entity_id(*parts: str) -> str:
    """A stable id of letters, digits, dots and hyphens for a thing, or for a link between things.

    >>> entity_id("https://w3id.org/osagraph/id/project/osa-fy2023-fiji")
    'osa.project.osa-fy2023-fiji'
    """
    if len(parts) == 1 and parts[0].startswith(_ID):
        local = parts[0].removeprefix(_ID)
        if _PLAIN.fullmatch(local) and len(local) < 200:
            return f"osa.{local.replace('/', '.')}"
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return f"osa.{'link' if len(parts) > 1 else 'thing'}-{digest}"


def counted(entities: Iterable[Entity], report: Report) -> Iterable[Entity]:
    """The same entities, counted as they pass."""
    for entity in entities:
        report.written[entity.schema] += 1
        yield entity
