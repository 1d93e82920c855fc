# make demo   crawl the fictional vendor sites and write a report      (needs Python 3.11+ and make, nothing else)
# make test   lint, types and tests      make gate   figures over all labelled texts      make bench   ratios against peers

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
LOCK := requirements.lock
# What tests need on top; one lock may hold both.
DEV_LOCK := $(firstword $(wildcard requirements-dev.lock) $(LOCK))
JOBS ?= auto

PEERS ?= $(or $(NOTICESCAN_TEST_PEERS),$(HOME)/.cache/noticescan-peers)

.PHONY: demo test gate lint bench soak tamper peers clean
.DEFAULT_GOAL := demo

demo: $(VENV)/bin/noticescan
	$(PY) examples/demo.py --out demo-out

test: lint
	$(PY) -m pytest -n $(JOBS) --dist worksteal -m "not soak and not gate" $(ARGS)

# The whole measurement: every labelled set against its floors, two megabytes of benign text, drawn pictures. `make test` has a part of
# it. About four minutes.
gate: $(VENV)/.dev
	$(PY) -m pytest -n $(JOBS) --dist worksteal -m gate $(ARGS)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(VENV)/.dev
	$(PY) -m benchmarks

# 50 random moments of kill -9: nothing lost, nothing doubled. About ten minutes.
soak: $(VENV)/.dev
	$(PY) -m tests.soak.kill9

# 200 random bytes and 20 consistent rewrites of each part of a case file: `verify` finds every one. About ten minutes.
tamper: $(VENV)/.dev
	$(PY) -m pytest tests/evidence/test_tamper.py -m soak $(ARGS)

# Other people's tools that tests run as programs (py-wacz, pywb, ReplayWeb.page, ots), outside of the repository: their
# licences (GPL, AGPL) are not ours. Needs npm.
peers:
	mkdir -p $(PEERS)/replaywebpage
	$(PYTHON) -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/pip install --quiet --disable-pip-version-check wacz==0.6.0 pywb==2.10.0 playwright==1.65.2 \
	  opentimestamps-client==0.7.2
	cd $(PEERS)/replaywebpage && npm pack --silent replaywebpage@2.5.3 && tar xzf replaywebpage-2.5.3.tgz

clean:
	rm -rf $(VENV) demo-out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "noticescan needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(LOCK) | $(PY)
	$(PIP) --require-hashes -r $(LOCK)
	@touch $@

# The command itself, from this checkout: what is changed here is changed there. What builds it is pinned like the rest.
$(VENV)/bin/noticescan: pyproject.toml requirements-build.lock $(VENV)/.run
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(DEV_LOCK) $(LOCK) | $(PY)
	$(PIP) --require-hashes -r $(DEV_LOCK)
	@touch $@
