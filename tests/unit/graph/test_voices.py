"""Independent voices: texts derived from one another, and what curators say of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from types import MappingProxyType

import pytest
from pyoxigraph import Literal

from graph.agreement import voice_count
from graph.claims import Claim
from graph.curation import NO_CURATION, Curation
from graph.same_text import comparable_text, is_same_text
from graph.sources import Source, source_iri
from graph.voices import counted_votes, voice_groups, why_one_voice
from ontology.namespaces import ID, OSA
from tests.unit.graph.assessing import ballots, number, said, source

WORDS = "the first OSA project in the region"


def told(name: str, quote: str = "", value: int = 4) -> Claim:
    quotes = (Literal(quote),) if quote else ()
    return said(name, OSA.count, number(value), quotes=quotes)


def voices(
    *claims: Claim,
    day: str = "2025-06-21",
    curation: Curation = NO_CURATION,
    known: Mapping[str, Source] = MappingProxyType({}),
) -> int:
    names = {claim.source.value.rpartition("/")[2] for claim in claims}
    sources = {name: known.get(name, source(name, day)) for name in names}
    votes = [vote for _, vote in ballots(*claims, sources=sources)]
    counts = {voice_count(counted_votes(each, curation)) for each in permutations(votes)}
    assert len(counts) == 1
    return counts.pop()


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        (" The  FIRST osa project, in Asia ", "the first osa project in asia"),
        ("8.1 billion yen", ""),
        ("12 of 15 in 2025 and 2026", ""),  # figures are no words
        ("６億円を供与額", ""),
        ("８カ国（未締結を含む）", ""),
        ("政府安全保障能力強化支援の予算案", "政府安全保障能力強化支援の予算案"),
    ],
)
def test_only_a_quote_of_some_length_can_prove_a_thing(quote: str, text: str) -> None:
    assert comparable_text(quote) == text


def test_texts_are_the_same_but_for_a_letter_or_two() -> None:
    assert is_same_text("doubles down on regional defence aid", "doubles down on regional defense aid")
    assert not is_same_text("doubles down on regional defence aid", "halves its regional defence aid")


def test_the_same_words_on_the_same_day_are_one_voice() -> None:
    assert voices(told("a", WORDS), told("b", WORDS.upper())) == 1


def test_other_words_another_value_or_another_day_are_another_voice() -> None:
    assert voices(told("a", WORDS), told("b", "a new grant for the navy of the Philippines")) == 2
    assert voices(told("a", WORDS), told("b", WORDS, value=5)) == 2
    assert voices(told("a", WORDS), told("b", WORDS), known={"b": source("b", "2025-06-22")}) == 2
    assert voices(told("a", WORDS), told("b", WORDS), day="") == 2


def test_a_figure_in_the_same_words_proves_nothing() -> None:
    assert voices(told("a", "8.1 billion yen"), told("b", "8.1 billion yen")) == 2


def test_one_voice_spreads_from_claim_to_claim() -> None:
    shared = {name: source(name, "2025-06-21", publisher=ID.agency) for name in "bc"}
    assert voices(told("a", WORDS), told("b", WORDS), told("c"), known=shared) == 1


def test_a_curator_makes_sources_one_voice() -> None:
    joined = Curation(joined=(frozenset({source_iri("a").value, source_iri("b").value}),))
    assert voices(told("a"), told("b"), told("c"), curation=joined) == 2


def test_a_curator_parts_sources_whatever_they_share() -> None:
    apart = Curation(apart=frozenset({frozenset({source_iri("a").value, source_iri("b").value})}))
    shared = {name: source(name, "2025-06-21", publisher=ID.agency) for name in "abc"}
    assert voices(told("a", WORDS), told("b", WORDS), curation=apart) == 2
    assert voices(told("a"), told("b"), curation=apart, known=shared) == 2


def test_those_a_parted_source_does_not_share_a_curators_word_with_stay_as_they_are() -> None:
    apart = Curation(apart=frozenset({frozenset({source_iri("a").value, source_iri("b").value})}))
    shared = {name: source(name, "2025-06-21", publisher=ID.agency) for name in "acd"}
    assert voices(told("a"), told("c"), told("d"), curation=apart, known=shared) == 1


def test_what_a_curator_joined_no_other_parts() -> None:
    both = frozenset({source_iri("a").value, source_iri("b").value})
    assert voices(told("a"), told("b"), curation=Curation(joined=(both,), apart=frozenset({both}))) == 1


def test_rejected_claims_have_no_vote() -> None:
    rejected = Curation(rejected=frozenset({told("a").iri.value}))
    votes = [vote for _, vote in ballots(told("a"), told("b"))]
    assert [vote.source for vote in counted_votes(votes, rejected)] == [source_iri("b").value]


def test_it_is_said_why_sources_are_one_voice() -> None:
    claims = [told("a", WORDS), told("b", WORDS), told("c"), told("d"), told("e")]
    day = {name: source(name, "2025-06-21") for name in "abe"}
    shared = {name: source(name, "2025-06-21", publisher=ID.agency) for name in "cd"}
    votes = [vote for _, vote in ballots(*claims, sources={**day, **shared})]
    counted = counted_votes(votes)
    assert why_one_voice(counted) == [
        "a shared publisher, author or informant",
        "the same words on the same day",
    ]
    assert sorted(len(group) for group in voice_groups(counted)) == [1, 2, 2]
    assert why_one_voice(counted[4:]) == []
