PYTHON ?= python3
VENV ?= .venv
UV ?= uv

run := $(VENV)/bin/python
pip := $(run) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation
compile := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
# by file, in the order of tests/conftest.py: by itself xdist begins with the files of many tests, and long ones end it
in_order := --dist loadfile --no-loadscope-reorder

.PHONY: help install app docs pictures test coverage warm test-mesa35 warm-mesa35 bench lint lock golden clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed dashboard/public/cdn ## put everything the project needs into .venv

app: install ## open the page
	$(VENV)/bin/gpumarket app

pictures: install ## take a picture of every tab, desktop and phone, light and dark, into docs/pictures
	$(run) -m benchmarks.pictures

docs: install ## build the site of the documents into build/docs
	$(run) -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

test: install ## run all tests, on three processes: some tests wait for browsers and clusters
	$(run) -m pytest --numprocesses 3 $(in_order)

coverage: install ## branches of agents/ and market/ that tests reach; rules count as the live gear runs them (ten minutes)
	$(run) -m coverage run -m pytest tests/agents tests/market tests/literature tests/properties
	$(run) -m coverage report

warm: install ## compile the market's rules, before two processes would both do so
	$(VENV)/bin/python -m market.gears.warm

test-mesa35: warm-mesa35 ## compare the gears and the numbers on a Python that gets Mesa 3.5
	@test ! -d .venv-mesa35 || .venv-mesa35/bin/python -m pytest --numprocesses 3 $(in_order) \
		tests/parity/test_parity.py tests/literature tests/test_golden.py tests/agents/test_code_digest.py

warm-mesa35:
	@newer=$$(.ci/newer-python) || { echo "No Python 3.12 or newer here: Mesa 3.5 is not tested."; exit 0; }; \
	$(MAKE) warm VENV=.venv-mesa35 PYTHON="$$newer"

bench: install ## measure speed, as ratios within one run
	$(run) -m benchmarks

lint: install ## check style and types
	$(run) -m ruff check
	$(run) -m ruff format --check
	$(run) -m mypy

golden: install ## accept today's numbers as the golden values
	$(run) -m tests.update_golden

lock: ## choose versions anew within pyproject.toml (needs uv)
	$(compile) --upgrade pyproject.toml --group dev --output-file lock/packages.txt
	$(compile) --upgrade --group build --constraint lock/packages.txt --output-file lock/build.txt
	$(compile) --upgrade --group page --no-deps --output-file dashboard/server/page.txt

clean: ## remove what make and the tools have written
	rm -rf .venv .venv-mesa35 dashboard/public/cdn build dist *.egg-info
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A changed lock starts from an empty environment, so that it holds the locked packages and no others.
$(VENV)/.packages: lock/build.txt lock/packages.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "gpumarket needs Python 3.11 or newer; name one with: make install PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "This Python lacks the module venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing into $(VENV), about 300 MB to download ..."
	$(PYTHON) -m venv --clear $(VENV)
	$(pip) --require-hashes --requirement lock/build.txt
	$(pip) --require-hashes --requirement lock/packages.txt
	@touch $@

# Silenced: setuptools warns that data folders are no packages, and of editable installs as such.
$(VENV)/.installed: $(VENV)/.packages pyproject.toml
	PYTHONWARNINGS=ignore $(pip) --editable .
	@touch $@

dashboard/public/cdn: dashboard/server/page.txt dashboard/server/fetch.py | $(VENV)/.packages
	@echo "Fetching the page's JavaScript, 56 MB to download ..."
	$(run) dashboard/server/fetch.py
