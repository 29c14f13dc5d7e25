# Everything runs from .venv. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo test check race day format lock clean

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install -qq --require-hashes
LOCK := $(CURDIR)/$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)

help: ## Esta lista
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## El producto completo en http://127.0.0.1:8000 (PORT=… cambia el puerto)
	@$(BIN)/turnero demo --port $(PORT)

test: $(VENV)/.installed-dev ## Todas las pruebas, con PostgreSQL y Chromium de verdad
	@$(BIN)/python -m tests.support.provision
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.installed-dev ## Estilo, tipos y pruebas rápidas (SQLite, sin navegador)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@TURNERO_TEST_DATABASES=sqlite $(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser and not slow"

race: $(VENV)/.installed-dev ## Las carreras a tamaño completo: 200 cierres mientras 50 personas piden turno
	@$(BIN)/python -m tests.support.provision
	@TURNERO_RACE_ROUNDS=200 TURNERO_RACE_CROWD=300 $(BIN)/python -m pytest -n 2 --timeout 3600 -o faulthandler_timeout=0 \
		tests/booking/test_race.py tests/booking/test_closing.py tests/booking/test_closing_race.py

day: $(VENV)/.installed-dev ## Un día entero de una agencia, en navegadores de verdad, con 120 personas
	@$(BIN)/python -m tests.support.provision
	@TURNERO_DAY_PEOPLE=120 $(BIN)/python -m pytest --timeout 3600 -o faulthandler_timeout=0 tests/browser/test_day.py

format: $(VENV)/.installed-dev ## Da formato al código y ordena las importaciones
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev ## Vuelve a fijar las dependencias (UPGRADE=--upgrade las actualiza)
	@cd requirements \
		&& $(LOCK) -o main.txt ../pyproject.toml \
		&& $(LOCK) -o prod.txt --extra prod -c main.txt ../pyproject.toml \
		&& $(LOCK) -o build.txt build.in \
		&& $(LOCK) -o dev.txt dev.in \
		&& $(LOCK) -o postgres.txt postgres.in

clean: ## Borra lo instalado y lo generado (también los datos de la demostración)
	rm -rf $(VENV) instance dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV) && exit 0; \
		fi; \
	done; echo "Hace falta Python 3.11 o posterior, con su módulo venv." >&2; exit 1

$(VENV)/.installed: requirements/main.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Instalando las dependencias en $(VENV) (solo la primera vez)…"
	@$(INSTALL) -r requirements/main.txt -r requirements/build.txt
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements/prod.txt requirements/dev.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Instalando las dependencias de las pruebas en $(VENV) (solo la primera vez)…"
	@$(INSTALL) -r requirements/prod.txt -r requirements/dev.txt -r requirements/build.txt
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@
