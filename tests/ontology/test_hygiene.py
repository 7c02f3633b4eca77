"""No term of the ontology and no individual of the shipped dataset offends against a rule of hygiene.

Each rule is also tried on an offence planted in a small dataset: a check that cannot fail is worth nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad, QuerySolutions, RdfFormat, parse

from graph.embedded import EmbeddedStore
from ontology.namespaces import sparql_prefixes
from ontology.vocabulary import FOLDER, ontology_triples

RULES = sorted((FOLDER / "hygiene").glob("*.rq"))

SOUND = 'rdfs:label "x"@en ; skos:definition "A thing that is odd."@en ; dcterms:source "a test" .'

# Planted in TriG beside the ontology: the offence, and the one that the rule must name.
OFFENCES = {
    "broader-cycle": ("id:a skos:broader id:b . id:b skos:broader id:c . id:c skos:broader id:a .", "id:a"),
    "broader-dangling": ("id:a skos:broader id:nothing .", "id:a"),
    "class-without-instance": (f"osa:Odd a owl:Class ; {SOUND}", "osa:Odd"),
    "definition-missing": (
        'osa:odd a owl:ObjectProperty ; rdfs:label "x"@en ; dcterms:source "a test" .',
        "osa:odd",
    ),
    "definition-no-sentence": ('osa:odd skos:definition "something odd"@en .', "osa:odd"),
    "deprecated-in-use": ("osa:odd owl:deprecated true . id:a { id:b osa:odd id:c }", "osa:odd"),
    "domain-missing": (f"osa:odd a owl:DatatypeProperty ; {SOUND}", "osa:odd"),
    "inferred-claimed": ("id:a { id:claim osa:predicate osa:within }", "osa:within"),
    "label-doubled": ('osa:odd dcterms:source "a test" ; rdfs:label "odd"@en , "peculiar"@en .', "osa:odd"),
    "label-duplicated": (
        'osa:odd a owl:ObjectProperty ; rdfs:label "amount"@en .',
        "osa:odd",
    ),
    "label-missing": ("id:a a osa:State .", "id:a"),
    "match-unknown": ("osa:State skos:closeMatch wd:Q6256 .", "osa:State"),
    "notation-duplicated": ('osa:odd skos:inScheme osa:StatusScheme ; skos:notation "signed" .', "osa:odd"),
    "same-meaning": ("id:a skos:exactMatch wd:Q17 . id:b skos:exactMatch wd:Q17 .", "id:a"),
    "scheme-missing": ("id:a a skos:Concept .", "id:a"),
    "source-missing": ('osa:odd a owl:Class ; rdfs:label "x"@en .', "osa:odd"),
    "term-undeclared": ("id:a { id:b osa:odd id:c }", "osa:odd"),
    "text-untagged": ('osa:odd dcterms:source "a test" ; rdfs:label "odd" .', "osa:odd"),
    "unroca-missing": ("id:a a osa:EquipmentClass .", "id:a"),
}


def offenders(store: EmbeddedStore, rule: Path) -> list[str]:
    found = store.query(rule.read_text(encoding="utf-8"))
    assert isinstance(found, QuerySolutions)
    return [" ".join(str(value) for value in row if value is not None) for row in found]


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.stem)
def test_nothing_offends_in_the_shipped_dataset(rule: Path, shipped_store: EmbeddedStore) -> None:
    assert offenders(shipped_store, rule) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.stem)
def test_a_planted_offence_is_found(rule: Path) -> None:
    offence, name = OFFENCES[rule.stem]
    store = EmbeddedStore()
    store.insert(Quad(s, p, o, DefaultGraph()) for s, p, o in ontology_triples())
    before = offenders(store, rule)
    store.insert(parse(input=sparql_prefixes() + offence, format=RdfFormat.TRIG))
    (named,) = parse(input=f"{sparql_prefixes()}{name} a {name} .", format=RdfFormat.TURTLE)
    new = [line for line in offenders(store, rule) if line not in before]
    assert str(named.subject) in {line.split(" ")[0] for line in new}


def test_every_rule_says_what_it_looks_for() -> None:
    texts = {rule.stem: rule.read_text(encoding="utf-8") for rule in RULES}
    assert [name for name, text in texts.items() if not text.startswith("#+ summary: ")] == []
    assert {rule.stem for rule in RULES} == OFFENCES.keys()
