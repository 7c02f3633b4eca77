"""The cases of the shipped tables that an analyst must not be fooled by, each with its exact claims.

A claim is named by its source and its value; where a source says a value of several things, by those too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

import pytest
from pyoxigraph import NamedNode

from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from graph.rights import SOURCE_GRAPHS
from graph.sources import source_id
from graph.terms import Term
from ontology.namespaces import ID, OSA, RDF

Told = tuple[str, str]  # source and value


class Node(NamedTuple):
    """A claim or an assessment: its name, and the values of each property."""

    iri: str
    parts: Mapping[NamedNode, list[Term]]

    def one(self, predicate: NamedNode) -> Term | None:
        return next(iter(self.parts.get(predicate, [])), None)


class Case(NamedTuple):
    """A contradiction, its sides in no order: the claims of each by source and value."""

    kind: NamedNode
    sides: frozenset[frozenset[Told]]


class Assessed:
    """The assessments of a dataset, by what they are about."""

    def __init__(self, store: EmbeddedStore) -> None:
        nodes: dict[str, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.claims: dict[str, Node] = {}
        for quad in store.quads(graph=ASSESSMENTS):
            nodes[quad.subject.value][quad.predicate].append(quad.object)  # type: ignore[union-attr, arg-type]
        self.nodes = [Node(iri, parts) for iri, parts in nodes.items()]
        told: dict[str, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for quad in store.quads():
            if str(quad.graph_name).startswith(f"<{SOURCE_GRAPHS}"):
                told[str(quad.subject)[1:-1]][quad.predicate].append(quad.object)  # type: ignore[arg-type]
        self.claims = {iri: Node(iri, parts) for iri, parts in told.items() if OSA.statedIn in parts}

    def of(self, cls: NamedNode, subject: NamedNode, predicate: NamedNode) -> list[Node]:
        return [
            node
            for node in self.nodes
            if cls in node.parts[RDF.type]
            and node.one(OSA.subject) == subject
            and node.one(OSA.predicate) == predicate
        ]

    def told(self, iris: Collection[Term]) -> frozenset[Told]:
        return frozenset(self.said(self.claims[iri.value]) for iri in iris)

    @staticmethod
    def said(claim: Node) -> Told:
        source, value = claim.one(OSA.statedIn), claim.one(OSA.object) or claim.one(OSA.stance)
        assert isinstance(source, NamedNode) and value is not None
        return source_id(source), value.value.rpartition("/")[2].rpartition("#")[2]

    def case(self, node: Node) -> Case:
        kind = node.one(OSA.kind)
        assert isinstance(kind, NamedNode)
        return Case(kind, frozenset(self.told(node.parts[side]) for side in (OSA.sideA, OSA.sideB)))

    def cases(self, subject: NamedNode, predicate: NamedNode) -> set[Case]:
        return {self.case(node) for node in self.of(OSA.Contradiction, subject, predicate)}


@pytest.fixture(scope="module")
def assessed(shipped_store: EmbeddedStore) -> Assessed:
    return Assessed(shipped_store)


def side(value: str, *sources: str) -> frozenset[Told]:
    return frozenset((source, value) for source in sources)


def case(kind: NamedNode, *sides: frozenset[Told]) -> Case:
    return Case(kind, frozenset(sides))


def project(name: str) -> NamedNode:
    return ID.iri(f"project/{name}")


def test_the_number_of_assessments_by_kind(assessed: Assessed) -> None:
    kinds = Counter(
        node.one(OSA.kind).value.rpartition("#")[2]  # type: ignore[union-attr]
        for node in assessed.nodes
        if node.one(OSA.kind) is not None
    )
    assert kinds == {
        "ValueClash": 14,
        "DefinitionMismatch": 19,
        "EnumerationDifference": 3,
        "Update": 1,
        "FramingConflict": 4,
        "SameValue": 420,
        "WithinPrecision": 20,
    }
    rates = [node for node in assessed.nodes if OSA.ImpliedRate in node.parts[RDF.type]]
    assert Counter(node.one(OSA.isPlausible).value for node in rates) == {"true": 44, "false": 2}  # type: ignore[union-attr]


# Counts of recipients

EIGHT = side(
    "8",
    "alojapan-jt-2025-12-26",
    "datazoo-osa-fy2025",
    "diplomat-daily8-2025-07",
    "govconexec-2025-06",
    "japan-times-2025-06-23",
    "japantoday-kyodo-2025-06-21",
    "japantoday-kyodo-2025-09-14",
    "nikkei-daily8-2025-06-20",
    "nippon-com-2025-09-17",
    "nippon-com-2025-12-24-en",
    "nippon-com-2025-12-24-ja",
    "oana-jiji-2025-06-27",
    "yomiuri-2025-06-21",
) | side("9", "japan-times-2025-01-17")  # "up to nine" agrees with eight
TWELVE = side(
    "12",
    "asahi-2025-12-27",
    "chinadailybrief-osa",
    "chinamil-16438892",
    "ckhq-2025-12-27",
    "seed-000-pla-ams",
)
ELEVEN = side("11", "seed-002-news", "straits-times-osa")
TEN = side("10", "straits-times-osa")


def counts(assessed: Assessed) -> set[Case]:
    subjects = {
        node.one(OSA.subject)
        for node in assessed.nodes
        if OSA.Contradiction in node.parts[RDF.type] and node.one(OSA.predicate) == OSA.recipientCount
    }
    return {
        each
        for subject in subjects
        if isinstance(subject, NamedNode)
        for each in assessed.cases(subject, OSA.recipientCount)
    }


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (TWELVE, EIGHT, "are counted by different rules, so they need not exclude each other"),
        (TWELVE, ELEVEN, "the second does not say what it counts"),
        (EIGHT, ELEVEN, "the second does not say what it counts"),
        (TWELVE, TEN, "the second does not say the fiscal year nor what it counts"),
        (EIGHT, TEN, "the second does not say the fiscal year nor what it counts"),
    ],
    ids=["12 and 8", "12 and 11", "8 and 11", "12 and 10", "8 and 10"],
)
def test_counts_by_other_rules_are_mismatches_and_no_clashes(
    assessed: Assessed, one: frozenset[Told], other: frozenset[Told], why: str
) -> None:
    expected = case(OSA.DefinitionMismatch, one, other)
    found = [
        node
        for node in assessed.nodes
        if OSA.Contradiction in node.parts[RDF.type] and assessed.case(node) == expected
    ]
    assert len(found) == 1
    assert why in str(found[0].one(OSA.reason))


def test_ten_and_eleven_go_together_as_one_source_states_both(assessed: Assessed) -> None:
    assert not any({TEN, ELEVEN} <= each.sides for each in counts(assessed))


def test_counts_of_different_years_are_never_compared(assessed: Assessed) -> None:
    pilots = {told for each in counts(assessed) for one in each.sides for told in one if told[1] == "4"}
    # The four of fiscal year 2023 are in no contradiction; these are the four of 2024 and of late 2025.
    assert pilots == {
        ("oana-jiji-2025-06-27", "4"),
        ("diplomat-daily8-2025-07", "4"),
        ("nippon-com-2025-12-24-en", "4"),
    }


def test_six_projected_for_2024_were_overtaken_by_four(assessed: Assessed) -> None:
    updates = {each for each in counts(assessed) if each.kind == OSA.Update}
    four = side("4", "oana-jiji-2025-06-27", "diplomat-daily8-2025-07")
    six = side("6", "asahi-2023-08-28", "ngo-jvc-activities-2023")
    assert updates == {case(OSA.Update, four, six)}


def test_the_only_clash_of_counts_is_between_two_plans_for_2026(assessed: Assessed) -> None:
    clashes = {each for each in counts(assessed) if each.kind == OSA.ValueClash}
    twelve = side("12", "asahi-2025-12-27", "alojapan-jt-2025-12-26")
    ten = side("10", "nippon-com-2025-12-24-en", "nation-thailand-2025-12-24")
    assert clashes == {case(OSA.ValueClash, twelve, ten)}


# Sums

OSA_2025 = ID.iri("budget/osa-fy2025")


def test_the_request_for_2025_is_a_clash_of_five_and_eight_billion(assessed: Assessed) -> None:
    yen = {each for each in assessed.cases(OSA_2025, OSA.amount) if each.kind == OSA.ValueClash}
    assert yen == {
        case(
            OSA.ValueClash,
            side("5000000000", "mof-jp-2024-11-29-fiscal-council"),
            side("8000000000", "japan-times-2025-01-17"),
        )
    }


def test_8_and_8_1_billion_for_2025_agree_within_precision(assessed: Assessed) -> None:
    found = [
        assessed.told(node.parts[OSA.claim])
        for node in assessed.of(OSA.Corroboration, OSA_2025, OSA.amount)
        if node.one(OSA.kind) == OSA.WithinPrecision and node.one(OSA.voices).value == "5"  # type: ignore[union-attr]
    ]
    eight = (
        "japan-times-2025-06-23",
        "japantoday-kyodo-2025-09-14",
        "newsible-asia-osa",
        "oana-jiji-2025-06-27",
    )
    more = ("japantoday-kyodo-2025-06-21", "mof-jp-2025-12-26-osa-table")
    assert found == [side("8000000000", *eight) | side("8100000000", *more)]


def test_sums_of_malaysia_for_2023_clash_in_ringgit_only(assessed: Assessed) -> None:
    assert assessed.cases(project("osa-fy2023-malaysia"), OSA.amount) == {
        case(
            OSA.ValueClash,
            side("12360000", "thestar-my-2025-09-23"),
            side("12630000", "bernama-2025-09-22", "thesun-my-uav-handover"),
        )
    }


def test_a_projected_900_million_stands_against_1_6_billion_for_the_philippines(assessed: Assessed) -> None:
    (node,) = assessed.of(OSA.Contradiction, project("osa-fy2024-philippines"), OSA.amount)
    assert assessed.case(node) == case(
        OSA.ValueClash,
        side("900000000", "alojapan-radars-1453153"),
        side(
            "1600000000",
            "j-defense-2024-12-09-philippines",
            "japan-times-2024-12-05",
            "manila-shimbun-2024-12-06",
            "mof-jp-2025-12-26-osa-table",
            "nippon-com-2024-12-05",
            "portnews-2024-12-06",
            "thephilbiznews-2024-12-06",
            "todayheadline-2016473",
        ),
    )
    assert "JPY 900 million (only projected, 1 voice)" in str(node.one(OSA.reason))
    assert [node.one(each).value for each in (OSA.voicesA, OSA.voicesB)] == ["8", "1"]  # type: ignore[union-attr]
    assert node.one(OSA.withoutA) is None
    assert Decimal(node.one(OSA.withoutB).value) == 1_600_000_000  # type: ignore[union-attr]


def test_147_6_million_dollars_for_18_1_billion_yen_are_probably_no_us_dollars(assessed: Assessed) -> None:
    doubtful = [node for node in assessed.nodes if str(node.one(OSA.isPlausible)).startswith('"false"')]
    assert {source_id(node.one(OSA.statedIn)) for node in doubtful} == {  # type: ignore[arg-type]
        "newsible-asia-osa",
        "report-az-2025-12-26",
    }
    (node,) = (node for node in doubtful if node.one(OSA.subject) == ID.iri("budget/osa-fy2026"))
    assert assessed.told(node.parts[OSA.claim]) == side("18100000000", "newsible-asia-osa") | side(
        "147600000", "newsible-asia-osa"
    )
    assert node.one(OSA.rate).value == "122.6287"  # type: ignore[union-attr]
    assert str(node.one(OSA.reason)).endswith(': probably another currency."@en')


def test_no_dollar_figure_stands_against_a_yen_figure(assessed: Assessed) -> None:
    for node in assessed.nodes:
        sides = [node.parts.get(each, []) for each in (OSA.sideA, OSA.sideB)]
        currencies = [{assessed.claims[c.value].one(OSA.currency) for c in claims} for claims in sides]
        assert currencies[0] == currencies[1]


# Goods, bodies, lists, dates


def test_four_or_five_boats_for_bangladesh(assessed: Assessed) -> None:
    boats = ID.iri("project/osa-fy2023-bangladesh/item/patrol-boat")
    four = side(
        "4", "banglaherald-nikkei", "daily-star-2023-11-16", "nhk-2023-11-20", "nippon-com-2023-11-15"
    )
    five = side("5", "bss-2025-01-27", "fe-htsyndication-patrol-boats", "unb-htsyndication-patrol-boats")
    assert assessed.cases(boats, OSA.count) == {case(OSA.ValueClash, four, five)}


def test_a_navy_and_its_department_or_armed_forces_are_no_rivals(assessed: Assessed) -> None:
    assert assessed.cases(project("osa-fy2023-philippines"), OSA.beneficiary) == set()


def test_navy_or_coast_guard_for_indonesia(assessed: Assessed) -> None:
    navy = (
        "benar-2025-02-12",
        "indonesianpost-2026-02-10",
        "j-defense-2025-01-15",
        "jakartaglobe-nusantara-boats",
    )
    (node,) = assessed.of(OSA.Contradiction, project("osa-fy2024-indonesia"), OSA.beneficiary)
    assert assessed.case(node) == case(
        OSA.EnumerationDifference,
        side("indonesian-navy", *navy),
        side("indonesian-coastguard-agency", "janes-indonesia-2025-01"),
    )
    assert node.one(OSA.withoutB) == ID.iri("indonesian-navy")


def test_five_export_categories_against_three(assessed: Assessed) -> None:
    five = ("minesweeping-activity", "rescue", "surveillance", "transport", "vigilance")
    three = ("humanitarian-operations", "rescue", "surveillance")
    assert assessed.cases(ID.iri("transfer-guidelines-five-categories"), OSA.limitsExportsTo) == {
        case(
            OSA.EnumerationDifference,
            frozenset(("seed-000-pla-ams", each) for each in five),
            frozenset(("seed-002-news", each) for each in three),
        )
    }


def test_two_dates_of_one_statement(assessed: Assessed) -> None:
    assert assessed.cases(ID.iri("event/ev-2023-06-ngo-statement"), OSA.date) == {
        case(
            OSA.ValueClash,
            side("2023-06-06", "ngo-jvc-2023-07-28"),
            side("2023-06-01", "ngo-jvc-activities-2023"),
        )
    }


def test_lethal_and_non_lethal_of_one_radar_is_a_conflict_of_framings(assessed: Assessed) -> None:
    assert assessed.cases(ID.iri("equipment/coastal-surveillance-radar"), OSA.lethality) == {
        case(
            OSA.FramingConflict,
            side("Lethal", "global-times-2023-11-04"),
            side("NonLethal", "seed-000-pla-ams"),
        )
    }


def test_stances_conflict_on_three_topics(assessed: Assessed) -> None:
    topics = {
        node.one(OSA.topic).value  # type: ignore[union-attr]
        for node in assessed.nodes
        if node.one(OSA.kind) == OSA.FramingConflict and node.one(OSA.predicate) is None
    }
    assert topics == {"export policy", "recipients", "regional order"}


# What is not reported


def test_progress_is_no_rival(assessed: Assessed) -> None:
    predicates = {node.one(OSA.predicate) for node in assessed.nodes if OSA.sideA in node.parts}
    assert predicates & {OSA.status, OSA.stage} == set()


def test_600_million_yen_are_one_value_in_japanese_and_english(assessed: Assessed) -> None:
    subject = project("osa-fy2023-philippines")
    assert assessed.cases(subject, OSA.amount) == set()
    together = [
        assessed.told(node.parts[OSA.claim])
        for node in assessed.of(OSA.Corroboration, subject, OSA.amount)
        if node.one(OSA.value).value == "600000000"  # type: ignore[union-attr]
    ]
    assert [
        side("600000000", "jbpress-78121", "mof-jp-2025-12-26-osa-table", "philstar-2023-11-04") <= told
        for told in together
    ] == [True]


def test_about_5_billion_and_5_billion_agree(assessed: Assessed) -> None:
    subject = ID.iri("budget/osa-fy2024")
    assert assessed.cases(subject, OSA.amount) == set()
    together = [
        assessed.told(n.parts[OSA.claim]) for n in assessed.of(OSA.Corroboration, subject, OSA.amount)
    ]
    assert any(side("5000000000", "fa-news-712498", "japan-times-2024-12-05") <= told for told in together)


def test_a_request_and_an_approved_amount_are_not_compared(assessed: Assessed) -> None:
    for node in assessed.nodes:
        stages = [
            {assessed.claims[claim.value].one(OSA.stage) for claim in node.parts.get(each, [])}
            - {OSA.Reported}
            for each in (OSA.sideA, OSA.sideB)
        ]
        assert not all(stages) or stages[0] & stages[1] != set()


def test_every_assessment_has_a_name_and_a_reason_of_its_own(assessed: Assessed) -> None:
    made = {OSA.Contradiction, OSA.Corroboration, OSA.ImpliedRate}
    nodes = [node for node in assessed.nodes if made & set(node.parts[RDF.type])]
    assert len(nodes) == 41 + 440 + 46
    assert [node.iri for node in nodes if len(node.parts[OSA.reason]) != 1] == []
