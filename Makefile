# Radiokey. Two commands matter: `make run` serves it, `make test` proves it.

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SOURCES := $(shell find src -type f -not -name '*.pyc') pyproject.toml README.md LICENSE
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade

.PHONY: help setup run test check bench deep mutants findings lock
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(VENV)/.product ## build .venv from the hashed locks and install the product in it

run: setup ## serve the whole system on http://127.0.0.1:8000, with made-up radios to try it on
	$(BIN)/radiokey serve --demo

test: setup ## everything CI runs, on every interpreter found
	$(BIN)/python tools/test.py

check: setup ## the inner loop: format, lint, types, contracts, quick tests
	$(BIN)/python tools/check.py
	$(BIN)/python -m pytest -q -n 2 -m "not browser and not deep"

bench: setup $(VENV)/.bench ## measure, with the comparison beside each number
	$(BIN)/python bench/run.py

deep: setup ## the long searches, and one break per built row that must turn its test red
	$(BIN)/python -m pytest -q -n 2 -m deep
	$(BIN)/python tools/breaks.py

mutants: setup ## change the lock, the policy and the store in every small way; 95 % must turn a test red
	$(BIN)/python tools/mutants.py

findings: $(VENV)/.venv ## run the surprises of findings/ about other software (installs packages; not in CI)
	$(BIN)/python tools/findings.py

lock: $(VENV)/.tools ## make the lock files anew
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.lock
	$(COMPILE) --group bench pyproject.toml -o requirements/bench.lock

$(VENV)/.venv:
	"$$(tools/interpreters | sed -n 1p)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements/dev.lock)"
	@touch $@

$(VENV)/.tools: $(VENV)/.venv requirements/dev.lock
	$(UV) pip install --quiet --python $(VENV) --compile-bytecode --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: $(VENV)/.tools requirements/bench.lock
	$(UV) pip install --quiet --python $(VENV) --compile-bytecode --require-hashes -r requirements/bench.lock
	@touch $@

$(VENV)/.product: $(VENV)/.tools $(SOURCES)
	rm -rf dist
	$(BIN)/python -m build --quiet --wheel --no-isolation
	$(UV) pip install --quiet --python $(VENV) --compile-bytecode --no-deps --reinstall dist/*.whl
	@touch $@
