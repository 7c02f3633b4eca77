"""An explanation as plain values for JSON: the one form that texts and pages are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.claims import Claim
from graph.explanation import (
    Axiom,
    Decision,
    Description,
    Elsewhere,
    Evidence,
    Explanation,
    Gap,
    Given,
    Inference,
    Link,
    NotCounted,
    Reference,
    Underived,
    Unspoken,
    Way,
)
from graph.explanation_grounds import accepted_term
from graph.explanation_names import Names
from graph.projection import read_term
from graph.rules import PatternTerm, Rule
from graph.sources import Source
from graph.store import AnyTerm

Document: TypeAlias = dict[str, Any]


class DocumentWriter:
    """Writes explanations as values for JSON; what was told of before is not told again."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._told: set[Triple | NamedNode] = set()

    def write(self, explanation: Explanation) -> Document:
        """The explanation: the statement, whether it is held and contested, and the ways or the gaps."""
        triple = explanation.triple
        document: Document = {
            "statement": self._statement(triple),
            "held": explanation.is_held,
            "contested": explanation.is_contested,
            "restsOnContested": explanation.rests_on_contested,
        }
        if triple in self._told and any(isinstance(way, Inference | Decision) for way in explanation.ways):
            return {**document, "repeated": True}
        self._told.add(triple)
        if explanation.is_held:
            return {**document, "ways": [self._way(way) for way in explanation.ways]}
        return {**document, "gaps": [self._gap(gap) for gap in explanation.gaps]}

    def _way(self, way: Way) -> Document:
        match way:
            case Decision():
                return self._decision(way)
            case Inference():
                premises = [self.write(premise) for premise in way.premises]
                return {"kind": "inference", "rule": _rule(way.rule), "premises": premises}
            case Axiom():
                return {"kind": "axiom", "file": way.file}
            case Reference():
                return {"kind": "reference"}
            case Description():
                sources = [self.source(source) for source in way.sources]
                return {"kind": "description", "sources": sources, "count": way.count}
            case Link():
                return self._link(way)
            case Given():
                return {"kind": "given"}

    def _gap(self, gap: Gap) -> Document:
        match gap:
            case Decision():
                return self._decision(gap)
            case Link():
                return self._link(gap)
            case NotCounted():
                return {"kind": "claim", "reason": gap.reason, "evidence": self.evidence(gap.evidence)}
            case Elsewhere():
                return {"kind": "elsewhere", "graphs": [self.term(graph) for graph in gap.graphs]}
            case Underived():
                return self._underived(gap)
            case Unspoken():
                return {"kind": "unspoken", "sentence": gap.sentence}

    def _decision(self, decision: Decision) -> Document:
        resolution = decision.resolution
        accepted = accepted_term(resolution)
        slot = resolution.slot
        held = None if accepted is None else (NamedNode(slot.subject), NamedNode(slot.predicate), accepted)
        is_new = decision.iri not in self._told
        self._told.add(decision.iri)
        return {
            "kind": "decision",
            "resolution": decision.iri.value,
            "state": "open" if accepted is None else "accepted",
            "accepted": None if accepted is None else self.term(accepted),
            "fact": None if held is None else self._pattern(held),
            "step": self.term(resolution.step),
            "voices": resolution.voices,
            "supportedBy": len(resolution.supported_by),
            "contestedBy": len(resolution.contested_by),
            "fiscalYear": slot.period or None,
            "countingRule": self.term(read_term(resolution.definition)) if resolution.definition else None,
            "supporting": [self.evidence(each) for each in decision.supporting if is_new],
            "contesting": [self.evidence(each) for each in decision.contesting if is_new],
        }

    def _link(self, link: Link) -> Document:
        kind = "near-miss" if link.is_near_miss else "link"
        confidence = self.term(link.confidence)
        return {"kind": kind, "link": link.iri.value, "evidence": link.evidence, "confidence": confidence}

    def _underived(self, gap: Underived) -> Document:
        return {
            "kind": "underived",
            "rule": _rule(gap.rule),
            "present": [self._statement(triple) for triple in gap.present],
            "missing": [self._pattern(pattern) for pattern in gap.missing],
            "why": [self.write(explanation) for explanation in gap.why],
        }

    def evidence(self, evidence: Evidence) -> Document:
        """A claim, what it says and where its quote stands, with its source."""
        claim = evidence.claim
        return {
            "claim": claim.iri.value,
            "value": None if claim.value is None else self.term(claim.value),
            "modality": self.term(claim.modality),
            "qualifiers": [self._pair(name, value) for name, value in claim.qualifiers],
            "attributedTo": [self.term(node) for node in claim.attributed_to],
            "quotes": [_text(quote) for quote in claim.quotes],
            "verbatim": [_text(figure) for figure in claim.verbatim],
            "proposition": None if claim.proposition is None else _text(claim.proposition),
            **_position(claim),
            "source": self.source(evidence.source),
        }

    def source(self, source: Source) -> Document:
        """A source as in a list of references."""
        return {
            "iri": source.iri.value,
            "title": _text(source.title),
            "publisher": None if source.publisher is None else self.term(source.publisher),
            "kind": self.term(source.kind),
            "isWeak": source.is_weak,
            "issued": None if source.issued is None else source.issued.value,
            "url": None if source.url is None else source.url.value,
        }

    def _pair(self, name: NamedNode, value: AnyTerm) -> Document:
        return {"property": self.term(name), "value": self.term(value)}

    def _statement(self, triple: Triple) -> Document:
        return self._pattern((triple.subject, triple.predicate, triple.object))

    def _pattern(self, terms: Iterable[AnyTerm | PatternTerm]) -> Document:
        return dict(zip(("subject", "predicate", "object"), map(self.term, terms), strict=True))

    def term(self, term: AnyTerm | PatternTerm) -> Document:
        """A term as in SPARQL results, with its `text` as in Turtle and its `label`."""
        text = self._names.text(term)
        match term:
            case NamedNode():
                label = self._names.label(term)
                return {"type": "uri", "value": term.value, "text": text, "label": label or None}
            case Literal():
                language = {"xml:lang": term.language} if term.language else {}
                datatype = {} if term.language else {"datatype": term.datatype.value}
                return {"type": "literal", "value": term.value, "text": text, **language, **datatype}
            case BlankNode():
                return {"type": "bnode", "value": term.value, "text": text}
            case _:
                return {"type": "variable", "value": getattr(term, "value", str(term)), "text": text}


def _rule(rule: Rule) -> Document:
    return {"name": rule.name, "title": rule.title, "spec": rule.spec}


def _text(literal: Literal) -> Document:
    return {"text": literal.value, "language": literal.language}


def _position(claim: Claim) -> Document:
    """Where the quote stands in the source's text, in characters from 0, where that is known."""
    if claim.quote_start is None or claim.quote_end is None:
        return {}
    return {"start": claim.quote_start, "end": claim.quote_end}
