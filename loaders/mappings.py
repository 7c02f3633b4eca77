"""Which column of which table becomes what: one declarative mapping per shipped table.

The columns are documented in `loaders/data/README.md`. An optional column may be left out of a file; its
default stands then.
"""

from __future__ import annotations

from collections.abc import Mapping

from loaders.table import ASSERTED, JAPAN, PROGRAMME, Column, Rule, Section, Subject, Table
from ontology.namespaces import OSA, SKOS, UNIT

YEN = UNIT.CCY_JPY

_SOURCE = Column("source_id", "source", required=True)
_QUOTE = Column("quote", "quote")
_MODALITY = Column("modality", "modality", required=True)
_ATTRIBUTED = Column("attributed_to", "bodies")
_HEDGE = Column("hedge", "concept", scheme="Hedge")
_PROGRAMME = Column("programme", "instrument", optional=True, default=PROGRAMME)
_PROVIDER = Column("provider", "country", optional=True, default=JAPAN)

SOURCES = Table(
    "sources",
    (
        Column("source_id", "slug", required=True),
        Column("title", "text", required=True),
        Column("publisher", "publisher", required=True),
        Column("publisher_country", "country"),
        Column("publisher_kind", "concept", scheme="PublisherKind", required=True),
        Column("url", "url"),
        Column("published_on", "date"),
        Column("language", "language", required=True),
        Column("author", "persons"),
    ),
)

_PROJECT = Subject(
    path="project/{project_id}",
    cls=OSA.AssistanceProject,
    label="{programme}: {recipient}[, FY{fiscal_year}]",
    frame={OSA.provider: "provider", OSA.currency: YEN},
    parties=("provider", "recipient"),
)
_ITEM = Subject(
    path="project/{project_id}/item/{class}",
    cls=OSA.EquipmentItem,
    label="{class} for {recipient}[, FY{fiscal_year}]",
    frame={OSA.equipmentClass: "class"},
    parties=("provider", "recipient"),
    root="project/{project_id}",
)
_SIGNED = ("exchange_of_notes", "signing", "agreement", "signing_expected", "agreement_expected")
_AGREED = {"event": ("summit_agreement",), "status": ("signed",)}
_DELIVERED = ("handover", "handover_ceremony", "delivery", "handover_expected")

PROJECTS = Table(
    "osa_projects",
    (
        Column("project_id", "slug", required=True),
        Column("fiscal_year", "year"),
        Column("recipient", "country", required=True),
        Column("beneficiary_org", "bodies"),
        Column("amount_jpy", "amount"),
        Column("amount_original_text", "text"),
        Column("equipment", "equipments"),
        Column("equipment_text", "text"),
        Column("status", "concept", scheme="Status", required=True),
        Column("event_date", "date"),
        Column("event", "concept", scheme="ProjectEvent"),
        _SOURCE,
        _QUOTE,
        _MODALITY,
        _ATTRIBUTED,
        _HEDGE,
        _PROGRAMME,
        _PROVIDER,
    ),
    derive=("items", "sums"),
    sections=(
        Section(
            subject=_PROJECT,
            rules=(
                Rule(OSA.programme, "programme", plan=True),
                Rule(OSA.recipient, "recipient", plan=True),
                Rule(OSA.fiscalYear, "fiscal_year", plan=True),
                Rule(
                    OSA.amount,
                    "amount_jpy",
                    qualifiers={OSA.currency: YEN},
                    figure="amount_original_text",
                    hedge="hedge",
                ),
                Rule(OSA.beneficiary, "beneficiary_org"),
                Rule(OSA.equipment, "equipment"),
                Rule(
                    OSA.status,
                    "status",
                    qualifiers={OSA.asOf: "event_date", OSA.reportedEvent: "event"},
                    note="equipment_text",
                    plan=True,
                ),
                Rule(OSA.signedOn, "event_date", when={"event": _SIGNED, "status": ("signed", "planned")}),
                Rule(
                    OSA.signedOn, "event_date", when={"event": ("summit_agreement",), "status": ("signed",)}
                ),
                Rule(OSA.deliveredOn, "event_date", when={"event": _DELIVERED}),
            ),
        ),
        Section(
            subject=_PROJECT,
            each="sums",
            rules=(
                Rule(
                    OSA.amount,
                    "sum",
                    qualifiers={OSA.currency: "sum_currency"},
                    figure="sum_text",
                    hedge="sum_hedge",
                ),
            ),
        ),
        Section(
            subject=_ITEM,
            each="items",
            rules=(
                Rule(OSA.item, "item", about="project"),
                Rule(OSA.count, "count", hedge="count_hedge", note="equipment_text"),
            ),
        ),
    ),
)

