"""`osagraph export` of a whole dataset as a graph of things, and in RDF 1.2 with its claims as reifiers."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import networkx
import pandas
from click.testing import Result
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ontology.namespaces import ID, OSA, RDF

Run = Callable[..., Result]
FIJI, PROJECT = ID.fiji.value, ID.iri("project/osa-fy2023-fiji").value


def test_all_things_are_written_as_a_graph_in_each_format(run: Run, built: Path, tmp_path: Path) -> None:
    for name in ("all.gexf", "all.graphml.gz", "all.cyjs", "all.csv.zip"):
        result = run("export", tmp_path / name, "--data", built)
        assert result.exit_code == 0 and result.stderr.startswith(f"Wrote {tmp_path / name} ("), result.output
    drawn = networkx.read_gexf(tmp_path / "all.gexf", version="1.3")
    named = networkx.read_graphml(io.BytesIO(gzip.decompress((tmp_path / "all.graphml.gz").read_bytes())))
    shown = networkx.cytoscape_graph(json.loads((tmp_path / "all.cyjs").read_text(encoding="utf-8")))
    with zipfile.ZipFile(tmp_path / "all.csv.zip") as archive:
        nodes, edges = (pandas.read_csv(archive.open(name)) for name in ("nodes.csv", "edges.csv"))
    assert drawn.number_of_nodes() == len(nodes) > 500 and set(nodes["Id"]) == set(shown) == set(named)
    assert drawn.number_of_edges() == shown.number_of_edges() == len(edges) > 1000
    assert drawn.nodes[FIJI]["label"] == "Fiji" and drawn.nodes[PROJECT]["type"] == "committed project"
    assert drawn.has_edge(PROJECT, FIJI)


def test_rdf_1_2_has_every_fact_and_every_claim_and_which_supports_which(
    run: Run, built: Path, tmp_path: Path
) -> None:
    target = tmp_path / "all.rdf12.nt"
    assert run("export", target, "--data", built, "--quiet").output == ""
    said = {quad.triple for quad in parse(target.read_bytes(), format=RdfFormat.N_TRIPLES)}
    run("export", tmp_path / "facts.nt", "--graph", "default", "--data", built)
    facts = {quad.triple for quad in parse((tmp_path / "facts.nt").read_bytes(), format=RdfFormat.N_TRIPLES)}
    reified = {each for each in said if each.predicate == RDF.reifies}
    assert facts <= said and {each.object for each in reified} <= facts
    claims = {each.subject for each in said if each.predicate == OSA.statedIn}
    assert {each.subject for each in reified} <= claims
    supporting = {each.object for each in facts if each.predicate == OSA.supportedBy}
    assert supporting == {each.subject for each in reified}
    recipient = Triple(NamedNode(PROJECT), OSA.recipient, NamedNode(FIJI))
    assert len([each for each in reified if each.object == recipient]) > 2


def test_a_view_is_written_as_its_sources_have_it(run: Run, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "early.cyjs"
    result = run("export", target, "--as-of", "2023-12-31", "--data", data)
    assert result.exit_code == 0 and "as-of=2023-12-24: 54 sources count" in result.stderr
    shown = networkx.cytoscape_graph(json.loads(target.read_text(encoding="utf-8")))
    assert PROJECT in shown and ID.iri("project/osa-fy2025-fiji").value not in shown
    assert ID.iri("project/osa-fy2024-indonesia").value not in shown


def test_a_graph_of_one_graph_is_not_written(run: Run, built: Path, tmp_path: Path) -> None:
    result = run("export", tmp_path / "one.gexf", "--graph", "default", "--data", built)
    assert result.exit_code == 4 and "use one of .nq, .trig" in result.output
