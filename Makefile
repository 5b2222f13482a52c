# The work is in `python -m rehearsal` and in the tools; a target is a line that names it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The tools need the packages, and two builds at once would only fight for the machine.
.NOTPARALLEL:
.PHONY: up test test-az preview down check lint bench help setup setup-dev browser tools clean

STACK ?= local
STACKS := local dev stg prd
PYTHON := .venv/bin/python
policies = --policy-pack policy --policy-config policy/config/$(1).json
PIP := $(PYTHON) -m pip --disable-pip-version-check install --quiet --require-hashes

up: setup ## deploy STACK (default: local) to a local Azure: clusters, groups, access
	@$(PYTHON) -m rehearsal up -s $(STACK) $(call policies,$(STACK))

test: setup-dev browser ## run all tests, end to end ones included
	@$(PYTHON) -m pytest -n 2 --dist loadscope

test-az: setup-dev ## walk through the article with the real az, which goes to the user's cache (730 MB, once)
	@$(PYTHON) -m rehearsal.toolchain_az
	@$(PYTHON) -m pytest tests/az

preview: setup ## preview the four stacks under their policies
	@set -e; for stack in $(STACKS); do $(PYTHON) -m rehearsal preview -s $$stack $(call policies,$$stack); done

down: setup ## destroy every stack, stop the local Azure, leave nothing
	@$(PYTHON) -m rehearsal down

check: lint test ## formatting, lint, types, then all tests: what CI runs

lint: .venv/dev.stamp ## formatting, lint and types only
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m basedpyright --level error

bench: setup-dev ## run the benchmarks
	@$(PYTHON) -m bench

setup: .venv/rehearsal.stamp tools ## make .venv and build the control plane; nothing if both are there

setup-dev: .venv/dev.stamp tools ## as setup, with what the tests and checks need

browser: ## install Chromium, in which the login pages are tested (Debian and Ubuntu, as root)
	@if command -v chromedriver && command -v chromium; then \
	    exit; \
	elif test "$$(id -u)" = 0 && command -v apt-get; then \
	    apt-get update --quiet=2 && \
	    apt-get install --quiet=2 --yes --no-install-recommends chromium chromium-driver; \
	else \
	    echo "error: chromium and chromedriver are needed, and PATH has not both: install them, on Debian" \
	        "as root with: apt-get install chromium chromium-driver" >&2; exit 1; \
	fi >/dev/null

clean: ## stop the local Azure; remove it, .venv and caches (built tools stay in the user's cache)
	@if test -x $(PYTHON) && test -d .rehearsal; then $(PYTHON) -m rehearsal cloud stop; fi
	@rm -rf .rehearsal .venv .pytest_cache .ruff_cache .hypothesis

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

tools: | .venv/made.stamp
	@$(PYTHON) -m rehearsal.toolchain_build

.venv/rehearsal.stamp: requirements-rehearsal.txt | .venv/made.stamp
	@echo "installing the Python packages of $< (a minute or two, once)"
	@$(PIP) -r $<
	@touch $@

# The packages of the tests hold those of the rehearsal, so one installation does for both.
.venv/dev.stamp: requirements-dev.txt | .venv/made.stamp
	@echo "installing the Python packages of $< (a minute or two, once)"
	@$(PIP) -r $<
	@touch $@ .venv/rehearsal.stamp

.venv/made.stamp:
	@python=$$(for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	    $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done); \
	if test -z "$$python"; then \
	    echo "error: Python 3.11 or newer is needed and PATH has none: install it, or put it on PATH" >&2; exit 1; \
	fi; \
	echo "making .venv with $$($$python --version)"; \
	if ! $$python -m venv .venv; then \
	    echo "error: '$$python -m venv' failed: on Debian and Ubuntu it is in the package python3-venv" >&2; exit 1; \
	fi
	@touch $@