_BUDGET = Subject(
    path="budget/{budget_line}-fy{fiscal_year}",
    cls=OSA.BudgetLine,
    label="{budget_line}, FY{fiscal_year}",
    frame={
        OSA.line: "budget_line",
        OSA.programme: "line_programme",
        OSA.fiscalYear: "fiscal_year",
        OSA.provider: "provider",
        OSA.currency: YEN,
    },
    parties=("provider",),
)

BUDGETS = Table(
    "budgets",
    (
        Column("budget_line", "budget_line", required=True),
        Column("fiscal_year", "year", required=True),
        Column("amount", "amount"),
        Column("currency", "currency", required=True),
        Column("unit_multiplier_applied", "factor"),
        Column("stage", "concept", scheme="Stage", required=True),
        Column("comparison", "text"),
        Column("percent_of_gdp", "percent"),
        _SOURCE,
        _QUOTE,
        _MODALITY,
        _ATTRIBUTED,
        _HEDGE,
        Column("printed_figure", "text"),
        _PROVIDER,
    ),
    derive=("line_programme", "quoted_sums"),
    sections=(
        Section(
            subject=_BUDGET,
            rules=(
                Rule(
                    OSA.amount,
                    "amount",
                    qualifiers={
                        OSA.fiscalYear: "fiscal_year",
                        OSA.stage: "stage",
                        OSA.currency: "currency",
                    },
                    figure="printed_figure",
                    multiplier="unit_multiplier_applied",
                    hedge="hedge",
                    note="comparison",
                ),
                Rule(
                    OSA.percentOfGdp,
                    "percent_of_gdp",
                    qualifiers={OSA.fiscalYear: "fiscal_year", OSA.stage: "stage"},
                    note="comparison",
                ),
                Rule(
                    OSA.stage,
                    "stage",
                    unless={"stage": ("reported",)},
                    qualifiers={OSA.fiscalYear: "fiscal_year"},
                ),
            ),
        ),
        Section(
            subject=_BUDGET,
            each="quoted_sums",
            rules=(
                Rule(
                    OSA.amount,
                    "sum",
                    qualifiers={
                        OSA.fiscalYear: "fiscal_year",
                        OSA.stage: "stage",
                        OSA.currency: "sum_currency",
                    },
                    figure="sum_text",
                    hedge="sum_hedge",
                ),
            ),
        ),
    ),
)

RECIPIENTS = Table(
    "recipients",
    (
        Column("country", "country", required=True),
        Column("role", "concept", scheme="Role", required=True),
        Column("fiscal_year", "year"),
        Column("ordinal", "integer"),
        Column("as_of_date", "date"),
        _SOURCE,
        _QUOTE,
        _MODALITY,
        _ATTRIBUTED,
        _HEDGE,
        _PROGRAMME,
        _PROVIDER,
    ),
    sections=(
        Section(
            subject=Subject(
                path="participation/{programme}-{country}-{role}[-fy{fiscal_year}]",
                cls=OSA.Participation,
                label="{country}: {role} of {programme}[, FY{fiscal_year}]",
                frame={
                    OSA.programme: "programme",
                    OSA.role: "role",
                    OSA.fiscalYear: "fiscal_year",
                },
                parties=("provider", "country"),
            ),
            rules=(
                Rule(
                    OSA.actor,
                    "country",
                    qualifiers={OSA.fiscalYear: "fiscal_year", OSA.asOf: "as_of_date"},
                ),
                Rule(
                    OSA.ordinal,
                    "ordinal",
                    qualifiers={OSA.fiscalYear: "fiscal_year", OSA.asOf: "as_of_date"},
                ),
            ),
        ),
    ),
)

RECIPIENT_COUNTS = Table(
    "recipient_counts",
    (
        Column("count", "integer", required=True),
        Column("fiscal_year", "year"),
        Column("as_of_date", "date"),
        _SOURCE,
        _QUOTE,
        _MODALITY,
        _ATTRIBUTED,
        _HEDGE,
        Column("counting_rule", "concept", scheme="CountingRule", required=True),
        Column("printed_figure", "text"),
        _PROGRAMME,
        _PROVIDER,
    ),
    derive=("count_period",),
    sections=(
        Section(
            subject=Subject(
                path="recipient-count/{programme}-{count_period}",
                cls=OSA.RecipientCount,
                label="Recipients of {programme}, {count_period}",
                frame={OSA.programme: "programme", OSA.fiscalYear: "fiscal_year"},
                parties=("provider",),
            ),
            rules=(
                Rule(
                    OSA.recipientCount,
                    "count",
                    qualifiers={
                        OSA.fiscalYear: "fiscal_year",
                        OSA.asOf: "as_of_date",
                        OSA.countingRule: "counting_rule",
                    },
                    figure="printed_figure",
                    hedge="hedge",
                ),
            ),
        ),
    ),
)

