"""The terms that an editor offers."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ontology.namespaces import OSA
from web.site import Row
from web.vocabulary_search import Entry, read_entries


def test_a_beginning_of_the_name_comes_before_one_of_the_label_and_a_part() -> None:
    signed_on = Entry("x", "osa:signedOn", "property", "day of signature")
    assert signed_on.rank("osa:sig") == 0
    assert signed_on.rank("signed") == 1
    assert signed_on.rank("day") == 2
    assert signed_on.rank("nedo") == 3
    assert signed_on.rank("amount") is None


def test_solutions_of_one_term_are_one_entry_with_its_domains() -> None:
    rows: list[Row] = [
        {"term": OSA.amount, "role": Literal("property"), "label": Literal("amount"), "domain": domain}
        for domain in (OSA.BudgetLine, OSA.AssistanceProject, OSA.BudgetLine)
    ]
    rows.append({"term": NamedNode("urn:x"), "role": Literal("class")})
    amount, other = read_entries(rows)
    assert amount == Entry(
        OSA.amount.value,
        "osa:amount",
        "property",
        "amount",
        domains=(OSA.BudgetLine.value, OSA.AssistanceProject.value),
    )
    assert other == Entry("urn:x", "urn:x", "class")
