"""An explanation as lines of text, for terminals and for those who ask for plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.explanation_document import Document
from ontology.namespaces import OWL, RDF

INDENT: Final = "  "
# Premises with these say how a list or a class without a name is built, which its text shows already.
STRUCTURE: Final = frozenset(
    node.value for node in (RDF.first, RDF.rest, OWL.onProperty, OWL.hasValue, OWL.hasSelf)
)


def text_of(document: Document) -> str:
    """The explanation of a document, ending in a line break."""
    statement = document["statement"]
    words = " → ".join(_word(statement[part]) for part in ("subject", "predicate", "object"))
    return "".join(f"{line}\n" for line in (words, *_notes(document), *_explanation(document)))


def _notes(document: Document) -> Iterator[str]:
    if document["contested"]:
        yield "This is contested: there are claims against it."
    elif document["restsOnContested"]:
        yield "This rests on something contested: there are claims against one of its premises."


def sentence_of(document: Document) -> str:
    """The outcome in one sentence.

    >>> sentence_of({"held": True, "ways": [{"kind": "axiom", "file": "core.ttl"}]})
    'Stands in the ontology: core.ttl.'
    """
    if document.get("repeated"):
        return "Explained above."
    if not document["held"]:
        return "Is not among the facts."
    return " ".join(way_sentence(way) for way in document["ways"])


def way_sentence(way: Document) -> str:
    """How a statement comes to be held, in one sentence."""
    match way["kind"]:
        case "decision":
            return f"Accepted: {_word(way['step'])}, {_counted(way['voices'], 'voice')}.{_against(way)}"
        case "inference":
            rule = way["rule"]
            return f"Inferred by {rule['name']}: {rule['title']}"
        case "axiom":
            return f"Stands in the ontology: {way['file']}."
        case "reference":
            return "Stands in the reviewed reference tables."
        case "description":
            return f"Described so by {_counted(way['count'], 'source')}."
        case "link":
            return f"Linked, {_word(way['confidence'])}: {way['evidence']}"
        case "near-miss":
            return f"Known to be another: {way['evidence']}"
        case _:
            return "Stands in the graph as it is: nothing in the dataset says why."


def gap_sentence(gap: Document) -> str:
    """What a statement lacks, in one sentence."""
    match gap["kind"]:
        case "decision" if gap["state"] == "open":
            year = f" for {gap['fiscalYear']}" if gap["fiscalYear"] else ""
            return f"The slot is open{year}: {_word(gap['step'])}."
        case "decision":
            year = f" for {gap['fiscalYear']}" if gap["fiscalYear"] else ""
            why = f"{_word(gap['step'])}, {_counted(gap['voices'], 'voice')}"
            return f"Another value is accepted{year}: {_named(gap['accepted'])} ({why}).{_against(gap)}"
        case "link":
            return f"A link that is {_word(gap['confidence'])}: {gap['evidence']}"
        case "near-miss":
            return f"It is known to be another: {gap['evidence']}"
        case "claim":
            return f"A claim states it, and does not count. {gap['reason']}"
        case "elsewhere":
            graphs = ", ".join(graph["text"] for graph in gap["graphs"])
            return f"It stands in {graphs}, which is not among the facts."
        case "underived":
            rule, count = gap["rule"], len(gap["missing"])
            missing = f"{_counted(count, 'premise')} {'is' if count == 1 else 'are'} missing"
            return f"{rule['name']} would give it, but {missing}: {rule['title']}"
        case _:
            return str(gap["sentence"])


def shown_premises(way: Document) -> list[Document]:
    """The premises but for those that only build a list or a class, which is written out in the others."""
    return [each for each in way["premises"] if not is_structure(each["statement"])]


def is_structure(statement: Document) -> bool:
    """Whether a statement only builds a list or a class without a name."""
    return statement["subject"]["type"] == "bnode" and statement["predicate"]["value"] in STRUCTURE


def _explanation(document: Document, depth: int = 0) -> Iterator[str]:
    space = INDENT * depth
    yield f"{space}{_line(document['statement'])}"
    if document.get("repeated") or not document["held"]:
        yield f"{space}{INDENT}{sentence_of(document)}"
    for way in document.get("ways", ()):
        yield from _way(way, depth + 1)
    for gap in document.get("gaps", ()):
        yield from _gap(gap, depth + 1)


def _way(way: Document, depth: int) -> Iterator[str]:
    space = INDENT * depth
    yield f"{space}{way_sentence(way)}"
    if way["kind"] == "decision":
        yield from _sides(way, space + INDENT)
    for source in way.get("sources", ()):
        yield f"{space}{INDENT}{source_line(source)}"
    if way.get("count", 0) > len(way.get("sources", ())):
        yield f"{space}{INDENT}and {way['count'] - len(way['sources'])} more"
    if way["kind"] == "inference":
        for premise in shown_premises(way):
            yield from _explanation(premise, depth + 1)


def _gap(gap: Document, depth: int) -> Iterator[str]:
    space = INDENT * depth
    yield f"{space}{gap_sentence(gap)}"
    if gap["kind"] == "decision":
        yield from _sides(gap, space + INDENT)
    if gap["kind"] == "claim":
        yield from _evidence("", gap["evidence"], space + INDENT)
    for statement in gap.get("present", ()):
        yield f"{space}{INDENT}there:   {_line(statement)}"
    why = {str(each["statement"]): each for each in gap.get("why", ())}
    for statement in gap.get("missing", ()):
        yield f"{space}{INDENT}missing: {_line(statement)}"
        if (explained := why.get(str(statement))) is not None:
            for reason in explained.get("gaps", ()):
                yield from _gap(reason, depth + 3)


def _sides(decision: Document, space: str) -> Iterator[str]:
    for evidence in decision["supporting"]:
        yield from _evidence("for:     ", evidence, space)
    for evidence in decision["contesting"]:
        yield from _evidence("against: ", evidence, space)
    if more := unshown(decision):
        yield f"{space}and {more} more"


def unshown(decision: Document) -> int:
    """How many claims of a decision are not shown, because there are so many."""
    shown = len(decision["supporting"]) + len(decision["contesting"])
    return int(decision["supportedBy"] + decision["contestedBy"] - shown) if shown else 0


def _evidence(side: str, evidence: Document, space: str) -> Iterator[str]:
    yield f"{space}{side}{claim_line(evidence)}"
    indent = space + " " * len(side) + INDENT
    for quote in evidence["quotes"]:
        yield f"{indent}“{_plain(quote['text'])}”"
    yield f"{indent}{source_line(evidence['source'])}"


def claim_line(evidence: Document) -> str:
    """What a claim states and how, in a few words."""
    value, text = evidence["value"], evidence["proposition"]
    parts = [_named(value) if value else text["text"] if text else "no value"]
    parts += [f"as printed: {_plain(figure['text'])}" for figure in evidence["verbatim"]]
    parts += [f"{_word(each['property'])}: {_named(each['value'])}" for each in evidence["qualifiers"]]
    parts.append(_word(evidence["modality"]))
    parts += [f"attributed to {_word(node)}" for node in evidence["attributedTo"]]
    return "; ".join(parts)


def source_line(source: Document) -> str:
    """A source as in a list of references."""
    publisher, issued = source["publisher"], source["issued"]
    parts = [_plain(source["title"]["text"]), _word(publisher) if publisher else "", issued or "no date"]
    weak = f" ({_word(source['kind'])})" if source["isWeak"] else ""
    return f"{', '.join(filter(None, parts))}{weak} {source['url'] or ''}".rstrip()


def _line(statement: Document) -> str:
    return " ".join(_plain(statement[part]["text"]) for part in ("subject", "predicate", "object"))


def _against(decision: Document) -> str:
    count = decision["contestedBy"]
    return f" Contested by {_counted(count, 'claim')}." if count else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _word(term: Document) -> str:
    """The label of a thing in words, its text where it has none."""
    return _plain(term["value"] if term["type"] == "literal" else term.get("label") or term["text"])


def _named(term: Document) -> str:
    """The label and the text of a thing; the value of a literal."""
    if term["type"] == "literal":
        return _plain(term["value"])
    label = term.get("label")
    return f"{_plain(label)} ({term['text']})" if label else _plain(term["text"])


def _plain(text: str) -> str:
    """The text in one line, without the signs that steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
