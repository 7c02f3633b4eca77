"""How candidates are shown to a person, and asked about."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from loaders.link_candidates import printable
from loaders.link_scoring import STRONG, Scored
from loaders.link_things import Thing
from ontology.namespaces import ID

YES, NO, SKIP, LATER, QUIT = "y", "n", "s", "l", "q"
CHOICES: Final = (YES, NO, SKIP, LATER, QUIT)
QUESTION: Final = "Is it {item}?  [y]es, [n]o, [s]kip to the next one, [l]ater, [q]uit"


def heading(thing: Thing) -> Iterator[str]:
    """What is looked for."""
    names = "; ".join(" / ".join(names) for names in thing.names.values())
    kind = thing.kind.replace("_", " ") or "individual"
    yield f"{path_of(thing)}  ({kind})  {printable(names)}"
    known = [
        f"ISO {thing.iso_code}" if thing.iso_code else "",
        f"country {', '.join(sorted(thing.countries))}" if thing.countries else "",
        f"date {', '.join(thing.days)}" if thing.days else "",
        f"linked to {', '.join(thing.linked)} ({thing.link})" if thing.linked else "",
        f"not {', '.join(sorted(thing.refused))}" if thing.refused else "",
    ]
    if said := "; ".join(filter(None, known)):
        yield f"  {said}"


def lines_of(place: int, found: Scored, holders: Sequence[str] = ()) -> Iterator[str]:
    """A candidate with the parts of its score; `holders` are individuals that are linked to it already."""
    candidate = found.candidate
    about = f": {candidate.description}" if candidate.description else ""
    strength = "strong" if found.score >= STRONG else "possible"
    yield f"  {place}. {candidate.item}  {candidate.label}{about}  [{found.score} of 100, {strength}]"
    for part in found.parts:
        yield f"     {part.points:+4d}  {part.what}: {part.found}"
    if holders:
        yield f"     already the item of {', '.join(holders)}"
    yield f"     {candidate.page}"


def is_terminal() -> bool:
    """Whether somebody is there to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(item: str) -> str:
    """What somebody answers about a candidate: one of `CHOICES`; the end of the input is `QUIT`."""
    try:
        answer = click.prompt(
            QUESTION.format(item=item), type=click.Choice(CHOICES, case_sensitive=False), show_choices=False
        )
    except click.Abort:
        click.echo()
        return QUIT
    return str(answer).lower()


def fields_of(thing: Thing, found: Sequence[Scored]) -> dict[str, Any]:
    """A thing and its candidates, for JSON."""
    return {
        "iri": thing.iri.value,
        "label": thing.label,
        "kind": thing.kind,
        "link": thing.link or None,
        "linked": list(thing.linked),
        "candidates": [
            {
                "item": each.candidate.item,
                "label": each.candidate.label,
                "description": each.candidate.description,
                "score": each.score,
                "parts": [vars(part) for part in each.parts],
                "page": each.candidate.page,
            }
            for each in found
        ],
    }


def path_of(thing: Thing) -> str:
    """An individual as people name it."""
    return f"id:{thing.iri.value.removeprefix(str(ID))}"
