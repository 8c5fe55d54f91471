# Everything that a person or a machine does here. `make help` lists it.
#
#   make demo PYTHON=python3.12      another Python than python3
#   make demo ARGS=--no-serve        options for the command behind a target

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
# One stamp for each state of .venv: nothing is installed again until its lock changes.
USER_STAMP := .venv/installed-for-use
WORK_STAMP := .venv/installed-for-work
BENCH_STAMP := .venv/installed-for-benchmarks
SHELL_SCRIPTS := .ci/run .ci/test-tools

.DEFAULT_GOAL := help
.PHONY: help demo install develop test test-tools lint format bench lock clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(USER_STAMP) ## build the illustrative register, compute, write out/ and serve it
	@$(BIN)/skillshed demo $(ARGS)

install: $(USER_STAMP) ## install for use into .venv

develop: $(WORK_STAMP) ## install for work on the code into .venv

test: $(WORK_STAMP) test-tools ## run every test; on Debian as root install PostGIS and Chromium first
	@$(BIN)/python -m pytest -m "" $(ARGS)

test-tools:
	@bash .ci/test-tools

lint: $(WORK_STAMP) ## check style, types, imports, spelling, layout, shell and container files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/shellcheck $(SHELL_SCRIPTS)
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/python -m pytest -q tests/test_layout.py

format: $(WORK_STAMP) ## write the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BENCH_STAMP) ## time everything, beside the peers that a user would take instead
	@$(BIN)/python tests/bench/demo_steps.py
	@$(BIN)/python tests/bench/analysis.py
	@$(BIN)/python tests/bench/service.py
	@$(BIN)/python tests/bench/catchment.py
	@$(BIN)/python tests/bench/best_case.py
	@$(BIN)/python tests/bench/postcodes.py
	@$(BIN)/python tests/bench/calls.py
	@$(BIN)/python tests/bench/clusters.py
	@$(BIN)/python tests/bench/acceptability.py
	@$(BIN)/python tests/bench/companies_house.py

# --no-annotate and --no-header keep the files free of anything but versions and hashes.
# One version of a package for every Python: another PROJ rounds another way, and so the same
# register would have another snapshot.
# Versions stay as they are locked, unless ARGS=--upgrade is given.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--fork-strategy fewest --no-header --no-annotate $(ARGS) pyproject.toml

lock: ## write requirements*.lock anew from pyproject.toml (ARGS=--upgrade: newest versions)
	@test -x $(BIN)/uv || $(MAKE) develop ARGS=
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock

clean: ## remove .venv, out/, built files and caches; the register stays
	rm -rf .venv out build dist .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app data etl geo notebooks tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo "$(PYTHON) was not found: install Python 3.11 or newer, or name one, such as make PYTHON=python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version 2>&1) is too old: name a Python 3.11 or newer, such as make PYTHON=python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: install its venv module (on Debian: apt install python3-venv)." >&2; exit 1; }
	@rm -rf .venv
	$(PYTHON) -m venv .venv

# The order matters: everything hashed first, then this package with nothing left to fetch.
$(USER_STAMP): requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(WORK_STAMP): requirements-dev.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $(USER_STAMP) $@

# What is installed for work is all in it, so that nothing is installed again after it.
$(BENCH_STAMP): requirements-bench.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-bench.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $(USER_STAMP) $(WORK_STAMP) $@
