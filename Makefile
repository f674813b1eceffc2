# Two commands for everybody: `make demo` and `make test`. For developers: `make ready`, and
# `make new-rule NAME=some-name CODE=MM615`.
PYTHON ?= python3
BIN := .venv/bin

# Runs a command; if it fails, the last line above make's own says what to do next.
define step
@echo '$(1)'
@$(1) || { echo 'next: $(2)' >&2; exit 1; }
endef

.PHONY: demo test ready new-rule bench bench-quick format docs clean

demo: .venv/installed
	$(BIN)/mmlint --exit-zero examples/storefront
	@echo "What is wrong there, and what is right: examples/storefront/README.md"
	@echo "What would be repaired: $(BIN)/mmlint --diff examples/storefront"

test: .venv/tested
	$(BIN)/python -m pytest -q -n auto

ready: .venv/developed
	$(call step,$(BIN)/ruff format --check .,run make format)
	$(call step,$(BIN)/ruff check .,run make format; mend by hand what it leaves ($(BIN)/ruff rule CODE explains it))
	$(call step,$(BIN)/mypy,mend the types named above and run $(BIN)/mypy)
	$(call step,$(BIN)/python -m pytest -q -n auto,mend what the failed tests name and run $(BIN)/python -m pytest --last-failed)
	$(call step,$(BIN)/mmlint --isolated mmlint tests docs,mend what is named above; if it is right add it to the silent.md of the rule)
	$(call step,$(BIN)/properdocs build --strict --quiet,mend the link or heading named above and run make docs)
	@echo 'next: commit; everything is in order'

# A rule with its cases, its page and its changelog line, to be filled in.
new-rule: .venv/developed
	@$(BIN)/python -m tests.new_rule '$(NAME)' '$(CODE)'

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
