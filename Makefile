# Everything runs in .venv, which is made on first use and brought up to date when pyproject.toml changes.
PYTHON ?= python3
# Set on the command line only (make serve PORT=9000): some shells export HOST with another meaning.
HOST = 127.0.0.1
PORT = 8000
# Two more than there are processors: the tests wait for disks and for other processes, too.
WORKERS = $(shell echo $$(( $$($(PYTHON) -c "import os; print(os.cpu_count())") + 2 )))
DATA = data
# What the tests write is thrown away: where there is plenty of memory nobody waits for a disk to keep it.
SCRATCH = $(shell awk '/MemAvailable/ { exit $$2 < 12000000 }' /proc/meminfo 2> /dev/null \
	&& test "$$(df --output=avail /dev/shm 2> /dev/null | tail -n 1)" -gt 8000000 \
	&& echo /dev/shm || echo "$${TMPDIR:-/tmp}")

BIN := .venv/bin

.NOTPARALLEL:
.PHONY: help serve test coverage check format bench conformance fuzz profile clients engines clean

help:
	@echo "make serve    build the dataset if there is none, then answer on http://$(HOST):$(PORT)/"
	@echo "make test     run the tests"
	@echo "make coverage run them half as fast, with the coverage of graph and loaders"
	@echo "make check    lint, formatting and types"
	@echo "make format   put the code in order"
	@echo "make bench    measure how cost grows with the dataset, and our server against others"
	@echo "make conformance   run the W3C suites over HTTP, where ../shared/conformance is there"
	@echo "make profile  fetch the OWL API with Maven, for the tests that check the ontology's OWL 2 profile"
	@echo "make clients  fetch programs of others with npm, for the tests that they work with our server"
	@echo "make engines  fetch Apache Jena Fuseki with Maven, for the contract tests of remote stores"
	@echo "make fuzz     send 20,000 generated requests to a server of its own"
	@echo "make clean    remove .venv and the tools' caches; data/ stays"

serve: .venv/.serve-stamp
	$(BIN)/osagraph serve --host "$(HOST)" --port "$(PORT)" --data "$(DATA)"

# The tests start hundreds of processes: none of them compiles our modules anew, whatever the shell says of it.
test coverage: export PYTHONDONTWRITEBYTECODE =
test coverage: export PYTHONPYCACHEPREFIX = $(CURDIR)/.venv/pycache

test: .venv/.dev-stamp
	TMPDIR="$(SCRATCH)" $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -rs

# Counting lines takes half as long again: it is not part of every run.
coverage: .venv/.dev-stamp
	$(BIN)/pytest -n auto --dist loadscope -rs --cov --cov-report=term-missing

check: .venv/.dev-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.dev-stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev-stamp
	$(BIN)/python tests/bench/growth.py
	$(BIN)/python tests/bench/assessments.py
	$(BIN)/python tests/bench/views.py
	$(BIN)/python tests/bench/pages.py
	$(BIN)/python tests/bench/paint.py
	$(BIN)/python tests/bench/endpoints.py --rdflib-venv .venv/rdflib-endpoint --rounds 2

conformance: .venv/.dev-stamp
	$(BIN)/python tests/protocol/conformance.py

fuzz: .venv/.dev-stamp
	test -f "$(DATA)/current" || $(BIN)/osagraph build --data "$(DATA)" --quiet
	$(BIN)/python tests/fuzz/http_fuzz.py "$(DATA)" --count 20000

# The tests skip where it is missing; they need a Java compiler besides.
profile:
	mvn -q -B -f tests/ontology/profile/pom.xml dependency:copy-dependencies \
		-DoutputDirectory="$(CURDIR)/.venv/profile" -DincludeScope=runtime

# The tests skip where they are missing; they need Chromium besides.
clients:
	mkdir -p .venv/clients
	cp tests/clients/package.json tests/clients/package-lock.json tests/clients/bundle.mjs .venv/clients/
	cd .venv/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node bundle.mjs

# The contract of a store is checked with it too, where there is Java.
engines:
	mvn -q -B dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:5.6.0 \
		-DoutputDirectory="$(CURDIR)/.venv/fuseki"

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*

# Two stamps, so that serving from a fresh clone does not wait for the test tools.
.venv/.serve-stamp: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.dev-stamp: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[ftm]" > /dev/null 2>&1 \
		|| echo "followthemoney could not be installed (needs libicu-dev): its tests are skipped."
	@touch .venv/.serve-stamp $@

.venv/bin/python:
	$(PYTHON) -m venv .venv
