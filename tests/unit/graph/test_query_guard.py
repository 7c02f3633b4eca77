"""What a stranger's query may not contain, however it is written."""

from __future__ import annotations

import pytest

from graph.errors import QuerySyntaxError
from graph.query_guard import DEEPEST_NESTING, LONGEST_TEXT, require_harmless


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where {} }",
        "ASK{?s ?p trueSERVICE<http://example.org/>{}}",
        "ASK{?s ?p 1SERVICESILENT<http://example.org/>{}}",
        "PREFIX : <http://example.org/> ASK{SERVICE:x{}}",
        "PREFIX e: <http://example.org/> ASK{?s ?p e:a.SERVICE<http://example.org/>{}}",
        "# comment\nASK { SERVICE <http://example.org/> {} }",
        # Behind an IRI that is a comparison, and the other way round.
        "ASK { ?s ?p ?a FILTER(?a<?b+'>') SERVICE <http://example.org/> {} FILTER(?x='') }",
        "ASK { ?s ?p ?a FILTER(?a<?b#>'''\n) SERVICE <http://example.org/> {} #'''\n}",
        "ASK { ?s <http://example.org/\\u0061#> ?o SERVICE <http://example.org/> {} }",
        "LOAD <http://example.org/>",
        "CLEAR ALL;LOAD SILENT <http://example.org/>",
    ],
)
def test_federation_is_found_wherever_the_engine_would_find_it(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="is switched off"):
        require_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' , \"LOAD\" , '''a 'SERVICE' b''' }",
        "ASK { ?SERVICE ?load ?o } # SERVICE",
        "ASK { ?s <http://example.org/SERVICE#load> ex:service , _:load, 'x'@load }",
        "SELECT * { ?s ?p ?o FILTER(?s<?o && ?o>3) }",
        "ASK { ?s ?p 'it''s', \"\\\"\" }",
    ],
)
def test_the_words_may_stand_where_they_are_no_keywords(text: str) -> None:
    require_harmless(text)


def test_the_keyword_is_told_with_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        require_harmless("ASK {\n  SERVICE <http://example.org/> {} }")
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize("brackets", ["{}", "()", "[]"])
def test_nesting_has_a_limit(brackets: str) -> None:
    left, right = brackets[0], brackets[1]
    require_harmless(f"ASK {left * DEEPEST_NESTING}{right * DEEPEST_NESTING}")
    with pytest.raises(QuerySyntaxError, match="nested too deeply") as caught:
        require_harmless(f"ASK {left * 5000}{right * 5000}")
    assert caught.value.column == len("ASK ") + DEEPEST_NESTING + 1


def test_the_length_has_a_limit_in_bytes() -> None:
    require_harmless("ASK {} #".ljust(LONGEST_TEXT, "x"))
    with pytest.raises(QuerySyntaxError, match="too long: 100001 bytes"):
        require_harmless("ASK {} #".ljust(LONGEST_TEXT + 1, "x"))
    with pytest.raises(QuerySyntaxError, match="too long"):
        require_harmless("ASK {} #" + "日" * (LONGEST_TEXT // 3))


def test_a_text_that_can_be_read_in_too_many_ways_is_refused() -> None:
    with pytest.raises(QuerySyntaxError, match="too many '<'"):
        require_harmless("ASK {" + "<#>" * 30_000 + "}")
