"""Acceptances: what a curator accepted stands first, whatever its stage, state or precision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from graph.curation import Curation
from graph.precision import Interval
from graph.resolution import Resolution, resolve
from graph.votes import Slot, Vote
from ontology.namespaces import OSA

SLOT = Slot("subject", "predicate")
SIGNED, DELIVERED, COMPLETED = ({"value": name, "rank": rank} for rank, name in enumerate("sdc", start=3))
DRAFT, ENACTED = {"stage": 2}, {"stage": 4}


def vote(claim: str, **other: Any) -> Vote:
    """What an independent newspaper asserts."""
    fields: dict[str, Any] = {
        "value": "1",
        "asserted": True,
        "denied": False,
        "competes": True,
        "interval": None,
        "rank": 0,
        "stage": -1,
        "definition": "",
        "voices": (claim,),
        "weak": False,
        "primary": False,
        "day": "",
    }
    return Vote(claim=claim, **{**fields, **other})


def denial(claim: str, **other: Any) -> Vote:
    return vote(claim, asserted=False, denied=True, **other)


def figure(claim: str, low: str, high: str, **other: Any) -> Vote:
    middle = (Decimal(low) + Decimal(high)) / 2
    interval = Interval(Decimal(low), Decimal(high))
    return vote(claim, value=str(middle.normalize()), interval=interval, **other)


def decide(*votes: Vote, accept: str = "", kind: str = "single") -> Resolution:
    """The resolution, which must not depend on the order of votes; `accept` names claims by their letters."""
    resolution = resolve(SLOT, kind, votes, Curation(accepted=frozenset(accept)))
    assert resolution == resolve(SLOT, kind, votes[::-1], Curation(accepted=frozenset(accept)))
    return resolution


def curated(
    value: str, supported_by: str, contested_by: str = "", voices: int = 1, definition: str = ""
) -> Resolution:
    """What a curator's acceptance comes to; claims are named by their letters."""
    step = OSA.CuratorAcceptance
    return Resolution(SLOT, value, tuple(supported_by), tuple(contested_by), voices, step, definition)


def test_a_curator_s_acceptance_beats_a_primary_source_and_many_voices() -> None:
    many = [vote(claim, value="2") for claim in "bcd"]
    votes = (vote("a", value="1", weak=True), *many, vote("e", value="2", primary=True, day="2026-01-01"))
    assert decide(*votes, accept="a") == curated("1", "a", contested_by="bcde")


def test_a_claim_that_is_not_in_the_slot_decides_nothing() -> None:
    votes = (vote("a"), vote("b", value="2"), vote("c", value="2"))
    assert decide(*votes, accept="x") == decide(*votes)


def test_two_acceptances_of_rival_values_decide_nothing() -> None:
    rivals = (vote("a"), vote("b", value="2"), vote("c", value="2"))
    resolution = decide(*rivals, accept="ab")
    assert (resolution.accepted, resolution.step) == ("2", OSA.MostVoices)


def test_two_acceptances_that_agree_stand_with_the_finer_value() -> None:
    votes = (figure("a", "7.5", "8.5"), figure("b", "8.05", "8.15"), figure("c", "8.95", "9.05"))
    assert decide(*votes, accept="ab") == curated("8.1", "ab", contested_by="c", voices=2)


@pytest.mark.parametrize(
    "other",
    [{"asserted": False}, {"competes": False}, {"asserted": False, "denied": True}],
)
def test_an_accepted_claim_that_does_not_compete_decides_nothing(other: dict[str, Any]) -> None:
    votes = (vote("a", **other), vote("b", value="2"))
    assert decide(*votes, accept="a") == decide(*votes)
    assert decide(*votes, accept="a").accepted == "2"


def test_a_denial_contests_what_a_curator_accepted_if_it_denies_that_value() -> None:
    votes = (vote("a"), denial("b"), denial("c", value="2"), vote("d"))
    assert decide(*votes, accept="a") == curated("1", "ad", contested_by="b", voices=2)