POLICY_EVENTS = Table(
    "policy_events",
    (
        Column("event_id", "slug", required=True),
        Column("date", "date"),
        Column("date_precision", "precision"),
        Column("event_type", "concept", scheme="PolicyEventType", required=True),
        Column("actor", "bodies", required=True),
        Column("instrument", "instrument"),
        Column("summary", "text", required=True),
        _SOURCE,
        _QUOTE,
    ),
    derive=("event_name",),
    sections=(
        Section(
            subject=Subject(
                path="event/{event_id}", cls=OSA.PolicyEvent, label="{event_name}", parties=("actor",)
            ),
            rules=(
                Rule(OSA.date, "date", modality=ASSERTED),
                Rule(OSA.eventType, "event_type", modality=ASSERTED),
                Rule(OSA.actor, "actor", modality=ASSERTED),
                Rule(OSA.instrument, "instrument", modality=ASSERTED),
                Rule(None, proposition="summary", modality=ASSERTED),
            ),
        ),
    ),
)

INSTRUMENTS = Table(
    "instruments",
    (
        Column("instrument_id", "instrument_id", required=True),
        Column("name_en", "text", required=True),
        Column("name_ja", "text"),
        Column("kind", "instrument_kind", required=True),
        Column("issued_by", "bodies", required=True),
        Column("adopted_on", "date"),
        Column("superseded_by", "instrument_id"),
        _SOURCE,
    ),
    sections=(
        Section(
            rules=(
                Rule(OSA.issuedBy, "issued_by", about="instrument_id", modality=ASSERTED),
                Rule(OSA.adoptedOn, "adopted_on", about="instrument_id", modality=ASSERTED),
                Rule(OSA.supersededBy, "superseded_by", about="instrument_id", modality=ASSERTED),
            )
        ),
    ),
)

POSITIONS = Table(
    "positions",
    (
        Column("claimant", "bodies", required=True),
        Column("claimant_kind", "concept", scheme="ClaimantKind", required=True),
        Column("stance_toward_osa", "concept", scheme="Stance", required=True),
        Column("topic", "text", required=True),
        Column("claim", "text", required=True),
        _SOURCE,
        _QUOTE,
        Column("kind", "concept", scheme="FramingKind", required=True),
        _MODALITY,
        Column("about", "entity", optional=True, default=PROGRAMME),
    ),
    sections=(
        Section(
            rules=(
                Rule(
                    None,
                    about="about",
                    proposition="claim",
                    attributed="claimant",
                    claimant_kind="claimant_kind",
                    stance="stance_toward_osa",
                    topic="topic",
                    framing_kind="kind",
                    framing_when={"kind": ("forecast", "motive", "judgement", "justification", "demand")},
                ),
            )
        ),
    ),
)

EQUIPMENT = Table(
    "equipment",
    (
        Column("equipment_class", "equipment", required=True),
        Column("parent_class", "equipment", required=True),
        Column("note", "text", required=True),
        Column("lethality", "concept", scheme="Lethality", required=True),
        _SOURCE,
        _MODALITY,
    ),
    sections=(
        Section(
            rules=(
                Rule(
                    SKOS.broader,
                    "parent_class",
                    about="equipment_class",
                    modality=ASSERTED,
                    unless={"parent_class": ("all",)},
                ),
                Rule(None, about="equipment_class", proposition="note"),
                Rule(
                    OSA.lethality,
                    "lethality",
                    about="equipment_class",
                    note="note",
                    unless={"lethality": ("unspecified",)},
                    framing_kind=OSA.Judgement,
                ),
            )
        ),
    ),
)

RELATIONS = Table(
    "relations",
    (
        Column("subject", "entity", required=True),
        Column("predicate", "predicate", required=True),
        Column("object", "text", required=True),
        _MODALITY,
        _ATTRIBUTED,
        Column("fiscal_year", "year"),
        _SOURCE,
        _QUOTE,
    ),
    derive=("related",),
    sections=(
        Section(
            rules=(
                Rule(
                    "predicate",
                    "related",
                    about="subject",
                    qualifiers={OSA.fiscalYear: "fiscal_year"},
                ),
            )
        ),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        SOURCES,
        PROJECTS,
        BUDGETS,
        RECIPIENTS,
        RECIPIENT_COUNTS,
        POLICY_EVENTS,
        INSTRUMENTS,
        POSITIONS,
        EQUIPMENT,
        RELATIONS,
    )
}
