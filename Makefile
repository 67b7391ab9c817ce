# Two commands do everything for a newcomer: make demo, make test. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SOURCES := schemas processors agents streams console bench
.DEFAULT_GOAL := help

.PHONY: help
help: ## List what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.run ## Play the bundled room through the whole system; open the address it prints
	@$(BIN)/earwitness demo

.PHONY: setup
setup: $(VENV)/.dev ## Make .venv with the earwitness command and the tools to work on it

.PHONY: test
test: $(VENV)/.dev wheel browser check ## Everything: checks, unit, contracts on embedded services, browser, whole path
	$(BIN)/pytest -m "not services"

.PHONY: test-fast
test-fast: $(VENV)/.dev ## Unit tests only: no services, no browser, no model
	$(BIN)/pytest -m "not services and not system and not browser and not embedded and not model"

.PHONY: test-services
test-services: $(VENV)/.dev wheel ## Contract suites and the whole path on real Apache Kafka and Elasticsearch
	PYTHON=$(BIN)/python infra/local/with-services.sh $(BIN)/pytest -m services

.PHONY: test-openai
test-openai: build/openai/.installed ## The engine contract with openai-whisper too (its extra brings torch: gigabytes)
	build/openai/bin/pytest tests/processors/engines

.PHONY: check
check: $(VENV)/.dev ## ruff, strict mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/.dev ## Lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: wheel
wheel: build/wheel/.installed ## Build the wheel and install it into an environment of its own (what the whole-path test runs)

.PHONY: browser
browser: $(VENV)/.dev ## Find a Chromium for the browser tests, or install one
	@infra/browser.sh $(BIN)

.PHONY: lock
lock: $(UV) ## Resolve the dependencies anew into requirements*.txt
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.txt

.PHONY: demo-room
demo-room: ## Synthesise the bundled room again (see infra/demo_room/README.md for what it needs)
	$(PYTHON) infra/demo_room/make.py

.PHONY: train
train: build/train/.installed ## Train the screener's model again from public sets: make train DATA=folder (docs/model-card.md)
	@test -d "$(DATA)/hate" || { echo "make train DATA=folder, with hate/ and transcripts/ in it: see docs/model-card.md"; exit 1; }
	PYTHONPATH=. build/train/bin/python -W ignore infra/screening/train.py $(DATA)

.PHONY: clean
clean: ## Remove what was built; data folders stay
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Earwitness needs Python 3.11 to 3.13; name one: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/.run: $(UV) requirements.txt pyproject.toml
	@echo "Installing into $(VENV) …"
	@$(UV) pip install -q -p $(BIN)/python --require-hashes -r requirements.txt
	@$(UV) pip install -q -p $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: $(UV) requirements-dev.txt pyproject.toml
	@echo "Installing into $(VENV) …"
	@$(UV) pip install -q -p $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(UV) pip install -q -p $(BIN)/python --no-deps -e .
	@touch $@ $(VENV)/.run

build/openai/.installed: $(VENV)/.dev
	@$(UV) venv -q -p $(BIN)/python build/openai
	@$(UV) pip install -q -p build/openai/bin/python -r requirements-dev.txt -e '.[openai]'
	@touch $@

build/train/.installed: $(VENV)/.dev infra/screening/requirements.txt
	@$(UV) venv -q --allow-existing -p $(BIN)/python build/train
	@$(UV) pip install -q -p build/train/bin/python -r infra/screening/requirements.txt
	@touch $@

build/wheel/.installed: $(VENV)/.dev requirements.txt pyproject.toml $(shell git ls-files $(SOURCES))
	@rm -rf build/wheel dist
	@$(UV) build -q --wheel --out-dir dist
	@$(UV) venv -q -p $(BIN)/python build/wheel
	@$(UV) pip install -q -p build/wheel/bin/python --require-hashes -r requirements.txt
	@$(UV) pip install -q -p build/wheel/bin/python --no-deps dist/*.whl
	@touch $@
