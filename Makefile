.DEFAULT_GOAL := help
.PHONY: help run test lock migration messages pictures calibrate
UV = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the counter on http://127.0.0.1:8000
	./run

test: ## Check everything
	./test

lock: ## Pin the newest versions that requirements*.in allow (needs uv)
	$(UV) --upgrade requirements.in -o requirements.lock
	$(UV) --upgrade -c requirements.lock requirements-dev.in -o requirements-dev.lock

migration: ## Write a migration for what the models gained: make migration m="why"
	.venv/bin/python -m counter.migrations "$(m)"

messages: ## Bring the catalogues up to date; says which messages still want words
	.venv/bin/python -m translations.catalogues

pictures: ## Take the pictures of the README anew; all that the tests take lie in instance/pictures
	COUNTER_PICTURES=instance/pictures .venv/bin/pytest -q tests/e2e
	for taken in docs/pictures/*.png; do cp "instance/pictures/$$(basename $$taken)" docs/pictures/; done

calibrate: ## Fit what paper reading says of itself; after every change of weights or decoding (8 minutes)
	.venv/bin/python -m tests.benchmarks.calibrate $(if $(kept),--kept $(kept))
