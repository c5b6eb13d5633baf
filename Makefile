# Fundgate. `make run` and `make test` do all set-up themselves; they need Python 3.11 or newer and make.
PYTHON ?= python3
FOUND := command -v $(PYTHON) >/dev/null || { echo "fundgate: there is no $(PYTHON). Install Python 3.11 or newer, or name it: make run PYTHON=python3.12" >&2; exit 1; }
START := $(FOUND); exec $(PYTHON) infra/local/bootstrap.py

ON_POSTGRES := tests/portal tests/sharing tests/ingestion/web tests/ingestion/review tests/ingestion/schedule \
	tests/system/test_round_trip.py

.PHONY: run test reset lint samples messages requirements rules-docs bench bench-e2e bench-pages bench-share test-kill test-postgres fuzz properties model model-postgres pictures help

help:          ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/' | expand -t 17

run:           ## the whole system on this machine: portal, worker, embedded AWS
	@$(START) local -m infra.local run

test:          ## all checks and tests: lint, types, imports, unit, embedded AWS, browser
	@$(START) test -m infra.local test

reset:         ## forget everything `make run` stored
	@$(START) local -m infra.local reset

lint:          ## ruff, import contracts, cfn-lint
	@$(START) test -m infra.local lint

test-kill:     ## kill -9 of random parts in mid-run, 30 rounds (about an hour)
	@export FUNDGATE_KILL_ROUNDS=30; $(START) test -m pytest -x tests/system/test_kill.py

test-postgres: ## the portal's tests on PostgreSQL as migrated, in a cluster of their own (needs its server)
	@$(START) test -m infra.local on-postgres -m pytest -q -n 2 --dist loadgroup --migrations $(ON_POSTGRES)

bench:         ## the verdict engine beside its peers and on real deliveries (BENCH="--quick" for a short run)
	@$(START) bench -m tests.bench.engine $(BENCH)

bench-e2e:     ## upload to verdict on the local system: p50, 20 at once, time per step, memory
	@$(START) test -m infra.local bench-e2e

bench-pages:   ## a submission with 100,000 findings: seconds of its pages, filters and downloads, memory
	@$(START) test -m infra.local bench-pages

bench-share:   ## one delivery to 1,000 institutions: copies a second, notices, pages, the janitor, memory
	@$(START) test -m infra.local bench-share

model:         ## 1,200 random sequences of grants, runs, kills and deletions (the suite tries ten)
	@export FUNDGATE_SEQUENCES=1200; $(START) test -m pytest -q -n 2 --dist load tests/sharing/test_model.py

model-postgres: ## 300 sequences in which everybody acts at the same time, on a PostgreSQL of their own
	@export FUNDGATE_SEQUENCES=300; $(START) test -m infra.local on-postgres -m pytest -q -n 2 --dist load -k at_once tests/sharing/test_model.py

pictures:      ## the browser tests with pictures of whole pages in test-output (the suite keeps those of the window)
	@export FUNDGATE_PICTURES=whole; $(START) test -m pytest -q -n 2 --dist loadgroup tests/browser

fuzz:          ## damage files of every kind for FUZZ_SECONDS (180) and read them (guided: tests/fuzz/guided.py)
	@$(START) test -m tests.fuzz.readers

properties:    ## try every property on all its examples; the suite tries a quarter of them
	@export FUNDGATE_EXAMPLES=all; $(START) test -m pytest -q tests/ingestion/pipeline

samples:       ## write the demo files in docs/samples anew
	@$(START) test -m tests.tools.generate_samples

messages:      ## bring the German and French catalogues up to date and list what is not translated
	@$(START) test -m tests.tools.messages

rules-docs:    ## write the rule catalogue in docs/rules anew
	@$(START) test -m ingestion.pipeline rules --markdown docs/rules

requirements:  ## compile the pinned requirements from requirements/*.in (needs uv)
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --upgrade requirements/runtime.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --upgrade requirements/local.in -o requirements/local.txt
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --upgrade requirements/test.in -o requirements/test.txt
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --upgrade requirements/bench.in -o requirements/bench.txt
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --upgrade requirements/bench-gx.in -o requirements/bench-gx.txt
