# Two commands for everybody: `make demo` and `make test`. One for developers: `make ready`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test ready bench bench-quick format docs clean

demo: .venv/installed
	$(BIN)/mmlint --exit-zero examples/storefront
	@echo "What is wrong there, and what is right: examples/storefront/README.md"
	@echo "What would be repaired: $(BIN)/mmlint --diff examples/storefront"

test: .venv/tested
	$(BIN)/python -m pytest -q -n auto

ready: .venv/developed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto
	$(BIN)/mmlint --isolated mmlint tests docs
	$(BIN)/properdocs build --strict --quiet

docs: .venv/developed
	$(BIN)/properdocs build --strict

bench: .venv/developed
	$(BIN)/python -m benchmarks

bench-quick: .venv/developed
	$(BIN)/python -m benchmarks --quick

format: .venv/developed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv dist site .cache .hypothesis .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ .venv/installed

.venv/developed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ .venv/tested .venv/installed
