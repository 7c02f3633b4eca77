"""The libraries of others: each is what the manifest says, and none asks another host for anything."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.vendor import FOLDER, FOR_EVER, MANIFEST, manifest, vendor_address, vendor_routes

# Names of namespaces and the like, which are never fetched.
NAMES = re.compile(r"https?://www\.w3\.org/")
ADDRESS = re.compile(r"https?://[^\s\"'`)\\]+")
LOADING = re.compile(r"\b(?:fetch|importScripts|import)\s*\(\s*[\"'`](?:https?:)?//")


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = Flask("vendor", static_folder=None)
    app.register_blueprint(vendor_routes())
    with app.test_client() as client:
        yield client


def test_every_file_is_the_one_of_the_manifest() -> None:
    listed = {name: about["sha256"] for name, about in manifest().items()}
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name not in (MANIFEST.name, "THIRD-PARTY.txt")
    }
    assert listed == there


def test_every_package_has_a_version_a_licence_and_its_text() -> None:
    texts = (FOLDER / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for about in manifest().values():
        assert about["packages"]
        for package in about["packages"]:
            assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
            assert package["licence"] in ("MIT", "ISC", "BSD-3-Clause", "OFL-1.1", "Apache-2.0")
            assert f"{package['name']} {package['version']} ({package['licence']})" in texts


def test_no_file_names_another_host() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert [found for found in ADDRESS.findall(text) if not NAMES.match(found)] == [], path.name
        assert LOADING.search(text) is None, path.name


def test_a_file_of_this_version_is_kept_for_ever(client: FlaskClient) -> None:
    with client.application.test_request_context():
        address = vendor_address("codemirror.js")
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Cache-Control"] == FOR_EVER
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.content_type == "text/javascript; charset=utf-8"
    assert gzip.decompress(response.data) == (FOLDER / "codemirror.js").read_bytes()
    again = client.get(
        address, headers={"If-None-Match": response.headers["ETag"], "Accept-Encoding": "gzip"}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["", "?v=00000000"])
def test_any_other_address_of_it_is_asked_again(client: FlaskClient, query: str) -> None:
    response = client.get(f"/static/vendor/plot.js{query}")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", ["none.js", "..%2Fstyle.css", "package.json"])
def test_no_other_file_is_given_out(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/vendor/{name}").status_code == 404


def test_the_manifest_is_given_out(client: FlaskClient) -> None:
    assert json.loads(client.get("/static/vendor/MANIFEST.json").data)["files"].keys() == manifest().keys()
