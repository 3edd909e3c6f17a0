# The tasks of this repository by name. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(if $(wildcard $(VENV)/bin/python),$(VENV)/bin/,)
PYTEST := $(BIN)python -m pytest

.DEFAULT_GOAL := help
.PHONY: help dev lock check test update bench conformance coverage fuzz new-rule vscode compiled release docs

help: ## List the tasks
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

dev: ## Set up .venv with everything that the tasks need
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes -r requirements.lock
	$(VENV)/bin/pip install --quiet --no-deps --editable .

lock: ## Pin what pyproject.toml asks for, with hashes (needs uv)
	uv pip compile pyproject.toml --all-extras --group check --generate-hashes --no-header --universal \
		--python-version 3.11 --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --constraint requirements.lock --generate-hashes --no-header --universal \
		--python-version 3.11 --quiet --output-file requirements-users.lock

check: ## Lint, types, import order
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports

test: ## Run the tests; T=tests/mesh runs a part of them
	$(PYTEST) -n auto $(T)

update: ## Make anew what is made from the code: schemas, completions, rule pages, examples
	$(PYTEST) -q -n 0 tests/project/test_generated.py tests/project/test_schemas.py --update

bench: ## Measure start-up and large meshes against PyYAML, in one run
	$(BIN)python bench/run.py

conformance: ## Hold the model against recordings of istiod, istioctl and API servers
	$(PYTEST) -q -n auto tests/conformance

coverage: ## Run the tests with coverage; fails below the floor for mesh/ and inspect/
	$(PYTEST) -q -n auto --ignore tests/conformance --cov=meshctl.mesh --cov=meshctl.inspect --cov-fail-under=$(FLOOR)
FLOOR ?= 95

fuzz: ## Run RUNS=20000 mutated inputs through every command, and the guided fuzzer where it is installed
	$(BIN)python tests/fuzz/mutate.py $(RUNS) $(SEED)
	$(BIN)python tests/fuzz/guided.py -runs=$(RUNS) -max_len=4096 tests/fuzz/corpus
RUNS ?= 20000
SEED ?= 0

new-rule: ## Start a rule: make new-rule RULE=gateway/port-protocol-conflict
	$(BIN)python tests/project/new_rule.py $(RULE)

vscode: ## Check, test and pack the extension for VS Code; needs npm
	cd editors/vscode && npm ci --silent --no-audit --no-fund && npm run -s check && npm test -s && npm run -s package

docs: ## Build the site and the manual into build/; needs the group docs; URL=https://… names its place
	$(BIN)python packaging/site/build.py $(URL)

compiled: ## Build into dist/ the wheel whose model is machine code, for this platform; takes ten minutes
	$(BIN)python packaging/compiled.py

release: check test ## Build into dist/: packages, one file, krew, Homebrew, parts list, checksums
	$(BIN)python packaging/site/build.py --manual
	$(BIN)python packaging/release.py
