# Builds, tests and shows rememo on a machine that has Rust and CPython and nothing else.
#
#   make demo     build, then the demonstration
#   make test     everything that must hold, on every CPython found here
#   make soak     the search for stale and needless results at length, on every CPython found here
#
# Everything is installed into .venv (and .venv-3.x for further Pythons); a stamp file in each says
# what is up to date, so a second run does only what changed. PYTHON=… picks another interpreter.

SUPPORTED := 3.11 3.12 3.13
PYTHON ?= python3
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))

DEFAULT := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ifeq ($(filter $(DEFAULT),$(SUPPORTED)),)
$(error $(PYTHON) is Python "$(DEFAULT)"; rememo supports $(SUPPORTED): say make PYTHON=/path/to/one)
endif
FURTHER := $(shell tools/interpreters $(filter-out $(DEFAULT),$(SUPPORTED)))
minor = $(firstword $(subst =, ,$(1)))
interpreter = $(lastword $(subst =, ,$(1)))
FOUND := $(foreach entry,$(FURTHER),$(call minor,$(entry)))
MISSING := $(filter-out $(DEFAULT) $(FOUND),$(SUPPORTED))

BIN := .venv/bin
SOURCES := Cargo.toml Cargo.lock rust-toolchain.toml pyproject.toml README.md LICENSE-MIT LICENSE-APACHE \
	$(shell find crates -name '*.rs' -o -name Cargo.toml) \
	$(shell find python/rememo -name '*.py' -o -name '*.pyi' -o -name py.typed)

# Cargo checks the extension against the Python that it is built for.
export PYO3_PYTHON := $(abspath $(BIN)/python)

.PHONY: build demo test lint test-rust test-python soak soak-$(DEFAULT) ordinary swap wheel bench instructions docs clean
.NOTPARALLEL: # each step uses all cores itself, and the output stays readable
.DELETE_ON_ERROR:

build: .venv/.native

demo: .venv/.native
	$(BIN)/python examples/stdlib_report/demo.py

# The default Python comes last: what the run ends with is its summary.
test: lint test-rust report-missing $(FOUND:%=test-python-%) test-python instructions

.PHONY: report-missing test-without-shortcuts
report-missing:
	@$(foreach minor,$(MISSING),echo "Python $(minor) is not on this machine: its tests are skipped.";)

lint: .venv/.tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy

test-rust:
	cargo test --package rememo --package rememo-cli --locked --quiet

test-python: .venv/.native .venv/.packages
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# The suites that look for wrong hits, with each shortcut to a hit left out in turn.
WRONG_HITS := tests/shortcuts tests/staleness tests/model tests/facts tests/arguments/test_arguments_properties.py
SHORTCUTS := REMEMO_NO_WATCHERS REMEMO_NO_TABLE REMEMO_NO_SNAPSHOTS REMEMO_NO_RECALL

test-without-shortcuts: .venv/.native .venv/.packages
	@set -e; for shortcut in $(SHORTCUTS); do echo "without: $$shortcut"; \
		env $$shortcut=1 $(BIN)/python -m pytest $(WRONG_HITS); done

# Thousands of mutations of real packages and 100,000 steps of random programs, with the watchers of the
# interpreter and without them. SEED=… takes another sample.
SEED ?= 0
SOAK := tests/staleness/test_mutation.py tests/staleness/test_random_programs.py

soak: $(FOUND:%=soak-%) soak-$(DEFAULT)

soak-$(DEFAULT): .venv/.native .venv/.packages
	REMEMO_LONG=1 REMEMO_SEED=$(SEED) $(BIN)/python -m pytest $(SOAK)
	REMEMO_LONG=1 REMEMO_SEED=$(SEED) REMEMO_NO_WATCHERS=1 $(BIN)/python -m pytest $(SOAK)