# Amounts


def test_a_curator_may_accept_the_amount_of_an_earlier_stage() -> None:
    draft, enacted = vote("a", value="8", **DRAFT), vote("b", value="9", **ENACTED)
    assert decide(draft, enacted, accept="a") == curated("8", "a", contested_by="b")


def test_amounts_of_other_earlier_stages_are_no_rivals_of_an_accepted_one() -> None:
    history = vote("h", value="7", stage=1)
    votes = (history, vote("a", value="8", **DRAFT), vote("b", value="9", **ENACTED), vote("u", value="6"))
    assert decide(*votes, accept="a") == curated("8", "a", contested_by="bu")
    assert decide(*votes, accept="b") == curated("9", "b", contested_by="u")


def test_equal_amounts_of_any_stage_support_an_accepted_one() -> None:
    votes = (vote("a", value="8", **DRAFT), vote("b", value="8", **ENACTED), vote("u", value="8"))
    assert decide(*votes, accept="a") == curated("8", "abu", voices=3)


def test_a_curator_may_accept_a_coarse_figure_between_two_finer_ones() -> None:
    fine = (figure("a", "7.85", "7.95"), figure("b", "8.05", "8.15"))
    votes = (*fine, figure("c", "7.5", "8.5"), figure("d", "8.95", "9.05"))
    assert decide(*votes, accept="c") == curated("8", "abc", contested_by="d", voices=3)


def test_an_accepted_fine_figure_has_its_fine_rival_and_the_coarse_one_s_support() -> None:
    votes = (figure("a", "7.85", "7.95"), figure("b", "8.05", "8.15"), figure("c", "7.5", "8.5"))
    assert decide(*votes, accept="a") == curated("7.9", "ac", contested_by="b", voices=2)


def test_an_accepted_count_keeps_its_counting_rule() -> None:
    votes = (vote("a", definition="signed"), vote("b", definition="chosen"), vote("c"))
    assert decide(*votes, accept="a") == curated("1", "ac", "b", voices=2, definition="signed")


# Progress


def test_a_curator_may_accept_a_state_short_of_the_furthest() -> None:
    votes = (vote("a", **SIGNED), vote("b", **DELIVERED), vote("c", **COMPLETED))
    assert decide(*votes, accept="a", kind="progress") == curated("s", "a", contested_by="bc")


def test_a_state_before_the_accepted_one_is_no_rival() -> None:
    votes = (vote("a", **SIGNED), vote("b", **DELIVERED), vote("c", **DELIVERED), vote("d", **COMPLETED))
    assert decide(*votes, accept="b", kind="progress") == curated("d", "bc", contested_by="d", voices=2)
    assert decide(*votes, accept="d", kind="progress") == curated("c", "d")


def test_a_curator_may_accept_a_state_that_only_a_blog_reports() -> None:
    votes = (vote("a", **SIGNED), vote("b", **DELIVERED, weak=True))
    assert decide(*votes, accept="b", kind="progress") == curated("d", "b")


def test_only_a_denial_of_the_accepted_state_contests_it() -> None:
    votes = (vote("a", **SIGNED), denial("b", **SIGNED), denial("c", **DELIVERED))
    assert decide(*votes, accept="a", kind="progress") == curated("s", "a", contested_by="b")


def test_two_acceptances_of_different_states_leave_the_furthest() -> None:
    votes = (vote("a", **SIGNED), vote("b", **DELIVERED), vote("c", **COMPLETED))
    resolution = decide(*votes, accept="ab", kind="progress")
    assert (resolution.accepted, resolution.step) == ("c", OSA.FurthestState)


# Sets


def test_a_curator_may_accept_a_member_that_most_deny() -> None:
    votes = (vote("a"), denial("b"), denial("c", primary=True), vote("d", weak=True))
    resolution = decide(*votes, accept="a", kind="set")
    assert resolution == curated("1", "ad", contested_by="bc", voices=2)
