# What each command does stands in README.md. PYTHON chooses the interpreter that the environment is made with.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test quick bench drill lint version local dev rivals
.DEFAULT_GOAL := run

run: local
	@$(BIN)/python -m config.run --with-parent

test: dev
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

quick: dev
	@$(BIN)/python -m tests.quick $(ARGS)

bench: rivals
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m bench $(ARGS)

drill: dev
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m tests.drills $(ARGS)

lint: dev
	@$(BIN)/python scripts/lint.py

version:
	@$(PYTHON) -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])'

local:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) scripts/environment.py requirements-local.txt

dev:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) scripts/environment.py requirements-dev.txt

rivals:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) scripts/environment.py requirements-bench.txt
