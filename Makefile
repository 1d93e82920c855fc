# make demo   crawl the fictional vendor sites and write a report      (needs Python 3.11+ and make, nothing else)
# make test   lint, types and tests                                     make bench   ratios against other tools

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
LOCK := requirements.lock
# What tests need on top; one lock may hold both.
DEV_LOCK := $(firstword $(wildcard requirements-dev.lock) $(LOCK))
JOBS ?= auto

.PHONY: demo test lint bench soak clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.run
	$(PY) examples/demo.py --out demo-out

test: lint
	$(PY) -m pytest -n $(JOBS) -m "not soak" $(ARGS)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(VENV)/.dev
	$(PY) -m benchmarks

# 50 random moments of kill -9: nothing lost, nothing doubled. About ten minutes.
soak: $(VENV)/.dev
	$(PY) -m tests.soak.kill9

clean:
	rm -rf $(VENV) demo-out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "noticescan needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(LOCK) | $(PY)
	$(PIP) --require-hashes -r $(LOCK)
	@touch $@

$(VENV)/.dev: $(DEV_LOCK) $(LOCK) | $(PY)
	$(PIP) --require-hashes -r $(DEV_LOCK)
	@touch $@