# Programs over all packages that they were written with, in an environment of their own. Those over
# torch only with TORCH=1: from the package index it comes with some gigabytes of drivers.
ordinary: .venv-ordinary/.native .venv-ordinary/.ordinary $(if $(TORCH),.venv-ordinary/.torch)
	ORDINARY_ALL=1 .venv-ordinary/bin/python -m pytest tests/ordinary

.venv-ordinary/.ordinary: tests/ordinary/requirements.txt .venv-ordinary/.tools
	.venv-ordinary/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv-ordinary/.torch: tests/ordinary/requirements-torch.txt .venv-ordinary/.ordinary
	.venv-ordinary/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The tests of well-known packages with rememo in the place of functools.lru_cache. Takes hours where it
# fetches and runs all; SWAP="--quick soupsieve" narrows it.
swap: .venv/.native
	$(BIN)/python tests/swap/swap.py --rememo $(TARGET)/wheels/.venv/rememo-*.whl --work $(TARGET)/swap $(SWAP)

wheel: .venv/.tools
	$(BIN)/maturin build --release --locked --out dist --interpreter $(PYO3_PYTHON)

# Benchmarks run against the release build, in an environment of their own, beside other caches.
bench: .venv-bench/.native .venv-bench/.packages .venv-bench/.peers
	.venv-bench/bin/python benches --write docs/benchmarks.md
	.venv-bench/bin/python benches/follow.py

# Instructions of the shortest ways to a hit, against those recorded; nothing where valgrind is missing.
instructions: .venv/.native
	$(BIN)/python benches/instructions.py

.venv-bench/.peers: requirements/peers.txt .venv-bench/.tools
	tools/install-packages .venv-bench/bin/python $<
	@touch $@

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items --locked

clean:
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	cargo clean

# environment(directory, interpreter, cargo profile, cargo target directory)
#
# The package is installed as a user gets it, from a wheel: an editable install would be user code
# to rememo, and its files would not be tested as packaged. All Pythons share one target directory:
# only what knows Python is built for each of them.
define environment
$(1)/.tools: requirements/dev.txt
	$(1)/bin/python -c '' 2>/dev/null || $(2) -m venv --clear $(1) || { \
		$(2) -m venv --clear --without-pip $(1) && $(2) -m pip --python $(1)/bin/python install --quiet pip; }
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $$<
	@touch $$@

$(1)/.packages: requirements/packages.txt $(1)/.tools
	tools/install-packages $(1)/bin/python $$<
	@touch $$@

$(1)/.native: $(SOURCES) $(1)/.tools
	rm -rf $(4)/wheels/$(1)
	env -u PYO3_PYTHON CARGO_TARGET_DIR=$(4) $(1)/bin/maturin build --quiet --locked --profile $(3) \
		--interpreter $(abspath $(1)/bin/python) --out $(4)/wheels/$(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
		--force-reinstall $(4)/wheels/$(1)/rememo-*.whl
	@touch $$@
endef

$(eval $(call environment,.venv,$(PYTHON),quick,$(TARGET)))
$(eval $(call environment,.venv-ordinary,$(PYTHON),quick,$(TARGET)))
$(eval $(call environment,.venv-bench,$(PYTHON),release,$(TARGET)))

# further(minor version, interpreter)
define further
.PHONY: test-python-$(1) soak-$(1)
test-python-$(1): .venv-$(1)/.native .venv-$(1)/.packages
	.venv-$(1)/bin/python -m pytest --numprocesses auto --dist worksteal

soak-$(1): .venv-$(1)/.native .venv-$(1)/.packages
	REMEMO_LONG=1 REMEMO_SEED=$(SEED) .venv-$(1)/bin/python -m pytest $(SOAK)
	REMEMO_LONG=1 REMEMO_SEED=$(SEED) REMEMO_NO_WATCHERS=1 .venv-$(1)/bin/python -m pytest $(SOAK)

$(call environment,.venv-$(1),$(2),quick,$(TARGET))
endef

$(foreach entry,$(FURTHER),$(eval $(call further,$(call minor,$(entry)),$(call interpreter,$(entry)))))
