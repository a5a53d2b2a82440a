# make demo    a real campaign against the simulated switch, with everything it needs set up first
# make test    every check: lint, types, tests with coverage, the tests in the scenarios
# make bench   the benchmarks, each beside what it is compared to
# make docs    write the generated references in docs/ again

PYTHON ?= python3
BIN := .venv/bin
export PYTHON

.PHONY: demo test bench docs setup lint types unit scenarios clean

demo: setup
	@$(BIN)/prozvon demo

test: lint types unit scenarios

setup:
	@.ci/setup

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# The layers that are pure (pyproject.toml) are tested to the last branch, by tests of their own: only those are traced,
# which takes time. The others are held by what they do together.
# Three at once on two cores: many tests wait for a moment more than they compute.
PURE := $(addprefix tests/,domain engine esl scenario contacts doctor graph workday callflow)

unit: setup
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n 3 --dist worksteal --cov --cov-report= $(PURE)
	$(BIN)/coverage report --fail-under=100
	$(BIN)/pytest -n 3 --dist worksteal $(addprefix --ignore=,$(PURE))

scenarios: setup
	$(BIN)/prozvon check scenarios
	$(BIN)/prozvon test scenarios

bench: setup
	@$(BIN)/python -m benchmarks

docs: setup
	$(BIN)/python -m orchestrator.cli.reference docs

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
