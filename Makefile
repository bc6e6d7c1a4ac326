# Radiokey. Two commands matter: `make run` serves it, `make test` proves it.

# The product and no more; and apart from it what tests, checks and measures it.
RUN := .venv
DEV := .venv-dev
BIN := $(DEV)/bin
UV := $(BIN)/uv
PIP := $(RUN)/bin/python -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find src -type f -not -name '*.pyc' -not -path '*/static/fetched/*') pyproject.toml hatch_build.py README.md LICENSE
FETCHED := src/radiokey/web/static/fetched/onnxruntime.wasm.gz
# The port of `make run`; 0 takes a free one.
RADIOKEY_PORT ?= 8000
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade

.PHONY: help run install setup test check docs sbom image cluster bench deep mutants findings screenshots lock wheels advisories
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: $(RUN)/.product ## serve the whole system, with made-up radios to try it on
	$(RUN)/bin/radiokey serve --demo --port $(RADIOKEY_PORT)

install: $(RUN)/.product ## put the command `radiokey` into ~/.local/bin
	@tools/link $(RUN)/bin/radiokey

setup: $(DEV)/.product ## build .venv-dev: the tools of this list, and the product from its wheel

test: setup ## everything CI runs, on the newest and the oldest interpreter found
	$(BIN)/python tools/test.py

check: setup ## the inner loop: format, lint, types, contracts, spelling, quick tests
	$(BIN)/python tools/check.py
	$(BIN)/python -m pytest -q -n 2 -m "not browser and not deep"

docs: setup $(DEV)/.docs ## build the documentation into build/docs; a link that leads nowhere fails it
	$(BIN)/python tools/docs.py

sbom: $(DEV)/.docs ## write what the product is made of into build/sbom.json (CycloneDX), from its lock
	$(BIN)/python tools/sbom.py

image: ## build the container image `radiokey`, where podman, buildah or docker is
	@tools/image $(IMAGE_OPTIONS)

cluster: setup $(DEV)/.cluster ## start the base on three nodes behind HAProxy, all on this machine, until ctrl-C
	$(BIN)/python tools/cluster.py

bench: setup $(DEV)/.bench $(DEV)/.cluster ## measure, with the comparison beside each number (PARTS=suite: the tests of two builds)
	$(BIN)/python bench/run.py $(PARTS)

deep: setup $(DEV)/.deep $(DEV)/.cluster ## the long searches, the fuzzers, all tests on every interpreter, the core on WebAssembly, and one break per built row
	$(BIN)/python tools/deep.py

mutants: setup ## change the lock, the policy and the store in every small way; 95 % must turn a test red
	$(BIN)/python tools/mutants.py

findings: $(DEV)/.python ## run the surprises of findings/ about other software (installs packages; not in CI)
	$(BIN)/python tools/findings.py

screenshots: setup ## take the pictures of README and docs from the product itself
	$(BIN)/python tools/screenshots.py

lock: $(DEV)/.tools ## make the lock files anew, one version of a part in all of them
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.lock
	$(COMPILE) -c requirements/dev.lock --group bench pyproject.toml -o requirements/bench.lock
	$(COMPILE) -c requirements/dev.lock --group deep pyproject.toml -o requirements/deep.lock
	$(COMPILE) -c requirements/dev.lock --group cluster pyproject.toml -o requirements/cluster.lock
	$(COMPILE) -c requirements/dev.lock --group docs pyproject.toml -o requirements/docs.lock
	$(COMPILE) -c requirements/dev.lock --group pyproject.toml:build -o requirements/build.lock
	$(COMPILE) -c requirements/dev.lock pyproject.toml -o requirements/run.lock
	$(COMPILE) --group pyproject.toml:webassembly -o requirements/webassembly.lock

wheels: $(DEV)/.tools ## ask which Pythons the locked parts have builds for, and draw docs/wheels.md
	$(BIN)/python tools/wheels.py

advisories: setup ## ask what is known against the locked parts, and write docs/security-advisories.md
	$(BIN)/python tools/advisories.py --write

# --- the product: its locked parts, then the wheel of this checkout, made by the locked backend ------------

$(RUN)/.python:
	@echo "building $(RUN): the product and its locked parts, 230 MB"
	@python="$$(tools/interpreters run | sed -n 1p)" && test -n "$$python" && rm -rf $(RUN) && "$$python" -m venv $(RUN)
	@touch $@

$(RUN)/.parts: $(RUN)/.python requirements/run.lock
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.lock || tools/interpreters hint $(RUN)
	@touch $@

$(RUN)/.product: $(RUN)/.parts requirements/build.lock $(SOURCES)
	@rm -rf build/backend
	@$(PIP) install --require-hashes --only-binary :all: --target build/backend -r requirements/build.lock
	@PYTHONPATH=build/backend $(PIP) install --no-deps --no-build-isolation --force-reinstall .
	@touch $@

# --- the tools ---------------------------------------------------------------------------------------------

$(DEV)/.python:
	@echo "building $(DEV): what tests, checks and measures the product, 1,100 MB"
	@python="$$(tools/interpreters tools | sed -n 1p)" && test -n "$$python" && rm -rf $(DEV) && "$$python" -m venv $(DEV)
	$(BIN)/python -m pip install --quiet "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements/dev.lock)"
	@touch $@

$(DEV)/.tools: $(DEV)/.python requirements/dev.lock
	$(UV) pip install --quiet --python $(DEV) --require-hashes -r requirements/dev.lock
	@touch $@

$(DEV)/.bench: $(DEV)/.tools requirements/bench.lock
	$(UV) pip install --quiet --python $(DEV) --require-hashes -r requirements/bench.lock
	@touch $@

$(DEV)/.deep: $(DEV)/.tools requirements/deep.lock
	$(UV) pip install --quiet --python $(DEV) --require-hashes -r requirements/deep.lock
	@touch $@

$(DEV)/.cluster: $(DEV)/.tools requirements/cluster.lock
	$(UV) pip install --quiet --python $(DEV) --require-hashes -r requirements/cluster.lock
	@touch $@

$(DEV)/.docs: $(DEV)/.tools requirements/docs.lock
	$(UV) pip install --quiet --python $(DEV) --require-hashes -r requirements/docs.lock
	@touch $@

# What reads print in the browser, from its npm package: in no commit, and in a wheel that is made after this.
$(FETCHED): $(DEV)/.python tools/phone_reader.py tools/phone_reader/package-lock.json
	$(BIN)/python tools/phone_reader.py

$(DEV)/.product: $(DEV)/.tools $(FETCHED) $(SOURCES)
	rm -rf dist
	$(BIN)/python -m hatchling build --target wheel
	$(UV) pip install --quiet --python $(DEV) --no-deps --reinstall dist/*.whl
	@touch $@
