# Everything runs in .venv, which is made on first use and brought up to date when pyproject.toml changes.
PYTHON ?= python3
# Set on the command line only (make serve PORT=9000): some shells export HOST with another meaning.
HOST = 127.0.0.1
PORT = 8000
DATA = data

BIN := .venv/bin

.NOTPARALLEL:
.PHONY: help serve test check format bench clean

help:
	@echo "make serve    build the dataset if there is none, then answer on http://$(HOST):$(PORT)/"
	@echo "make test     run the tests, with the coverage of graph and loaders"
	@echo "make check    lint, formatting and types"
	@echo "make format   put the code in order"
	@echo "make bench    measure how cost grows with the dataset"
	@echo "make clean    remove .venv and the tools' caches; data/ stays"

serve: .venv/.serve-stamp
	$(BIN)/osagraph serve --host "$(HOST)" --port "$(PORT)" --data "$(DATA)"

test: .venv/.dev-stamp
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

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*

# Two stamps, so that serving from a fresh clone does not wait for the test tools.
.venv/.serve-stamp: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.dev-stamp: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch .venv/.serve-stamp $@

.venv/bin/python:
	$(PYTHON) -m venv .venv
