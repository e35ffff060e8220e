# Each target sets itself up: an environment of its own in .venv, with the versions of requirements.txt.
PYTHON ?= python3.13 python3.12 python3.11 python3
WORKERS ?= 2
TIER ?= fast

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help figures compare test test-nightly test-slurm test-parquet lint format deps lock clean

READY := .venv/ready
INSIDE := export PATH="$(CURDIR)/.venv/bin:$$PATH";

# The first of $(PYTHON) that is new enough; of an activated environment, the interpreter that it was made from.
FIND := for python in $(PYTHON); do "$$python" -c 'import sys, ensurepip, venv; \
	(3, 11) <= sys.version_info < (3, 15) or sys.exit(1); print(sys._base_executable)' 2>/dev/null && break; done
FOUND = $(or $(shell $(FIND)),$(error vestige needs Python 3.11 to 3.14 with its venv module, and found none as: $(PYTHON) \
	(name another: make PYTHON=/path/to/python3)))

# A set-up counts if it came to its end, in this folder (an environment knows its path), and its Python still runs.
ifneq ($(shell cat $(READY) 2>/dev/null && .venv/bin/python -c '' 2>&1),$(CURDIR))
$(shell rm -f $(READY))
endif

help:
	@echo 'vestige: make ...'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 14

figures: $(READY)  ## make every figure of params.yaml, and whatever it is drawn from, into results/
	@$(INSIDE) snakemake figures

test: $(READY)  ## run the tests (WORKERS=2 at a time; TIER=ci or nightly for more of them)
	@$(INSIDE) pytest --numprocesses $(WORKERS) --dist worksteal --tier $(TIER)

test-nightly: $(READY)  ## run all tests, also those on a Slurm where it is installed
	@$(INSIDE) status=0; \
		pytest --numprocesses $(WORKERS) --dist worksteal --tier nightly || status=$$?; \
		pytest --tier nightly -m slurm -rs tests/slurm || status=$$?; \
		$(MAKE) --no-print-directory test-parquet TIER=nightly || status=$$?; exit $$status

test-slurm: $(READY)  ## run the tests on a Slurm, which they start themselves where it is installed
	@$(INSIDE) pytest --tier $(TIER) -m slurm -rs tests/slurm

test-parquet: $(READY)  ## run the tests of Parquet shards, with a pyarrow of their own
	@$(INSIDE) [ -d .venv/parquet ] || pip install --quiet --target .venv/parquet pyarrow; \
		PYTHONPATH=.venv/parquet pytest --tier $(TIER) -k parquet tests/data tests/stages

compare: $(READY)  ## compare all numbers with those of a former commit (BASE=, STUDIES="tiny digits", IMAGES=folder)
	@$(INSIDE) python bench/compare.py $(or $(BASE),$(error say with which commit: make compare BASE=HEAD)) $(STUDIES) \
		$(if $(IMAGES),--images '$(IMAGES)')

lint: $(READY)  ## check the style of the Python files and the workflow
	@$(INSIDE) ruff check && ruff format --check && lint-imports && snakefmt --check Snakefile workflow && snakemake --lint

format: $(READY)  ## bring the Python files and the workflow into that style
	@$(INSIDE) ruff check --fix && ruff format && snakefmt Snakefile workflow

deps: $(READY)  ## write into dvc.yaml which source files each stage imports
	@$(INSIDE) python workflow/deps.py

format-number: $(READY)  ## raise the number of the results' format where it has changed: every result is then made anew
	@$(INSIDE) PYTHONPATH=tests python tests/formats.py

lock: $(READY)  ## lock the dependencies of pyproject.toml in requirements.txt (UPGRADE=--upgrade for the newest)
	@$(INSIDE) uv pip compile --quiet --universal --python-version 3.11 --extra test --extra lock --no-emit-index-url \
		--custom-compile-command 'make lock' $(UPGRADE) --output-file requirements.txt pyproject.toml
	@$(INSIDE) python workflow/conda.py

clean:  ## remove the environment and all caches; results, checkpoints and logs stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment without its mark may be half made, and is made anew; with it, it is brought up to date in place.
# The mark goes first and comes back last: a set-up that was killed between is never taken for a finished one.
$(READY): requirements.txt pyproject.toml
	@python="$(FOUND)"; \
	if [ -e $@ ]; then \
		rm $@; \
		echo 'Set-up: requirements.txt or pyproject.toml changed, bringing .venv up to date'; \
	else \
		echo "Set-up, once: making .venv with $$("$$python" --version), 5 GB with the CUDA libraries that torch brings on Linux"; \
		"$$python" -m venv --clear .venv; \
	fi
	@echo 'Set-up: installing the packages of requirements.txt, half a minute to several, as the network allows'
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt uv \
		&& .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --requirement requirements.txt \
		&& .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable . \
		|| { echo 'Set-up: again with pip, which is slower, because uv could not (see above)'; \
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt \
		&& .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; }
	@echo '$(CURDIR)' > $@
	@echo 'Set-up: done'
