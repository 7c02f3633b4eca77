"""Sources of a small world for tests of revisions: by hand, or at random over a few shared nodes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import Bundle, Node
from graph.claims import Claim
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal, decimal_literal
from ontology.namespaces import ID, OSA, RDF, RDFS, SKOS, UNIT, XSD

JAPAN, PALAU = ID.japan, ID.palau
PROJECT = ID.iri("project/p")
RADAR = ID.iri("equipment/radar")
ITEM = ID.iri("project/p/item/radar")
LINE = ID.iri("budget/osa-fy2025")
COUNT = ID.iri("recipient-count/osa-fy2025")
OTHER_COUNT = ID.iri("recipient-count/osa-fy2024")
EVENT = ID.iri("event/e")
RULES = (ID.rules_a, ID.rules_b)
BODIES = (ID.navy, ID.forces, ID.ministry)
GOODS = (RADAR, ID.iri("equipment/sensor"), ID.iri("equipment/goods"))


def described(
    iri: NamedNode, kind: NamedNode, label: str, *frame: tuple[NamedNode, NamedNode]
) -> tuple[Triple, ...]:
    named = (Triple(iri, RDF.type, kind), Triple(iri, RDFS.label, Literal(label, language="en")))
    return (*named, *(Triple(iri, predicate, value) for predicate, value in frame))


def project_node(label: str = "Project") -> Node:
    frame = ((OSA.currency, UNIT.CCY_JPY), (OSA.party, JAPAN), (OSA.party, PALAU))
    return Node(PROJECT, described(PROJECT, OSA.AssistanceProject, label, *frame), carrier=True)


def item_node() -> Node:
    triples = described(ITEM, OSA.EquipmentItem, "Radar", (OSA.equipmentClass, RADAR))
    return Node(ITEM, triples, carrier=True, root=PROJECT)


def line_node(currency: NamedNode = UNIT.CCY_JPY) -> Node:
    frame = ((OSA.currency, currency), (OSA.party, JAPAN))
    return Node(LINE, described(LINE, OSA.BudgetLine, "Line", *frame), carrier=True)


def count_node(about: NamedNode = COUNT, programme: NamedNode | None = None) -> Node:
    frame = [(OSA.party, JAPAN), *([(OSA.programme, programme)] if programme is not None else [])]
    return Node(about, described(about, OSA.RecipientCount, "Count", *frame), carrier=True)


def name_node(iri: NamedNode, label: str) -> Node:
    return Node(iri, described(iri, OSA.Policy, label))


def source(number: int = 1, kind: NamedNode = OSA.Newspaper, **fields: object) -> Source:
    fields = {"publisher": ID.iri(f"publisher-{number}"), **fields}
    return Source(source_iri(f"s{number}"), Literal(f"Source {number}"), kind, **fields)  # type: ignore[arg-type]


def claim(
    about: NamedNode, predicate: NamedNode | None, value: Term | None, number: int = 1, **fields: object
) -> Claim:
    fields = {"modality": OSA.Asserted, **fields}
    return Claim(source_iri(f"s{number}"), about, predicate=predicate, value=value, **fields)  # type: ignore[arg-type]


def year(number: int) -> tuple[tuple[NamedNode, Term], ...]:
    return ((OSA.fiscalYear, Literal(str(number), datatype=XSD.integer)),)


def integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


# Subject, predicate, value, and what else there is to a claim.
Said = tuple[NamedNode, NamedNode | None, Term | None, dict[str, object]]
QUOTES: tuple[tuple[Literal, ...], ...] = (
    (),
    (Literal("eight point one billion yen for the year", language="en"),),
    (Literal("Eight point one billion yen for that year", language="en"),),
    (Literal("the two governments signed the notes today", language="en"),),
)


class World:
    """Random sources over a few shared nodes, so that votes, parties, parts and periods meet often."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def bundle(self, number: int) -> Bundle:
        made = tuple(self.claim(number) for _ in range(self.random.randrange(1, 7)))
        claims = tuple({each.iri: each for each in made}.values())
        return Bundle(self.source(number), claims, tuple(self.nodes(claims)))

    def source(self, number: int) -> Source:
        pick = self.random.choice
        return source(
            number,
            kind=pick((OSA.Newspaper, OSA.Government, OSA.Blog, OSA.Aggregator)),
            publisher=pick((None, ID.publisher_a, ID.publisher_b, ID.publisher_c)),
            country=pick((None, JAPAN, PALAU)),
            issued=pick((None, date_literal("2025"), date_literal("2025-03"), date_literal("2025-03-04"))),
            creators=pick(((), (ID.ann,), (ID.ann, ID.bob))),
        )

    def claim(self, number: int) -> Claim:
        pick = self.random.choice
        ways: tuple[Callable[[], Said], ...] = (
            self.amount,
            self.status,
            self.item,
            self.goods,
            self.signing,
            self.counted,
            self.rule,
            self.stage,
            self.recipient,
            self.programme,
            self.supply,
            self.broader,
            self.beneficiary,
            self.beneficiary,
            self.whole,
            self.export,
            self.purpose,
            self.event,
            self.framing,
        )
        about, predicate, value, fields = pick(ways)()
        modality = pick((OSA.Asserted, OSA.Asserted, OSA.Asserted, OSA.Denied, OSA.Projected))
        people = pick(((), (), (ID.ann,), (ID.carol,)))
        given = {"modality": modality, "attributed_to": people, "quotes": pick(QUOTES), **fields}
        return claim(about, predicate, value, number, **given)

    def amount(self) -> Said:
        pick = self.random.choice
        about = pick((PROJECT, LINE))
        qualifiers: tuple[tuple[NamedNode, Term], ...] = (
            (OSA.currency, pick((UNIT.CCY_JPY, UNIT.CCY_JPY, UNIT.CCY_USD))),
        )
        if about == LINE:
            qualifiers += ((OSA.stage, pick((OSA.Request, OSA.Draft, OSA.Enacted, OSA.Reported))),)
        number, digits = pick(((81, 2), (79, 2), (80, 1), (81, None), (812, 3)))
        fields: dict[str, object] = {"qualifiers": qualifiers, "significant_digits": digits}
        if pick((True, False, False)):
            fields |= {"hedge": OSA.AtLeast, "lower_bound": Decimal(number)}
        return about, OSA.amount, decimal_literal(number), fields

    def status(self) -> Said:
        value = self.random.choice((OSA.Planned, OSA.Selected, OSA.Signed, OSA.Delivered))
        return PROJECT, OSA.status, value, {"qualifiers": ((OSA.asOf, date_literal("2025-02")),)}

    def stage(self) -> Said:
        value = self.random.choice((OSA.Request, OSA.Draft))
        return LINE, OSA.stage, value, {"qualifiers": year(self.random.choice((2025, 2026)))}

    def item(self) -> Said:
        return PROJECT, OSA.item, ITEM, {}

    def goods(self) -> Said:
        return ITEM, OSA.count, integer(self.random.choice((4, 5))), {}

    def signing(self) -> Said:
        days = ("2023-11-03", "2023-11-04", "2023-11", "2023")
        return PROJECT, OSA.signedOn, date_literal(self.random.choice(days)), {}

    def counted(self) -> Said:
        pick = self.random.choice
        rule = pick((OSA.CumulativeSelected, OSA.CumulativeDelivered, OSA.CountingUnspecified))
        qualifiers = (*pick(((), year(2025), year(2026))), (OSA.countingRule, rule))
        return (
            pick((COUNT, OTHER_COUNT)),
            OSA.recipientCount,
            integer(pick((10, 12))),
            {"qualifiers": qualifiers},
        )

    def rule(self) -> Said:
        about, other = self.random.sample(RULES, 2)
        qualifiers = self.random.choice(((), year(2025), year(2026)))
        return about, OSA.supersedes, other, {"qualifiers": qualifiers}

    def recipient(self) -> Said:
        return PROJECT, OSA.recipient, self.random.choice((PALAU, ID.fiji)), {}

    def programme(self) -> Said:
        return PROJECT, OSA.programme, self.random.choice((ID.osa, ID.oda)), {}

    def supply(self) -> Said:
        return PROJECT, OSA.equipment, self.random.choice(GOODS), {}

    def broader(self) -> Said:
        narrow, broad = self.random.sample(GOODS, 2)
        return narrow, SKOS.broader, broad, {}

    def beneficiary(self) -> Said:
        return PROJECT, OSA.beneficiary, self.random.choice(BODIES), {}

    def whole(self) -> Said:
        part, whole = self.random.sample(BODIES, 2)
        return part, OSA.partOf, whole, {}

    def export(self) -> Said:
        return self.random.choice(RULES), OSA.limitsExportsTo, self.random.choice(GOODS), {}

    def event(self) -> Said:
        pick = self.random.choice
        if pick((True, False)):
            return EVENT, OSA.actor, pick(BODIES), {}
        return EVENT, OSA.eventType, pick((OSA.Adoption, OSA.Revision)), {}

    def purpose(self) -> Said:
        return ID.osa, OSA.hasPurpose, self.random.choice(RULES), {"framing": True}

    def framing(self) -> Said:
        stance = self.random.choice((OSA.Supportive, OSA.Critical, OSA.Neutral))
        said = {"proposition": Literal("It is so.", language="en"), "topic": Literal("deterrence")}
        return ID.osa, None, None, {"framing": True, "stance": stance, **said}

    def nodes(self, claims: Iterable[Claim]) -> Iterable[Node]:
        """The nodes that tables would describe: every subject with its part, and some names."""
        pick = self.random.choice
        subjects = {each.subject for each in claims}
        named = subjects | {each.value for each in claims}
        if subjects & {PROJECT, ITEM}:
            yield project_node(pick(("Project", "Project P")))
        if ITEM in named:
            yield item_node()
        if LINE in subjects:
            yield line_node(pick((UNIT.CCY_JPY, UNIT.CCY_JPY, UNIT.CCY_USD)))
        for count in (COUNT, OTHER_COUNT):
            if count in subjects:
                yield count_node(count, pick((ID.osa, ID.osa, None)))
        if EVENT in subjects:
            yield Node(EVENT, described(EVENT, OSA.PolicyEvent, "Event", (OSA.party, JAPAN)), carrier=True)
        for rule in RULES:
            if rule in named:
                yield name_node(rule, pick(("Rules", "Principles")))
