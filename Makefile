# Two commands matter: `make run` and `make test`. Nothing but Python 3.11 and make has to be there.
# PORT and INITIATE_HOME are read from the environment or the command line.
PYTHON ?= python3
BIN := var/venv/bin
export PORT INITIATE_HOME

.PHONY: run test check format bench faults screenshots lock messages install-run install-test

install-run install-test: install-%:
	@$(PYTHON) tools/install.py $*

run: install-run
	@exec $(BIN)/python -m initiate.run

# The quick part of `make test`: no servers.
check: install-test
	@$(BIN)/python tools/check.py quick

test: install-test
	@exec $(BIN)/python tools/check.py all

bench: install-test
	@exec $(BIN)/python -m bench

# Kills everything that carries mail, hundreds of times, and counts what came of it. Half an hour.
faults: install-test
	@exec $(BIN)/python -m tests.faults

# Pictures of every page as each kind of person, in var/screenshots (or SCREENSHOTS). Half an hour.
screenshots: install-test
	@$(BIN)/python tools/check.py screenshots
	@$(BIN)/python -m tests.browser.sheets

# Puts code and templates into the form that the checks ask for.
format: install-test
	@$(BIN)/ruff check --quiet --fix; $(BIN)/ruff format --quiet; \
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

# Takes new words up in locale/nl; translate them there.
messages: install-test
	@$(BIN)/python tools/messages.py extract

UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links
lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: install-test
	$(UV) pyproject.toml -o requirements.txt
	$(UV) --group pyproject.toml:embedded -c requirements.txt -o requirements-embedded.txt
	$(UV) --group pyproject.toml:node -o requirements-node.txt
	$(UV) --group pyproject.toml:dev -c requirements.txt -c requirements-embedded.txt -o requirements-dev.txt
