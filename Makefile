# `make` alone prints what there is to type. The two environments are set up once, and again only when
# Python, pyproject.toml or a list of pinned versions changes.
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3#  Python 3.11, 3.12 or 3.13
JOBS ?= 2#          processes that run the tests
COLAB_PINS ?=#      --exact-torch puts Colab's own PyTorch into .venv-colab

BIN := .venv/bin
COLAB := .venv-colab
PIP := -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
NBVAL_PATIENCE := --nbval-cell-timeout 600 --nbval-kernel-startup-timeout 300
NOTEBOOKS := book exercises
EXTRAS := book,grading,lint,test

.PHONY: help book read check test coverage colab execute records lint clean browser sandbox always

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: .venv/.installed ## Build the site into _build/html; any warning is an error
	rm -rf _build # so that no page, and no warning, survives from the build before
	$(BIN)/jupyter-book build . --warningiserror --nitpick --keep-going -q

read: book ## Build the site, serve it on localhost and print the address
	@$(BIN)/python -m tools.serve _build/html

check: lint ## Lint, and run the library's own tests: for every change, in three minutes
	$(PYTEST) --durations 10 -m 'not long' tests/unit tests/theory

test: .venv/.installed $(COLAB)/.installed browser sandbox ## Run everything that can fail: lint, library, notebooks, site, project
	@$(MAKE) --no-print-directory --jobs $(JOBS) lint book
	$(PYTEST) --durations 30 --nbval --nbval-current-env $(NBVAL_PATIENCE) $(NOTEBOOKS) tests

coverage: .venv/.installed browser sandbox ## Say which lines of the library no test runs
	$(PYTEST) --cov gantext --cov-report term --ignore tests/project/test_colab.py tests

colab: .venv/.installed $(COLAB)/.installed ## Run the chapters in full with the versions that Colab has
	$(BIN)/python -m pytest -m '' tests/project/test_colab.py

execute: .venv/.installed ## Run the notebooks in place, and make what is made of them
	$(BIN)/python -m tools.execute $(FILES)
	$(BIN)/python -m tools.notebooks
	$(BIN)/python -m tools.front_page

records: .venv/.installed ## Make anew what was recorded of long trainings; most of an hour
	$(BIN)/python -m gantext.records $(NAMES)

lint: .venv/.installed ## Check code, notebooks, docstrings, layers, types, scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings --quiet
	$(BIN)/shellcheck .ci/run tools/*.sh tools/*/*.sh

clean: ## Remove the built site and the caches (the environments stay: rm -r .venv .venv-colab)
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* htmlcov
	find book gantext tests tools -name __pycache__ -prune -exec rm -rf {} +

browser: .venv/.installed
	@tools/browser.sh $(BIN)/python

sandbox:
	@tools/sandbox.sh

# The version for which the environments are set up, written only when it is another one. A dry run looks
# too (the plus), so that it shows the truth.
.venv-python: always
	+@tools/python.sh $(PYTHON)
	+@$(PYTHON) -V | cmp -s - $@ || $(PYTHON) -V > $@

.venv/.installed: pyproject.toml constraints.txt .venv-python
	@echo "Setting up .venv; the first time this takes some minutes."
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(PIP) --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

# Colab's versions, for the test that runs the chapters with them.
$(COLAB)/.installed: pyproject.toml constraints.txt tests/project/colab_versions.toml .venv-python | .venv/.installed
	@echo "Setting up $(COLAB), with Colab's versions."
	$(PYTHON) -m venv --clear $(COLAB)
	$(BIN)/python -m tools.colab pins $(COLAB_PINS) > $(COLAB)/pins.txt
	$(COLAB)/bin/python $(PIP) --constraint $(COLAB)/pins.txt --editable . ipykernel
	PYDEVD_DISABLE_FILE_VALIDATION=1 $(COLAB)/bin/python -m ipykernel install --prefix $(COLAB) --name gantext-colab >/dev/null
	@touch $@
