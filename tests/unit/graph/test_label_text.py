"""Names without case, accents and width, and what they are found by."""

from __future__ import annotations

import pytest

from graph.label_text import fold, indexed_tokens, is_unspaced, wanted_tokens, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ｆｉｊｉ  Navy ", "fiji navy"),
        ("São Tomé", "sao tome"),
        ("Sa\u0303o", "sao"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("Łódź", "lodz"),
        ("ｶﾞｰﾅ", "ガーナ"),
        ("ガ", "ガ"),
        ("カ", "カ"),
        ("\0", "\0"),
        ("", ""),
    ],
)
def test_case_accents_and_width_do_not_count_but_voice_marks_of_kana_do(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_end_at_whatever_is_no_letter_or_digit() -> None:
    assert words_of(fold('osa:fy2023_fiji "OR" 日本OSA NEAR(')) == [
        "osa",
        "fy2023",
        "fiji",
        "or",
        "日本",
        "osa",
        "near",
    ]


def test_scripts_without_spaces_are_found_by_characters_and_pairs() -> None:
    assert indexed_tokens("日本国 osa") == ["日", "本", "国", "日本", "本国", "osa"]
    assert wanted_tokens("日本国") == ["日本", "本国"]
    assert wanted_tokens("日") == ["日"]
    assert [is_unspaced(word) for word in ("日", "フィジー", "ไทย", "대한민국", "fiji", "россия")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
