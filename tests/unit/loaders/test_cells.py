"""Cells: the text of a column of some type becomes terms, or a complaint with a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from graph.sources import source_iri
from graph.terms import Term, date_literal, decimal_literal
from loaders.cells import EMPTY, RELATIONS, Cell, CellError, CellReader, NewName
from loaders.names import Names
from loaders.table import CELL_TYPES, Column
from ontology.namespaces import ID, OSA, RDF, RDFS, UNIT, XSD
from ontology.vocabulary import Vocabulary

MOFA = ID.iri("ministry-of-foreign-affairs")
NAMES = Names(
    by_label={"Japan": ID.japan, "MOFA": MOFA, "Ann Lee": ID.ann_lee, "radar": ID.iri("equipment/radar")},
    kinds={},
    instruments={"osa": ID.osa, "osa-2023": ID.iri("programme-2023")},
)
Terms = tuple[Term, ...]


@pytest.fixture
def reader(vocabulary: Vocabulary) -> CellReader:
    return CellReader(NAMES, vocabulary)


def column(kind: str, scheme: str = "", required: bool = False) -> Column:
    return Column("x", kind, scheme=scheme, required=required)


def integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


@pytest.mark.parametrize(
    ("kind", "text", "terms"),
    [
        ("text", "two words", (Literal("two words", language="en"),)),
        ("slug", "osa-fy2025.a_b", (Literal("osa-fy2025.a_b"),)),
        ("integer", "007", (integer(7),)),
        ("year", "2025", (integer(2025),)),
        ("date", "2025-12", (date_literal("2025-12"),)),
        ("percent", "1.80", (Literal("1.8", datatype=XSD.decimal),)),
        ("factor", "1e9", (decimal_literal(10**9),)),
        ("amount", "8100000000", (decimal_literal(8_100_000_000),)),
        ("currency", "JPY", (UNIT.CCY_JPY,)),
        ("modality", "denied", (OSA.Denied,)),
        ("country", "Japan", (ID.japan,)),
        ("body", "the MOFA", (MOFA,)),
        ("body", "MOFA (press)", (MOFA,)),
        ("bodies", "MOFA; Japan; MOFA", (MOFA, ID.japan)),
        ("bodies", "Japan and Ann Lee", (ID.japan, ID.ann_lee)),
        ("persons", "Ann Lee; ; Ann Lee;", (ID.ann_lee, ID.ann_lee)),
        ("equipment", "radar", (ID.iri("equipment/radar"),)),
        ("equipments", "radar;", (ID.iri("equipment/radar"),)),
        ("instrument_id", "osa-2023", (ID.iri("programme-2023"),)),
        ("instrument_id", "new-law", (ID.iri("new-law"),)),
        ("entity", "MOFA", (MOFA,)),
        ("budget_line", "osa", (OSA.OsaLine,)),
        ("predicate", "based_on", (OSA.basedOn,)),
        ("predicate", "has_purpose", (OSA.hasPurpose,)),
        ("source", "kyodo-1", (source_iri("kyodo-1"),)),
        ("quote", "at most eight words may stand in it", (Literal("at most eight words may stand in it"),)),
        ("instrument_kind", "policy", (OSA.Policy,)),
        ("precision", "month", (Literal("month"),)),
        ("name_kind", "equipment_class", (OSA.EquipmentClass,)),
        ("url", "https://example.org/a?b=c", (Literal("https://example.org/a?b=c", datatype=XSD.anyURI),)),
        ("language", "zh-Hant", (Literal("zh-Hant"),)),
        ("publisher", "MOFA via Japan", (MOFA, ID.japan)),
        ("publisher", "MOFA", (MOFA,)),
        ("publisher", "unknown (no name shown)", ()),
    ],
)
def test_a_cell_stands_for_the_terms_of_its_type(
    reader: CellReader, kind: str, text: str, terms: Terms
) -> None:
    assert reader.read(text, column(kind)) == Cell(text, terms)


@pytest.mark.parametrize(
    ("kind", "text", "known", "new"),
    [
        ("country", "New Land", (), (("new-land", "New Land", "country"),)),
        ("body", "the New Agency", (), (("the-new-agency", "the New Agency", "actor"),)),
        ("bodies", "MOFA; X", (MOFA,), (("x", "X", "actor"),)),
        ("persons", "Ann Lee; Bob Ito", (ID.ann_lee,), (("bob-ito", "Bob Ito", "person"),)),
        ("persons", "A B; C D", (), (("a-b", "A B", "person"), ("c-d", "C D", "person"))),
        ("equipment", "new boat", (), (("equipment/new-boat", "new boat", "equipment_class"),)),
        (
            "equipments",
            "radar; new boat;",
            (ID.iri("equipment/radar"),),
            (("equipment/new-boat", "new boat", "equipment_class"),),
        ),
        ("instrument", "New Rules", (), (("new-rules", "New Rules", "instrument"),)),
        ("entity", "free aid", (), (("free-aid", "free aid", "concept"),)),
        ("entity", "dual-use", (), (("dual-use", "dual-use", "concept"),)),
        ("entity", "kyodo-2025-01", (), (("kyodo-2025-01", "kyodo-2025-01", "concept"),)),
        ("publisher", "MOFA via Portal", (MOFA,), (("portal", "Portal", "organisation"),)),
    ],
)
def test_a_name_that_no_table_knows_makes_an_individual(
    reader: CellReader, kind: str, text: str, known: Terms, new: tuple[tuple[str, str, str], ...]
) -> None:
    made = tuple(NewName(ID.iri(path), name, as_kind) for path, name, as_kind in new)
    terms = (*known, *(each.iri for each in made))
    assert reader.read(text, column(kind)) == Cell(text, terms, made)


WHOLE = ("not a whole number", "Write digits only, without separators.")
NUMBER = ("not a number", "Write a plain number, such as 1.8.")
AMOUNT = ("not a whole amount", "Write whole currency units, digits only.")
YEAR = ("not a fiscal year", "Write the calendar year of 1 April, such as 2025.")
DATE = ("not a date in the calendar", "Write YYYY-MM-DD, YYYY-MM or YYYY.")
SLUG = ("not an identifier", "Use letters, digits, hyphens, points and underscores.")
CURRENCY = ("not a currency code", "Use an ISO 4217 code, such as JPY.")
URL = ("not a web address", "Start it with http:// or https://, without spaces.")
LANGUAGE = ("not a language code", "Use an ISO 639 code, such as en or ja.")
PREDICATE = (
    "not one of the known values",
    "Use one of: abolishes_limit, administered_by, affiliated_with, aligned_with, alternative_to, amends, "
    "approved_by, author_of, based_on, benchmark_for, complements, concerned_about, constrained_by, "
    "distinct_from, funds_capability, has_justification, has_purpose, holds_office, limits_exports_to, "
    "more_than_double_of, part_of, supersedes.",
)


@pytest.mark.parametrize(
    ("kind", "text", "complaint"),
    [
        ("integer", "1,000", WHOLE),
        ("integer", "-1", WHOLE),
        ("integer", "1.5", WHOLE),
        ("integer", "1" * 19, WHOLE),
        ("amount", "8.1", AMOUNT),
        ("amount", "8,100,000", AMOUNT),
        ("amount", "-5", AMOUNT),
        ("amount", "1" * 25, AMOUNT),
        ("year", "25", YEAR),
        ("year", "1899", YEAR),
        ("year", "2101", YEAR),
        ("date", "2025-02-30", DATE),
        ("date", "05.12.2025", DATE),
        ("date", "2025-W01-1", DATE),
        ("percent", "two", NUMBER),
        ("percent", "NaN", NUMBER),
        ("percent", "1e999999999", NUMBER),
        ("factor", "Infinity", NUMBER),
        ("factor", "1e-25", NUMBER),
        ("slug", "two words", SLUG),
        ("source", "a/b", SLUG),
        ("instrument_id", "-a", SLUG),
        ("currency", "yen", CURRENCY),
        ("url", "ftp://example.org", URL),
        ("url", "https://example.org/a b", URL),
        ("url", "https://example.org/<a>", URL),
        ("language", "English", LANGUAGE),
        ("predicate", "likes", PREDICATE),
        ("predicate", "based on", PREDICATE),
        ("predicate", "<based_on>", PREDICATE),
        ("predicate", "basedOn", PREDICATE),
        ("predicate", "amount", PREDICATE),
        ("quote", "one two three four five six seven eight nine",
         ("a quote of 9 words", "Cut it to at most eight words.")),
        ("modality", "said", ("not one of the known values",
         "Use one of: asserted, attributed_intent, denied, possible, projected.")),
        ("precision", "hour", ("not one of the known values", "Use one of: day, month, year.")),
        ("instrument_kind", "memo", ("not one of the known values",
         "Use one of: agreement, guideline, law, policy, programme, strategy.")),
    ],
)  # fmt: skip
def test_a_cell_that_is_off_is_refused_with_a_remedy(
    reader: CellReader, kind: str, text: str, complaint: tuple[str, str]
) -> None:
    with pytest.raises(CellError) as caught:
        reader.read(text, column(kind))
    assert (str(caught.value), caught.value.remedy) == complaint


def test_an_unknown_concept_is_refused_with_the_known_ones(reader: CellReader) -> None:
    with pytest.raises(CellError) as caught:
        reader.read("Signed", column("concept", scheme="Status"))
    assert caught.value.remedy == "Use one of: completed, delivered, planned, selected, signed."
    signed = Cell("signed", (OSA.Signed,))
    assert reader.read("signed", column("concept", scheme="Status")) == signed


def test_an_unknown_budget_line_is_refused_with_the_known_ones(reader: CellReader) -> None:
    with pytest.raises(CellError, match="not one of the known values") as caught:
        reader.read("petty_cash", column("budget_line"))
    assert "defence" in caught.value.remedy


def test_a_budget_line_may_be_named_after_any_programme(reader: CellReader) -> None:
    assert reader.read("osa-2023", column("budget_line")).terms == (ID.iri("programme-2023"),)


def test_an_empty_cell_stands_for_nothing(reader: CellReader) -> None:
    assert reader.read("", column("integer")) is EMPTY
    assert (EMPTY.terms, EMPTY.term) == ((), None)


def test_an_obligatory_cell_may_not_be_empty(reader: CellReader) -> None:
    with pytest.raises(CellError, match="this column may not be empty") as caught:
        reader.read("", column("integer", required=True))
    assert caught.value.remedy == "Fill it in."


@pytest.mark.parametrize("kind", sorted(CELL_TYPES))
def test_every_type_of_cell_can_be_read(reader: CellReader, kind: str) -> None:
    try:
        reader.read("1", column(kind))
    except CellError as error:
        assert error.remedy


@given(text=st.text(min_size=1), kind=st.sampled_from(sorted(CELL_TYPES)))
def test_any_text_is_read_or_refused(vocabulary: Vocabulary, text: str, kind: str) -> None:
    try:
        cell = CellReader(NAMES, vocabulary).read(text, column(kind))
    except CellError as error:
        assert error.remedy
    else:
        assert cell.text == text


def test_an_unknown_type_of_cell_is_a_mistake_in_the_mapping() -> None:
    with pytest.raises(ValueError, match="column x: no cell type 'colour'"):
        column("colour")


def test_a_new_name_is_described_by_its_class_and_label(reader: CellReader) -> None:
    (new,) = reader.read("New Agency", column("body")).new_names
    iri = ID.iri("new-agency")
    assert new.triples() == (
        Triple(iri, RDF.type, OSA.Actor),
        Triple(iri, RDFS.label, Literal("New Agency", language="en")),
    )


def test_a_new_name_comes_with_each_cell_that_has_it_and_no_other(reader: CellReader) -> None:
    agency = NewName(ID.iri("new-agency"), "New Agency", "actor")
    person = NewName(agency.iri, "new agency", "person")
    for _ in range(2):
        assert reader.read("New Agency", column("body")).new_names == (agency,)
        assert reader.read("MOFA", column("body")).new_names == ()
        assert reader.read("new agency", column("persons")).new_names == (person,)


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_is_a_property_that_the_ontology_resolves(reader: CellReader, relation: str) -> None:
    term = reader.read(relation, column("predicate")).term
    assert term in reader.vocabulary.resolution or term in reader.vocabulary.framing


def test_a_repeated_cell_is_the_same_cell(reader: CellReader) -> None:
    assert reader.read("Japan", column("country")) is reader.read("Japan", column("country"))


def test_cells_of_other_types_and_schemes_are_told_apart(reader: CellReader) -> None:
    assert reader.read("osa-2023", column("instrument")).term == ID.iri("osa-2023")
    assert reader.read("osa-2023", column("instrument_id")).term == ID.iri("programme-2023")
    status = column("concept", scheme="Status")
    hedge = column("concept", scheme="Hedge")
    assert isinstance(reader.read("signed", status).term, NamedNode)
    with pytest.raises(CellError):
        reader.read("signed", hedge)
