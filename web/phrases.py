"""What a statement between two things says, as the verb of a sentence, read from either end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ontology.namespaces import OSA, SKOS

# By property: from the subject to the value, and from the value to the subject. Where several properties lead
# from one thing to another, the first one here says most.
_OURS: Final = {
    "recipient": ("has the recipient", "is the recipient of"),
    "provider": ("is given by", "gives"),
    "beneficiary": ("goes to", "gets the goods of"),
    "programme": ("falls under", "is the programme of"),
    "equipment": ("supplies", "is supplied by"),
    "item": ("comprises the item", "is an item of"),
    "equipmentClass": ("is of the class", "is the class of"),
    "actor": ("involves", "takes part in"),
    "instrument": ("concerns", "is the subject of"),
    "line": ("continues", "is continued by"),
    "issuedBy": ("was issued by", "issued"),
    "approvedBy": ("was approved by", "approved"),
    "administeredBy": ("is administered by", "administers"),
    "affiliatedWith": ("belongs to", "has the member"),
    "holdsOffice": ("holds the office", "is held by"),
    "amends": ("amends", "is amended by"),
    "abolishesLimit": ("does away with", "is done away with by"),
    "limitsExportsTo": ("limits exports to", "is what exports are limited to by"),
    "supersedes": ("supersedes", "is superseded by"),
    "supersededBy": ("is superseded by", "supersedes"),
    "basedOn": ("is based on", "is the basis of"),
    "constrainedBy": ("is constrained by", "constrains"),
    "benchmarkFor": ("is a benchmark for", "has the benchmark"),
    "fundsCapability": ("funds", "is funded by"),
    "distinctFrom": ("is distinct from", "is distinct from"),
    "complements": ("complements", "is complemented by"),
    "moreThanDoubleOf": ("is more than double of", "is less than half of"),
    "authorOf": ("wrote", "was written by"),
    "partOf": ("is part of", "has the part"),
    "role": ("is in the role of", "is the role in"),
    "status": ("has the status", "is the status of"),
    "stage": ("is at the stage", "is the stage of"),
    "eventType": ("is of the kind", "is the kind of"),
    "currency": ("is counted in", "is the currency of"),
    "countingRule": ("is counted by", "is the rule of counting for"),
    # These follow from others by rule, or describe sources.
    "recipientOf": ("is a recipient of", "has the recipient"),
    "receives": ("receives", "is received by"),
    "benefits": ("benefits", "benefits from"),
    "suppliesKind": ("supplies a kind of", "is the kind of goods supplied by"),
    "speaksFor": ("speaks for", "is spoken for by"),
    "within": ("belongs to", "has within it"),
    "distributor": ("was found at", "distributed"),
    "party": ("is a matter of", "is a party to"),
    "publisherCountry": ("was published from", "is the country of publication of"),
    "publisherKind": ("was published by a", "is the kind of publisher of"),
    "exportCategory": ("falls into the category", "is the category of"),
    "unrocaCategory": ("falls into the category", "is the category of"),
}
_OTHERS: Final = {
    SKOS.broader.value: ("is a kind of", "has the kind"),
    "http://purl.org/dc/terms/publisher": ("was published by", "published"),
    "http://purl.org/dc/terms/creator": ("was written by", "wrote"),
    "http://purl.org/dc/terms/isPartOf": ("is part of", "has the part"),
    "http://purl.org/dc/terms/replaces": ("replaces", "is replaced by"),
    "http://purl.org/dc/terms/isReplacedBy": ("is replaced by", "replaces"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": ("is of the class", "is the class of"),
}
PHRASES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {**{OSA[name].value: phrases for name, phrases in _OURS.items()}, **_OTHERS}
)
PLACE: Final[Mapping[str, int]] = MappingProxyType({iri: place for place, iri in enumerate(PHRASES)})


def phrase(predicate: str, is_forward: bool, name: str) -> str:
    """The verb between two things, from the subject to the value or back; `name` is that of the property.

    >>> phrase(OSA.recipient.value, False, "recipient"), phrase("http://example.org/colour", True, "colour")
    ('is the recipient of', 'has the colour')
    """
    known = PHRASES.get(predicate, (f"has the {name}", f"is the {name} of"))
    return known[0 if is_forward else 1]


def telling(predicate: str) -> tuple[int, str]:
    """How much a property says beside others, the least first."""
    return PLACE.get(predicate, len(PLACE)), predicate
