# make run starts the product, make test proves it; both install what they lack. `make help` lists the rest.

PY       ?= python3
PORT     ?= 8080
DATA_DIR ?=
HTTPS    ?=
ARGS     ?=
SEED     ?=

RUNS   := .venv/.run $(if $(filter-out 1,$(NODES)),.venv/.cluster)
BIN    := .venv/bin
PYTHON := $(BIN)/python
WEB    := dashboards/web
NPM    := $(PYTHON) -m tools.node npm
PACKAGES := engine languages signaling actors gateway load_tests tests tools $(wildcard examples) hatch_build.py
PYTEST := $(PYTHON) -m pytest --durations=20
PIP    := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --no-compile
# folders count too: a deleted file must rebuild the pages
WEB_SOURCES := $(shell find languages -name '*.json') $(shell find $(WEB)/src $(WEB)/public 2>/dev/null) $(wildcard $(WEB)/*.html $(WEB)/*.ts $(WEB)/*.json)

# without bytecode every start of Python costs a second more; what an image sets for its own layers is not meant for us
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-unit prove chaos lint bench types watching lock fmt prompts web system clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: $(RUNS) .venv/.spoken gateway/static/manifest.json ## start a demo clinic; PORT=8080 DATA_DIR=... HTTPS=1 NODES=3
	@exec $(BIN)/vestibule dev --port $(PORT) $(if $(DATA_DIR),--data-dir "$(DATA_DIR)") \
		$(if $(filter-out 0,$(HTTPS)),--https) $(if $(filter-out 1,$(NODES)),--nodes $(NODES))

test: system .venv/.stamp gateway/static/manifest.json ## all tests: unit, simulation, real parts, a cluster, browser journeys
	$(NPM) test
	$(PYTHON) -m tools.prompts
	$(PYTEST) tests/unit
	$(PYTEST) -n 2 tests/simulation
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -o faulthandler_timeout=600 tests/cluster tests/real
	$(PYTEST) tests/browser

test-unit: .venv/.stamp ## the tests that need nothing but Python
	$(PYTHON) -m pytest tests/unit

prove: system .venv/.stamp gateway/static/manifest.json ## the long proofs, resumable; ARGS="..." are passed on
	$(PYTHON) -m tests.prove $(ARGS)

chaos: system .venv/.stamp ## break everything at random under load; SEED=1 MINUTES=10 NODES=3 VISITS=300 CLINICS=60
	$(PYTHON) -m tests.faults $(if $(SEED),--seed $(SEED)) --minutes $(or $(MINUTES),10) \
		--nodes $(or $(NODES),3) --visits $(or $(VISITS),300) --clinics $(or $(CLINICS),60) $(ARGS)

bench: .venv/.stamp gateway/static/manifest.json ## measure against plain servers run beside ours; ARGS=--curve or --quick
	$(PYTHON) -m load_tests.bench $(ARGS)

lint: .venv/.stamp $(WEB)/node_modules/.stamp ## style, types, arrows, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports
	$(NPM) run --silent check
	$(PYTHON) -m signaling.schema --check
	$(PYTHON) -m tools.watching --check

watching: .venv/.stamp ## write rules, alerts, dashboards and the list of metrics anew
	$(PYTHON) -m tools.watching

types: .venv/.stamp ## write the wire's TypeScript types and docs/protocol.md anew
	$(PYTHON) -m signaling.schema

fmt: .venv/.stamp ## format, and mend what can be mended
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Names, versions and hashes for every platform; no line may name a registry.
lock: .venv/.stamp ## choose the newest versions that fit, and pin them by hash
	$(call compile,requirements/run.txt,--group build --upgrade)
	$(call compile,requirements/cluster.txt,--extra cluster --upgrade --constraint requirements/run.txt)
	$(call compile,requirements/dev.txt,--group dev --extra cluster --upgrade --constraint requirements/run.txt \
		--constraint requirements/cluster.txt)
	! grep -nE '://|index-url|find-links' requirements/*.txt
	$(NPM) update --package-lock-only
	! grep -n '"resolved"' $(WEB)/package-lock.json

compile = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate pyproject.toml $(2) --output-file $(1)

prompts: .venv/.run ## speak the telephone's prompts anew, where their texts have changed
	@$(PYTHON) -m tools.prompts

web: gateway/static/manifest.json ## build the pages

system:
	@$(PY) -m tools.system_packages

clean: ## remove all that make made, but no data
	rm -rf .venv $(WEB)/node_modules gateway/static gateway/dialin/sounds dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What `make run` needs. pip, and not a faster tool, because it obeys the settings that a machine has for it.
.venv/.run: requirements/run.txt pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Vestibule needs Python 3.11 or newer; for instance: make PY=python3.12 $(MAKECMDGOALS)' >&2; exit 1; }
	test -x $(PYTHON) || $(PY) -m venv .venv
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What many nodes need on top (docs/cluster.md).
.venv/.cluster: .venv/.run requirements/cluster.txt
	$(PIP) --require-hashes -r requirements/cluster.txt
	@touch $@

# Spoken once for each change of the texts; where nothing can speak there are tones, until `make prompts` is asked again.
.venv/.spoken: $(wildcard languages/*/phone.json) tools/prompts.py | .venv/.run
	@$(PYTHON) -m tools.prompts --or-tones
	@touch $@

# What the tests and the linters need on top.
.venv/.stamp: .venv/.run requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(WEB)/node_modules/.stamp: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc | .venv/.run
	$(NPM) ci
	@touch $@

gateway/static/manifest.json: $(WEB)/node_modules/.stamp $(WEB_SOURCES)
	$(NPM) run build -- --logLevel warn
	@touch $@
