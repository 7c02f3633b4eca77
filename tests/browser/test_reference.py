"""The pages beside those of things and questions in a real browser: their forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_contradictions_are_narrowed_by_their_form(visit: Callable[..., Any]) -> None:
    page = visit("/contradictions", javascript=False)
    page.get_by_label("about").fill("Malaysia")
    page.get_by_role("button", name="Show", exact=True).last.click()
    found = page.get_by_role("article")
    assert found.count() >= 1
    assert all("Malaysia" in found.nth(number).inner_text() for number in range(found.count()))
