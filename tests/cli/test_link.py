"""`osagraph link` by command: candidates, answers and decisions, from a local extract and from recordings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graph.clock import utc_now
from graph.curation import read_acts
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import OutboundRefusedError
from graph.outbound import Reply, Request
from loaders.exchanges import Exchanges
from loaders.link_answers import NAME
from loaders.link_commands import outbound
from loaders.link_things import Thing, Things
from loaders.wikidata_client import API, WikidataClient
from server import main

Run = Callable[..., Result]
NAVY = "Philippine Navy"
BY = ("--by", "Mori")
WHY = ("--because", "It is so.")


def entity(number: str, label: str, ja: str = "", **claims: str) -> dict[str, Any]:
    names = {"en": label, "ja": ja}
    return {
        "id": number,
        "labels": {code: {"value": name} for code, name in names.items() if name},
        "claims": {
            key: [{"mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": value}}}}]
            for key, value in claims.items()
        },
        "lastrevid": 7,
    }


RIGHT = entity("Q901", NAVY, "フィリピン海軍", P31="Q902", P17="Q928")
EXTRACT = (
    RIGHT,
    entity("Q903", NAVY, P31="Q482994"),
    entity("Q904", "Philipine Navy", P31="Q902"),
    entity("Q902", "navy by country", P279="Q4508"),
    entity("Q905", "Japan Coast Guard", P31="Q327333"),
    entity("Q906", "Mongolian Air\x1b[2J Force", P31="Q4508", P17="Q711"),
)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in EXTRACT), encoding="utf-8")
    return path


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    """A copy of the built dataset whose files are shared: a snapshot is never changed."""
    root = tmp_path / "data"
    source = DataDirectory(built).current().folder
    target = root / "snapshots" / source.name
    (target / "store").mkdir(parents=True)
    for path in source.rglob("*"):
        if path.is_file():
            (target / path.relative_to(source)).hardlink_to(path)
    for name in ("current", "format"):
        (root / name).write_bytes((built / name).read_bytes())
    (root / "sources").mkdir()
    return root


def thing(data: Path, name: str = NAVY) -> Thing:
    store = EmbeddedStore(DataDirectory(data).current().store, read_only=True)
    return Things(store).named(name)


def test_candidates_are_listed_where_nobody_can_be_asked(data: Path, extract: Path, run: Run) -> None:
    result = run("link", NAVY, "--from", extract, "--data", data)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "id:philippine-navy  (organisation)  Philippine Navy; フィリピン海軍",
        "  country Q928",
        "  1. Q901  Philippine Navy  [100 of 100, strong]",
        "      +50  English name: “Philippine Navy”, the same",
        "      +20  Japanese name: “フィリピン海軍”, the same",
        "      +20  type: navy (Q4508)",
        "      +10  country: Q928",
        "     https://www.wikidata.org/w/index.php?title=Q901&oldid=7",
        "  2. Q904  Philipine Navy  [48 of 100, possible]",
        "      +28  English name: “Philippine Navy” / “Philipine Navy”, nearly the same",
        "      +20  type: navy (Q4508)",
        "     https://www.wikidata.org/w/index.php?title=Q904&oldid=7",
        "",
    ]
    assert "this is no terminal" in result.stderr
    assert DataDirectory(data).current_number() == 1


def test_candidates_are_given_as_json_with_the_parts_of_their_scores(
    data: Path, extract: Path, run: Run
) -> None:
    fields = json.loads(run("link", NAVY, "--from", extract, "--data", data, "--json").stdout)
    (found,) = fields["entities"]
    assert (found["iri"], found["link"], found["kind"]) == (
        "https://w3id.org/osagraph/id/philippine-navy",
        "unresolved",
        "organisation",
    )
    assert [(each["item"], each["score"]) for each in found["candidates"]] == [("Q901", 100), ("Q904", 48)]
    for each in found["candidates"]:
        assert sum(part["points"] for part in each["parts"]) == each["score"]
    assert (fields["acts"], fields["snapshot"]) == ([], None)


def test_a_yes_and_a_no_by_option_are_recorded_and_withdrawn(data: Path, extract: Path, run: Run) -> None:
    said = (*BY, "--because", "looked it up", "--from", extract, "--data", data)
    result = run("link", NAVY, "--yes", "wd:Q901", "--no", "Q903", *said)
    assert result.output.splitlines() == [
        "Act 1: not linked philippine-navy to Q903",
        "Act 2: linked philippine-navy to Q901",
        "Snapshot 2 has it.",
    ]
    linked = thing(data)
    assert (linked.link, linked.linked, set(linked.refused)) == ("verified", ("Q901",), {"Q903"})
    act = read_acts(DataDirectory(data).current().folder)[1]
    assert act.because == (
        "looked it up; score 100 of 100 (English name +50: “Philippine Navy”, the same; Japanese name +20: "
        "“フィリピン海軍”, the same; type +20: navy (Q4508); country +10: Q928); "
        "compared with https://www.wikidata.org/w/index.php?title=Q901&oldid=7"
    )
    assert "linked philippine-navy to Q901" in run("curation", "--data", data).output
    assert run("link", NAVY, "--withdraw", *BY, "--data", data).exit_code == 0
    assert (thing(data).link, thing(data).linked, thing(data).refused) == ("unresolved", (), frozenset())


def test_a_no_takes_back_a_link_of_the_tables_and_undo_gives_it_back(data: Path, run: Run) -> None:
    result = run("link", "Fiji", "--no", "Q712", *BY, *WHY, "--offline", "--data", data)
    assert (result.exit_code, "recorded without a comparison" in result.output) == (0, True), result.output
    assert (thing(data, "Fiji").link, set(thing(data, "Fiji").refused)) == ("unresolved", {"Q712"})
    assert run("undo", "1", *BY, "--data", data).exit_code == 0
    assert (thing(data, "Fiji").link, thing(data, "Fiji").linked) == ("verified", ("Q712",))


def test_what_the_tables_say_already_is_not_recorded(data: Path, run: Run) -> None:
    result = run("link", "Fiji", "--yes", "Q712", *BY, *WHY, "--offline", "--data", data)
    assert "That stands already; nothing was changed." in result.output
    assert DataDirectory(data).current_number() == 1


def test_what_scores_enough_is_likely_and_never_verified(data: Path, extract: Path, run: Run) -> None:
    wanted = ("link", "--all-unlinked", "--kind", "organisation", "--from", extract, "--data", data, *BY)
    dry = run(*wanted, "--likely-above", "75", "--dry-run")
    assert "Would record: likely-link https://w3id.org/osagraph/id/philippine-navy Q901" in dry.output
    assert DataDirectory(data).current_number() == 1
    result = run(*wanted, "--likely-above", "75", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert (thing(data).link, thing(data).linked) == ("likely", ("Q901",))
    assert [act.item[-4:] for act in read_acts(DataDirectory(data).current().folder)] == ["Q901"]


def test_a_terminal_is_never_sent_what_it_would_obey(data: Path, extract: Path, run: Run) -> None:
    result = run("link", "Mongolian Air Force", "--from", extract, "--data", data)
    assert "Mongolian Air [2J Force" in result.stdout
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("typed", "linked", "refused"),
    [
        ("y\nn\n", ("Q901",), set()),
        ("n\ns\nq\n", (), {"Q901"}),
        ("s\nY\n", ("Q904",), set()),
        ("what\nl\nl\n", (), set()),
        ("q\n", (), set()),
        ("n\n", (), {"Q901"}),
    ],
)
def test_each_answer_does_what_it_says(
    typed: str,
    linked: tuple[str, ...],
    refused: set[str],
    data: Path,
    extract: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loaders.link_commands.is_terminal", lambda: True)
    command = ["link", NAVY, "id:mongolian-air-force", "--from", str(extract), "--data", str(data), *BY]
    result = CliRunner().invoke(main, command, input=typed)
    assert result.exit_code == 0, result.output
    assert "Is it Q901?" in result.output
    assert (thing(data).linked, set(thing(data).refused)) == (linked, refused)
    assert ("Nothing was decided." in result.output) == (not linked and not refused)
    assert not (data / NAME).exists()


def test_answers_of_a_session_that_was_cut_off_are_recorded_by_the_next_one(
    data: Path, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {
        "subject": thing(data).iri.value,
        "item": "Q901",
        "act": "link",
        "by": "Mori",
        "evidence": "It is so.",
    }
    (data / NAME).write_text(json.dumps(left) + "\n")
    monkeypatch.setattr("loaders.link_commands.is_terminal", lambda: True)
    command = ["link", NAVY, "--from", str(extract), "--data", str(data)]
    result = CliRunner().invoke(main, command, input="q\n")
    assert "1 answers of a session that was cut off are recorded with these." in result.output
    assert thing(data).linked == ("Q901",)


ANSWERS: Mapping[str, object] = {
    "wbsearchentities": {"search": [{"id": "Q901"}, {"id": "Q903"}]},
    "wbgetentities": {"entities": {each["id"]: each for each in EXTRACT}},
    "reconcile": {"q0": {"result": [{"id": "Q904"}]}},
}


class Recorder:
    """Stands for Wikidata while a recording is made."""

    def fetch(self, request: Request, deadline_seconds: float = 0, largest_bytes: int = 0) -> Reply:
        key = next((name for name in ANSWERS if name in request.url), "reconcile")
        return Reply(200, {}, json.dumps(ANSWERS[key]).encode())


def test_a_recording_stands_for_wikidata(data: Path, tmp_path: Path, run: Run) -> None:
    cache = tmp_path / "recorded"
    client = WikidataClient(Recorder(), Exchanges(cache, utc_now), lambda _: None, utc_now)
    for name, language in ((NAVY, "en"), ("フィリピン海軍", "ja")):
        client.search(name, language)
    client.reconcile([NAVY])
    client.above(["Q902"])
    client.candidates(["Q901", "Q903", "Q904"])
    wanted = ("--offline", "--cache", cache, "--data", data)
    fields = json.loads(run("link", NAVY, *wanted, "--json").stdout)
    (found,) = fields["entities"]
    assert [(each["item"], each["score"]) for each in found["candidates"]] == [("Q901", 100), ("Q904", 48)]
    result = run("link", "Malaysian Army", *wanted)
    assert (result.exit_code, "holds no answer" in result.output) == (3, True), result.output
    assert "--from FILE" in result.output


def test_only_two_hosts_are_called() -> None:
    caller = outbound()
    origins = {str(origin) for origin in caller.policy.origins}
    assert origins == {"https://www.wikidata.org", "https://wikidata.reconci.link"}
    for url in (
        "https://query.wikidata.org/sparql",
        "http://www.wikidata.org/w/api.php",
        "http://127.0.0.1/",
    ):
        with pytest.raises(OutboundRefusedError):
            caller.fetch(Request("GET", url))
    assert API.startswith("https://www.wikidata.org/")


def test_help_names_the_hosts(run: Run) -> None:
    text = " ".join(run("link", "--help").output.split())
    assert "asks www.wikidata.org and wikidata.reconci.link, over https" in text


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        ((), 2, "Name an ENTITY, or say --all-unlinked"),
        ((NAVY, "--all-unlinked"), 2, "Name an ENTITY, or say --all-unlinked"),
        ((NAVY, "Fiji", "--yes", "Q1"), 2, "are about one ENTITY"),
        ((NAVY, "--yes", "Q1", "--no", "Q1"), 2, "cannot be both"),
        ((NAVY, "--yes", "Manila"), 4, "Parameter --yes is 'Manila'; expected an item of Wikidata"),
        ((NAVY, "--yes", "Q1", "--by", "\x1b"), 4, "Parameter --by"),
        ((NAVY, "--yes", "Q1", "--offline"), 3, "Q1 could not be compared. Say with --because"),
        (("nobody at all",), 5, "There is nothing called 'nobody at all'"),
        ((NAVY, "--withdraw"), 3, "Nothing was decided about its links"),
        ((NAVY, "--likely-above", "0"), 2, "Invalid value"),
        ((NAVY, "--kind", "country"), 2, "--kind goes with --all-unlinked"),
        ((NAVY, "--withdraw", "--dry-run"), 2, "--withdraw goes alone"),
        ((NAVY, "--yes", "Q1", "--likely-above", "9"), 2, "leaves that to a score"),
        ((NAVY, "--from", "nowhere.json"), 1, "nowhere.json: cannot be read"),
        ((NAVY, "--from", "."), 1, "cannot be read"),
        ((NAVY, "--from", "README.md"), 1, "README.md"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_changes_nothing(
    arguments: tuple[str, ...], code: int, what: str, data: Path, run: Run
) -> None:
    result = run("link", *arguments, "--data", data)
    assert (result.exit_code, what in result.output) == (code, True), result.output
    assert DataDirectory(data).current_number() == 1


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"id": "Q1", "labels": {"en": 7}}\n', "a name that is no JSON object"),
        (b'{"id": "Q1"}\n{"id": \n', "line 2"),
        (b"\x1f\x8b\x08\x00", "cut off or damaged"),
        (b"<html>", "not entity JSON"),
        (b"", "empty"),
    ],
)
def test_a_bad_extract_is_told_with_its_place(
    content: bytes, what: str, data: Path, tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    result = run("link", NAVY, "--from", path, "--data", data)
    assert (result.exit_code, what in result.output) == (1, True), result.output
