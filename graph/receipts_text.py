"""Receipts as people read them: row by row, in sentences and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from graph.explanation_document import Document
from graph.explanation_text import claim_line, source_line

HEADINGS: Final = ("row", "what it rests on", "why", "claim", "source")
SENTENCES: Final = {
    "stated": "Part of a claim, or the way to one.",
    "assessed": "Computed from these claims.",
    "linked": "Linked to an item elsewhere; the link is kept with its evidence.",
    "reference": "Stands in the reviewed reference tables.",
    "ontology": "Stands in the ontology.",
    "given": "Stands in the graph as it is: nothing in the dataset says why.",
}
LOST: Final = "The solutions behind this row were not found again."


@dataclass(frozen=True)
class ShownFact:
    """A fact behind a row, with its claims and sources; or the number of the row that has told of it."""

    fact: Document
    told_in: int | None = None
    claims: list[Document] = field(default_factory=list)
    against: list[Document] = field(default_factory=list)
    sources: list[Document] = field(default_factory=list)


@dataclass(frozen=True)
class ShownRow:
    """A row by its number, from 1; `notes` say what is not shown, or could not be traced."""

    number: int
    facts: list[ShownFact]
    notes: list[str]


def shown_rows(receipts: Document) -> list[ShownRow]:
    """The rows of the member `receipts`, each fact told once."""
    told: dict[int, int] = {}
    rows = []
    for number, row in enumerate(receipts["rows"], 1):
        facts = [_shown(receipts, fact, told.setdefault(fact, number), number) for fact in row["facts"]]
        rows.append(ShownRow(number, facts, list(row_notes(receipts, row))))
    return rows


def _shown(receipts: Document, number: int, told_in: int, row: int) -> ShownFact:
    fact = receipts["facts"][number]
    if told_in != row:
        return ShownFact(fact, told_in)
    sources = receipts["sources"]
    claims, against = (
        [{**claim, "source": sources[claim["source"]]} for claim in map(receipts["claims"].get, fact[side])]
        for side in ("claims", "against")
    )
    return ShownFact(fact, None, claims, against, [sources[iri] for iri in fact["sources"]])


def row_notes(receipts: Document, row: Document) -> Iterator[str]:
    """What is not shown of a row, or could not be traced, in sentences."""
    if row.get("lost"):
        yield LOST
    if row["more"]:
        yield f"and {row['more']} more"
    for number in row["untraced"]:
        pattern = receipts["patterns"][number]
        yield f"Not traced: {pattern['pattern']}"


def fact_sentence(fact: Document) -> str:
    """Why a fact stands, in a sentence or two.

    >>> fact_sentence({"kind": "accepted", "contesting": 2, "supporting": 9, "claims": ["a"] * 9})
    'Accepted. Contested by 2 claims.'
    """
    match fact["kind"]:
        case "accepted":
            sentence = "Accepted."
        case "inferred":
            sentence = f"Inferred by {', '.join(rule['name'] for rule in fact['rules'])}."
        case "described":
            sentence = f"Described so by {_counted(fact['describing'], 'source')}."
        case "elsewhere":
            sentence = f"Stands in {fact['graph']}, which holds no claims."
        case "assessed" if not fact["claims"]:
            sentence = "Computed; it names no claims."
        case kind:
            sentence = SENTENCES[kind]
    if fact["contesting"]:
        sentence += f" Contested by {_counted(fact['contesting'], 'claim')}."
    if (unshown := fact["supporting"] - len(fact["claims"])) > 0:
        sentence += f" {_counted(unshown, 'more claim')} for it."
    return sentence


def untraced_sentences(receipts: Document) -> list[str]:
    """What of the query could not be traced, and why."""
    if because := receipts.get("because"):
        return [f"This query cannot be traced: {because}."]
    return [
        f"{pattern['pattern']}: {pattern['because']}."
        for pattern in receipts["patterns"]
        if not pattern["traced"]
    ]


def table_rows(receipts: Document) -> Iterator[list[str]]:
    """The table of receipts, with HEADINGS: a line for each claim, cells that repeat left empty."""
    for row in shown_rows(receipts):
        lines = [line for fact in row.facts for line in _lines(fact)]
        lines += [["", note, "", "", ""] for note in row.notes]
        for first, line in enumerate(lines or [["", "nothing of the graph", "", "", ""]]):
            yield [str(row.number) if first == 0 else "", *line[1:]]


def _lines(shown: ShownFact) -> list[list[str]]:
    """The cells of a fact, the first left for the row's number."""
    fact = shown.fact
    head = ["", " ".join(_plain(fact[part]["text"]) for part in ("subject", "predicate", "object"))]
    if shown.told_in is not None:
        return [[*head, f"as in row {shown.told_in}", "", ""]]
    behind = [[_claim(claim), source_line(claim["source"])] for claim in shown.claims]
    behind += [[f"against: {_claim(claim)}", source_line(claim["source"])] for claim in shown.against]
    behind += [["", source_line(source)] for source in shown.sources]
    head.append(fact_sentence(fact))
    lines = [["", "", "", *cells] for cells in behind] or [["", "", "", "", ""]]
    lines[0][:3] = head
    return lines


def _claim(claim: Document) -> str:
    quotes = [f"“{_plain(quote['text'])}”" for quote in claim["quotes"]]
    return " ".join([claim_line(claim), *quotes])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _plain(text: str) -> str:
    """The text in one line, without the signs that steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
