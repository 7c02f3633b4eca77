"""The names of countries in other languages, and what is spelled nearly like one."""

from __future__ import annotations

import pytest

from graph.country_names import code_of_three, codes_called, codes_near


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Deutschland", ["DE"]),
        ("ALLEMAGNE", ["DE"]),
        ("Россия", ["RU"]),
        ("تركيا", ["TR"]),
        ("斐濟", ["FJ"]),
        ("斐济", ["FJ"]),
        ("ﾌｨｼﾞｰ", ["FJ"]),
        ("Republic of Korea", ["KR"]),
        ("Korea, Republic of", ["KR"]),
        ("the Philippines", ["PH"]),
        ("República de Fiyi", ["FJ"]),
        ("Cote d'Ivoire", ["CI"]),
        # Most languages decide: one translation of many has a slip.
        ("México", ["MX"]),
        # In one language the United States, in letters without accents a word.
        ("my", []),
        ("FJ", []),
        ("Atlantis", []),
        ("", []),
    ],
)
def test_a_country_is_known_by_its_names(text: str, codes: list[str]) -> None:
    assert list(codes_called(text)) == codes


def test_a_misspelled_name_is_near_the_right_one() -> None:
    some = frozenset({"PH", "AU", "MM", "FJ"})
    assert codes_near("Phillipines", some)[0].code == "PH"
    assert codes_near("Fidshi", some)[0].code == "FJ"
    assert [each.code for each in codes_near("Commonwealth of Australia", some)] == ["AU"]
    assert [each.code for each in codes_near("Republic of the Union of Myanmar", some)] == ["MM"]
    assert codes_near("Germny", some) == []
    assert codes_near("Fij", some) == ()
    assert codes_near("Fiji", frozenset()) == []


def test_three_letters_are_a_code_in_capitals() -> None:
    assert [code_of_three(text) for text in ("FJI", "fji", "XXX", "FJ", "")] == ["FJ", None, None, None, None]
