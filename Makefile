# Every target sets up what it needs: a virtual environment in .venv with the pinned versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUITE := pytest
STAMP := $(VENV)/.installed
LANDING := billing/invoices.csv.gz clinic/encounters.csv.gz clinic/patients.parquet crm/accounts.csv crm/preferences.sqlite \
	helpdesk/tickets.ndjson.gz psp/ledger.sqlite shop/order_items.parquet shop/orders.csv web/events-1.ndjson.gz web/events-2.ndjson.gz web/consents.csv

export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.PHONY: help setup demo dev check test nightly lint types bench clean
help:            ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(STAMP)  ## the virtual environment, with everything in it
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one: make $(MAKECMDGOALS) PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (a few minutes, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)   ## generate landing files and materialise the whole example mesh
	@$(BIN)/mesh demo

dev: $(STAMP)    ## Dagster's web console on all code locations
	@$(BIN)/mesh dev

check: $(STAMP)  ## the gate, offline: what CI of a domain team runs
	@$(BIN)/mesh check

test: $(STAMP)   ## the test suite
	@$(BIN)/python -m $(SUITE) -q -n 3 --dist worksteal

nightly: $(STAMP) ## the long suites too: faults, power loss, fuzz, soak
	@MESH_NIGHTLY=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

bench: $(STAMP)  ## the paired measurements of docs/explanation/performance.md, small
	@for b in contract publication confinement concurrency load cli classify audit reading ledger ports subjects propagation seen evidence; do echo "== $$b"; PYTHONPATH=. $(BIN)/python benchmarks/$$b.py --quick || exit 1; done

clean:           ## remove .mesh (all that was published, and its keys) and the demo's own landing files; files of yours stay
	rm -rf .mesh
	rm -f $(addprefix landing/,$(LANDING) demo.json)
