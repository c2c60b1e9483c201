# `make` lists what there is. Two commands matter: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
export PORT

# A virtualenv whose Python is gone (upgraded, moved machine) is made anew.
ifneq ($(wildcard .venv/.ready),)
  ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
    $(shell rm -f .venv/.ready)
  endif
endif

.DEFAULT_GOAL := help
.PHONY: help setup run reset test check fmt lint types contracts pytest web web-check web-unit budget browser lighthouse openapi cost recount demo-journey example bench bench-check package template plan deploy destroy rehearse operator restore

help: ## this list
	@echo "Hocmo, on one machine:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/.ready node_modules/.ready web/node_modules/.ready ## install what is needed (done by the others when it is due)

.venv/.ready: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Hocmo needs Python 3.11 or newer; $(PYTHON) here: $$($(PYTHON) --version 2>/dev/null || echo none). Name one: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -m infra.local.setup python

node_modules/.ready: package.json package-lock.json | .venv/.ready
	@$(PY) -m infra.local.setup node

web/node_modules/.ready: web/package.json web/package-lock.json | .venv/.ready
	@$(PY) -m infra.local.setup web

web: setup ## build the web client into web/dist, when anything it is made of is newer
	@$(PY) -m infra.local.setup pages

run: setup web ## start everything on http://localhost:8000 (PORT=8001 make run: elsewhere); Ctrl-C stops it
	@exec $(PY) -m infra.local.run

reset: setup ## forget everything that make run kept in .local/
	@$(PY) -m infra.local.reset

test: check ## everything that a change must pass, from a fresh clone too

check: lint types contracts web-check web-unit budget pytest browser bench-check ## style, types, import contracts, tests, the pages and their bytes, what requests spend

fmt: setup ## put the code in order
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup
	@$(PY) -m mypy

contracts: setup
	@$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'

pytest: setup
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

web-check: setup ## the web client's types, made anew from docs/openapi.json: what has drifted from the API fails
	@cd web && npm run --silent check

web-unit: setup
	@cd web && npm run --silent unit

budget: web ## bytes, syntax and hosts of the built web client against what is agreed
	@cd web && npm run --silent budget

browser: web ## walk the web client in a real browser over a machine of its own: make browser ARGS='citizen'
	@$(PY) -m infra.local.setup browser
	@cd web && npm run --silent browser -- $(ARGS)

lighthouse: web ## measure the pages on a slow line, keep the figures in bench/results, fail on what misses its goal
	@$(PY) -m infra.local.setup browser
	@web/tools/lighthouse/measure.sh

openapi: setup ## write docs/openapi.json and the index of addresses from the declared operations
	@$(PY) -m infra.openapi

cost: setup ## write the tables of docs/cost.md: prices, what stands, what bench/cost.py measured
	@$(PY) -m bench.cost_page

recount: setup ## count a space's reports anew from its items: make recount TENANT=hue (STAGE=prod: in the cloud)
	@test -n "$(TENANT)" || { echo "Which space? make recount TENANT=hue" >&2; exit 2; }
	@$(PY) -m $(if $(STAGE),infra.cloud.recount "$(STAGE)",infra.local.recount) "$(TENANT)"

demo-journey: setup ## walk the main job over HTTP against the running server, with times
	@$(PY) -m infra.local.demo.journey

example: setup ## the example super-app beside the running server: http://127.0.0.1:8100 (EXAMPLE_PORT=8101: elsewhere)
	@HOCMO=http://localhost:$(PORT) $(PY) examples/super-app/server.py

bench: setup ## measure, keep the results, print tables: make bench PART=cpu SCALE=small (parts: docs/bench.md)
	@$(PY) -m bench $(addprefix --part ,$(PART)) --scale $(or $(SCALE),full)

bench-check: setup ## calls, capacity and sizes against the committed ones; a difference fails
	@$(PY) -m bench.check

package: setup ## build the zip that Lambda runs, in build/ (PLATFORM=host: one that runs on this machine)
	@$(PY) -m infra.cloud.build --platform $(or $(PLATFORM),lambda)

template: setup ## write the CloudFormation templates into build/ and have cfn-lint read them
	@$(PY) -m infra.cloud.template
	@.venv/bin/cfn-lint build/template.json build/edge.json

plan: setup ## show what deploying a stage would change, and change nothing: make plan STAGE=trial
	@test -n "$(STAGE)" || { echo "Which stage? make plan STAGE=trial" >&2; exit 2; }
	@$(PY) -m infra.cloud.deploy plan "$(STAGE)"

deploy: setup ## bring a stage to this code: make deploy STAGE=trial (settings: infra/cloud/stages)
	@test -n "$(STAGE)" || { echo "Which stage? make deploy STAGE=trial" >&2; exit 2; }
	@$(PY) -m infra.cloud.deploy deploy "$(STAGE)"

destroy: setup ## delete a stage but for its data, once its name is typed: make destroy STAGE=trial
	@test -n "$(STAGE)" || { echo "Which stage? make destroy STAGE=trial" >&2; exit 2; }
	@$(PY) -m infra.cloud.deploy destroy "$(STAGE)"

rehearse: setup ## deploy into an emulated account that enforces policies, walk the main job there, release anew, delete
	@$(PY) -m infra.cloud.rehearsal

operator: setup ## the first operator of a stage: make operator STAGE=trial EMAIL=… NAME='…'
	@test -n "$(STAGE)" -a -n "$(EMAIL)" -a -n "$(NAME)" || { echo "make operator STAGE=… EMAIL=… NAME='…'" >&2; exit 2; }
	@$(PY) -m infra.cloud.first_operator "$(STAGE)" "$(EMAIL)" "$(NAME)"

restore: setup ## a space at a point in time: make restore STEP=beside (then switch or clear) STAGE=prod TENANT=hue AT=2026-11-24T09:30:00+07:00
	@test -n "$(STEP)" -a -n "$(STAGE)" -a -n "$(TENANT)" -a -n "$(AT)" || { echo "make restore STEP=beside|switch|clear STAGE=… TENANT=… AT=…" >&2; exit 2; }
	@$(PY) -m infra.cloud.restore "$(STEP)" "$(STAGE)" "$(TENANT)" "$(AT)"
