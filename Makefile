# `make run` starts the site, `make test` tests it. Both need git, make and Python 3.11 or newer with venv; nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests run in this many processes; 0 runs them in one, which is easier to debug.
TEST_PROCESSES ?= 2
# For example: make test TESTS=tests/quotes
TESTS ?= tests
# For example: make torture CASES="rp1 sp10"
CASES ?=
# For example: make bench ROWS="1 2 10", or the whole of it, which takes an hour: make bench SIZE=full
SIZE ?= small
ROWS ?=
PYTHON_CODE := marketplace migrations tests benchmarks wsgi.py .ci

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test torture bench lint sbom format clean browser nginx pgbouncer iproute2 wrk smtp-sink promtool systemd-analyze
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@exec $(BIN)/python -m marketplace.processes.run

test: $(VENV)/.installed-dev browser pgbouncer nginx promtool systemd-analyze
	@exec $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(TESTS)

# The slow experiments, one after the other, in an hour and a half at most; ends in one table.
empty :=
cases = $(subst $(empty) $(empty), or ,$(patsubst %,test_%_,$(strip $(CASES))))
torture: $(VENV)/.installed-dev browser nginx iproute2
	@exec timeout --foreground --signal=INT --kill-after=60 90m \
		$(BIN)/python -m pytest -n 0 -r N tests/torture $(if $(CASES),-k '$(cases)')

# How fast the site is, beside yardsticks measured in the same call; ends in one table and docs/performance.md.
bench: $(VENV)/.installed-dev browser wrk smtp-sink
	@exec $(BIN)/python -m benchmarks --size $(SIZE) $(ROWS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml marketplace migrations wsgi.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates

# What the site is made of, as CycloneDX JSON; made anew for each release, not kept here.
sbom: $(VENV)/.installed-dev
	$(BIN)/python .ci/sbom.py sbom.json

format: $(VENV)/.installed-dev
	$(BIN)/ruff format $(PYTHON_CODE)
	$(BIN)/ruff check --fix $(PYTHON_CODE)

# What `make run` keeps below DATA_DIR stays: it may be the only copy of somebody's work.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tests/artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt $(VENV)/.made
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

# The browser tests use the system's Chromium.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -q </dev/null && \
		apt-get install -q -y --no-install-recommends chromium fonts-noto-core </dev/null; \
	else \
		echo "The browser tests need Chromium. Install the package chromium (and fonts-noto-core)." >&2; exit 1; \
	fi

# Tests put nginx in front, as docs/deployment/nginx.conf says: unpacked beside the tools, neither installed nor started.
nginx: $(VENV)/.made
	@command -v nginx >/dev/null || [ -x $(VENV)/nginx/usr/sbin/nginx ] || { \
		mkdir -p $(VENV)/nginx && cd $(VENV)/nginx && \
		{ apt-get download -q nginx || { apt-get update -q && apt-get download -q nginx; }; } </dev/null && \
		dpkg -x nginx_*.deb .; \
	} || echo "nginx is not installed and could not be fetched: docs/deployment/nginx.conf is only read, RP12 and RP17 skipped." >&2

# What checks alerts and units of docs/deployment/: unpacked beside the tools in the same way.
promtool: $(VENV)/.made
	@command -v promtool >/dev/null || [ -x $(VENV)/prometheus/usr/bin/promtool ] || { \
		mkdir -p $(VENV)/prometheus && cd $(VENV)/prometheus && \
		{ apt-get download -q prometheus || { apt-get update -q && apt-get download -q prometheus; }; } </dev/null && \
		dpkg -x prometheus_*.deb .; \
	} || echo "promtool is not installed and could not be fetched: docs/deployment/alerts.yaml is only read." >&2

systemd-analyze: $(VENV)/.made
	@command -v systemd-analyze >/dev/null || [ -x $(VENV)/systemd/usr/bin/systemd-analyze ] || { \
		mkdir -p $(VENV)/systemd && cd $(VENV)/systemd && packages="systemd libsystemd-shared" && \
		{ apt-get download -q $$packages || { apt-get update -q && apt-get download -q $$packages; }; } </dev/null && \
		for package in *.deb; do dpkg -x $$package .; done; \
	} || echo "systemd-analyze is not installed and could not be fetched: units of docs/deployment/ are only read." >&2

# Tests put PgBouncer in front of PostgreSQL: unpacked in the same way, with the two libraries that it brings along.
pgbouncer: $(VENV)/.made
	@command -v pgbouncer >/dev/null || [ -x $(VENV)/pgbouncer/usr/sbin/pgbouncer ] || { \
		mkdir -p $(VENV)/pgbouncer && cd $(VENV)/pgbouncer && packages="pgbouncer libc-ares2 libevent-2.1-7" && \
		{ apt-get download -q $$packages || { apt-get update -q && apt-get download -q $$packages; }; } </dev/null && \
		for package in *.deb; do dpkg -x $$package .; done; \
	} || echo "pgbouncer is not installed and could not be fetched: tests/foundation/test_pooler.py will be skipped." >&2

# Another experiment has a network of its own to swallow packets in.
iproute2:
	@command -v ip >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && export DEBIAN_FRONTEND=noninteractive && \
		apt-get update -q </dev/null && apt-get install -q -y --no-install-recommends iproute2 </dev/null; \
	} || echo "iproute2 is not installed and could not be: RP16 will be skipped." >&2

# What asks for pages.
wrk:
	@command -v wrk >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && export DEBIAN_FRONTEND=noninteractive && \
		{ apt-get install -q -y --no-install-recommends wrk || \
			{ apt-get update -q && apt-get install -q -y --no-install-recommends wrk; }; } </dev/null; \
	} || { echo "The benchmarks need wrk. Install the package wrk." >&2; exit 1; }

# What takes mails: of Debian's postfix, unpacked beside the tools; the mail server itself is neither installed nor started.
smtp-sink: $(VENV)/.made
	@command -v smtp-sink >/dev/null || [ -x $(VENV)/postfix/usr/sbin/smtp-sink ] || { \
		mkdir -p $(VENV)/postfix && cd $(VENV)/postfix && \
		{ apt-get download -q postfix || { apt-get update -q && apt-get download -q postfix; }; } </dev/null && \
		dpkg -x postfix_*.deb .; \
	} || echo "smtp-sink is not installed and could not be fetched: rows 8 and 9 will be missing." >&2
