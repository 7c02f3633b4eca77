"""What holds for every page: the theme is kept, and who asks for something unknown is shown the way."""

from __future__ import annotations

from tests.browser.conftest import Visits


def test_the_choice_of_theme_is_kept(visit: Visits) -> None:
    page = visit("/", scheme="dark")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(paper) == "rgb(20, 22, 26)"
    page.get_by_role("button", name="Theme: system").click()
    assert page.evaluate(paper) == "rgb(251, 250, 247)"
    page.goto(f"{visit.origin}/queries")
    assert page.evaluate(paper) == "rgb(251, 250, 247)"
    assert page.get_by_role("button", name="Theme: light").is_visible()


def test_an_unknown_thing_is_told_with_those_of_like_names(visit: Visits) -> None:
    page = visit("/page/project/osa-fy2023-fij", expects_missing=True)
    page.get_by_role("link", name="Official Security Assistance: Fiji, FY2023").click()
    assert page.url.endswith("/page/project/osa-fy2023-fiji")
