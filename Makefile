# Each set-up step leaves a stamp in .venv and runs again only when its inputs change.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# Debian's own interpreter, before any other on the PATH.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3)
UV_VERSION := 0.13.9
IDP_PORT ?= 8000
PORTAL_PORT ?= 8001
FIRM_PORT ?= 8002
POSTBOX_PORT ?= 8025

BIN := .venv/bin
STAMP := .venv/.stamp
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
LOCK := $(BIN)/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11
CATALOGUES := $(wildcard idp/translations/*/LC_MESSAGES/*.po)
SCRIPTS := examples/integrate/node tests/protocol/clients/spa
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent
BABEL := $(BIN)/pybabel --quiet

##@ Use
.PHONY: help run cluster
help: ## show this
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(STAMP)/examples $(STAMP)/idp ## set up, then start provider, portal, firm and postbox (IDP_PORT, PORTAL_PORT, FIRM_PORT, POSTBOX_PORT)
	@exec env IDP_PORT=$(IDP_PORT) PORTAL_PORT=$(PORTAL_PORT) FIRM_PORT=$(FIRM_PORT) POSTBOX_PORT=$(POSTBOX_PORT) $(BIN)/python -m examples.run

cluster: $(STAMP)/dev $(STAMP)/idp ## set up, then start two nodes behind nginx with TLS, on PostgreSQL and Redis (FRONT_PORT and those of run)
	@.ci/debian postgresql redis-server nginx
	@exec $(BIN)/python -m tests.cluster

##@ Verify
.PHONY: test check lint bench scale faults
test: $(STAMP)/dev $(STAMP)/samples $(STAMP)/idp ## set up, then run every test (ARGS="tests/keys -k ring" for some)
	@.ci/debian postgresql redis-server nginx chromium curl fonts-dejavu-core systemd \
	  libapache2-mod-auth-openidc ruby-openid-connect
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile $(ARGS)

check: lint test ## all that CI runs: lint, then every test

lint: $(STAMP)/dev $(STAMP)/idp .catalogues-complete ## format, lint, types, import contracts, templates, spelling, translations
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint --check --lint templates
	@$(BIN)/codespell docs $(wildcard *.md)

bench: $(STAMP)/bench $(STAMP)/idp ## measure beside node-oidc-provider, and print ratios
	@.ci/debian postgresql redis-server
	@exec $(BIN)/python -m bench.run $(ARGS)

scale: $(STAMP)/dev $(STAMP)/idp ## run what grows with the register at full size, and print times and memory
	@.ci/debian postgresql redis-server
	@SCALE=100 $(BIN)/python -m pytest -q -s -p no:cacheprovider tests/scale $(ARGS)

faults: $(STAMP)/dev $(STAMP)/idp ## stop, kill, restart and starve what the provider stands on, and check what must hold
	@.ci/debian postgresql redis-server nginx
	@$(BIN)/python -m pytest -q -n0 tests/cluster tests/journeys/test_killed_at_every_commit.py tests/journeys/test_killed_for_a_company.py tests/journeys/test_faults.py tests/journeys/test_faults_of_the_database.py tests/journeys/test_faults_of_the_wires.py tests/journeys/test_faults_of_browsers.py tests/journeys/test_faults_of_clocks.py $(ARGS)

##@ Change
.PHONY: migrate messages docs pictures lock clean .catalogues-complete
migrate: $(STAMP)/dev $(STAMP)/idp ## write the next migration from the models (MESSAGE="add a column")
	@test -n "$(MESSAGE)" || { echo 'Say what changes: make migrate MESSAGE="add a column"' >&2; exit 1; }
	@mkdir -p build && rm -f build/migrate.db
	@export IDP_DATABASE_URL=sqlite:///build/migrate.db; $(BIN)/idp db upgrade && $(BIN)/idp db migrate \
	  --message "$(MESSAGE)" --rev-id $$(printf %04d $$(( $$(ls idp/migrations/versions/[0-9]*.py | wc -l) + 1 )))

build/messages.pot: $(STAMP)/dev FORCE
	@mkdir -p build
	@$(BABEL) extract --mapping-file pyproject.toml --keywords _l --no-location --sort-output --output-file $@ consent idp templates

messages: build/messages.pot ## bring the catalogues up to date with the source texts
	@$(BABEL) update --no-fuzzy-matching --ignore-pot-creation-date --input-file $< --output-dir idp/translations

.catalogues-complete: build/messages.pot
	@$(BABEL) update --check --no-fuzzy-matching --ignore-pot-creation-date --input-file $< --output-dir idp/translations

docs: $(STAMP)/idp ## write docs/configuration.md and .env.example from the settings
	@$(BIN)/idp settings --markdown > docs/configuration.md
	@$(BIN)/idp settings --env > .env.example

pictures: $(STAMP)/dev $(STAMP)/idp ## take the pictures of README, docs and help anew, in Chromium
	@.ci/debian chromium
	@$(BIN)/python -m tests.pictures

lock: $(STAMP)/uv ## resolve the *.in files again, keeping the pins that still hold (ARGS=--upgrade moves them)
	@$(LOCK) $(ARGS) requirements.in --output-file requirements.txt
	@$(LOCK) $(ARGS) requirements-examples.in --constraints requirements.txt --output-file requirements-examples.txt
	@$(LOCK) $(ARGS) requirements-dev.in --constraints requirements.txt --constraints requirements-examples.txt \
	  --output-file requirements-dev.txt

clean: ## forget everything: data, environment, whatever was built
	@rm -rf var .venv $(addsuffix /node_modules,bench/peer $(SCRIPTS)) build dist *.egg-info .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Set-up
.PHONY: FORCE
$(BIN)/python:
	@PYTHON=$(PYTHON) .ci/debian python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@echo "Setting up: the environment .venv"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv

$(STAMP)/uv: $(BIN)/python
	@mkdir -p $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(STAMP)/run: requirements.txt $(STAMP)/uv
	@echo "Setting up: the provider's libraries"
	@$(INSTALL) --require-hashes -r requirements.txt
	@touch $@

$(STAMP)/examples: requirements-examples.txt $(STAMP)/run
	@echo "Setting up: the examples' libraries"
	@$(INSTALL) --require-hashes -r requirements-examples.txt
	@touch $@

$(STAMP)/dev: requirements-dev.txt $(STAMP)/examples
	@echo "Setting up: tools and test libraries"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(STAMP)/samples: $(addsuffix /package-lock.json,$(SCRIPTS)) $(STAMP)/dev
	@echo "Setting up: the sample and the test page in JavaScript"
	@for folder in $(SCRIPTS); do $(NPM) --prefix $$folder; done
	@touch $@

$(STAMP)/bench: bench/peer/package-lock.json $(STAMP)/dev
	@echo "Setting up: node-oidc-provider"
	@$(NPM) --prefix bench/peer
	@touch $@

$(STAMP)/idp: setup.cfg setup.py pyproject.toml requirements.in $(CATALOGUES) $(STAMP)/run
	@echo "Setting up: the provider"
	@$(INSTALL) --no-deps --reinstall-package idp --editable .
	@touch $@
