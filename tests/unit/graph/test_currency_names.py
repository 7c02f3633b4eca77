"""Currencies have names in explanations, though the dataset describes none."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode

from graph.currency_names import UNIT, currency_name
from graph.embedded import EmbeddedStore
from graph.explanation_names import Names


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("JPY", "en", "Japanese Yen"),
        ("JPY", "ja", "日本円"),
        ("USD", "ja", "米ドル"),
        ("EUR", "no-such", "Euro"),
        ("QQQ", "en", None),
    ],
)
def test_a_currency_is_called_as_people_call_it(code: str, language: str, name: str | None) -> None:
    assert currency_name(UNIT + code, language) == name


def test_an_explanation_says_which_currency_it_is() -> None:
    names = Names(EmbeddedStore())
    assert names.label(NamedNode(f"{UNIT}JPY")) == "Japanese Yen"
    assert names.label(NamedNode("http://e.example/CCY_JPY")) == ""
