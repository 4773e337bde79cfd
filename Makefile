# Drydock. `make help` lists what you can do; `make lab` and `make test` are the two commands.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[36mmake %-10s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Set up all that a lab needs (system packages, Python environment)
	@scripts/setup lab

.PHONY: setup-tests
setup-tests:
	@scripts/setup tests

.PHONY: lab
lab: setup ## Set up, start Docker, open JupyterLab on the index of the labs (LAB=02 for one)
	@drydock lab $(LAB)

# Which test is where: CONTRIBUTING.md, "Tests".
REST := labs or deep or browser or postgres
.PHONY: test
test: setup-tests ## Set up, then run the package's tests and three labs from end to end (ARGS="-k name" for some)
	@python -m pytest -n 2 -m "not ($(REST) or binder or weekly)" $(ARGS)

.PHONY: test-labs
test-labs: setup-tests ## The other tests: the other labs, all engines, the attacks
	@python -m pytest -n 2 -m "($(REST)) and not (binder or weekly)" $(ARGS)

.PHONY: test-docker
test-docker: setup-tests ## The table of checks on another Docker (DRYDOCK_DOCKER=20.10.24 make test-docker)
	@python -m pytest -n 0 $(ARGS) tests/checks/test_checks_table.py

.PHONY: doctor
doctor: setup ## Explain this machine: what works, what is missing
	@drydock doctor

.PHONY: lint
lint: setup ## Style: ruff, and its formatting; solutions without outputs
	@ruff check .
	@ruff format --check .
	@python scripts/strip_notebooks.py --check solutions/*/*.ipynb

.PHONY: types
types: setup ## Types: mypy --strict, benchmarks too, which no test runs
	@mypy
	@MYPYPATH=tests:tests/classroom:tests/jupyter:tests/postgres mypy --follow-imports silent --implicit-reexport benchmarks/*.py

.PHONY: proof
proof: setup ## The author's proof for all labs (LAB=02 for one)
	@drydock author check $(LAB)

.PHONY: mutants
mutants: setup ## A lab's checks against changed solutions (LAB=02; LAB="--record --seconds 900 02")
	@drydock author mutate $(LAB)

.PHONY: release
release: setup ## Make labs/ anew from solutions/
	@drydock author release

.PHONY: wheel
wheel: setup ## Build the wheel into dist/ and look at it in an environment of its own
	@scripts/check-wheel

.PHONY: screenshot
screenshot: setup-tests ## Take the README's picture anew
	@python tests/jupyter/screenshot.py

.PHONY: messages
messages: setup ## Make the translators' catalogue anew from the code
	@pybabel -q extract --no-location --no-wrap --sort-output --omit-header -k ngettext:1,2 \
	  -o grader/locale/drydock.pot grader

.PHONY: topics
topics: setup ## Make docs/topics.md and the table of docs/mutants.md anew from what lies beside the labs
	@python scripts/topics.py

.PHONY: lock
lock: setup ## Resolve requirements.lock (and the Binder image's part) anew from pyproject.toml
	@uv pip compile pyproject.toml --extra all --extra class --extra dask --extra lms --group dev --universal --generate-hashes --no-header --no-emit-index-url \
	  -q -o requirements.lock
	@uv pip compile pyproject.toml --extra all --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  -c requirements.lock -q -o binder/requirements.txt

.PHONY: clean
clean: ## Stop the lab daemon and remove what can be made again (never workspace/)
	@[ ! -x $(BIN)/drydock ] || drydock down
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
