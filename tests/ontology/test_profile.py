"""The ontology is in OWL 2 DL, and but for one axiom in OWL 2 RL, as the OWL API judges.

`make profile` fetches the OWL API; without it and without a Java compiler these tests are skipped. What the
check cannot see: facts (it is given the ontology only), the dates in them, which are outside OWL 2's datatype
map, and what the outside vocabularies say of their own terms.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import rdflib

from ontology.namespaces import sparql_prefixes
from ontology.serialize import to_graph
from ontology.vocabulary import ontology_triples

JARS = Path(__file__).parents[2] / ".venv" / "profile"
PROGRAM = Path(__file__).with_name("profile") / "Profile.java"

pytestmark = pytest.mark.skipif(
    not any(JARS.glob("owlapi-*.jar")) or shutil.which("javac") is None,
    reason="the profile check needs the OWL API (make profile) and a Java compiler",
)


def judged(graph: rdflib.Graph, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "ontology.rdf"
    graph.serialize(file, format="xml", encoding="utf-8")
    command = ["java", "-cp", f"{JARS}/*", str(PROGRAM), str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_the_ontology_is_in_dl_and_one_axiom_is_outside_rl(tmp_path: Path) -> None:
    done = judged(to_graph(ontology_triples()), tmp_path)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert "OWL 2 DL: 0 violations" in lines
    assert "OWL 2 RL: 1 violations" in lines
    assert "ObjectHasSelf(<https://w3id.org/osagraph/ontology#isCommitted>)" in lines[-1]


def test_an_axiom_outside_dl_is_found(tmp_path: Path) -> None:
    broken = to_graph(ontology_triples())
    broken.parse(data=sparql_prefixes() + "osa:within a owl:FunctionalProperty .", format="turtle")
    done = judged(broken, tmp_path)
    assert done.returncode == 1
    assert "within" in done.stdout
