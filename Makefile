# Everything runs from .venv. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo test check long race day upgrade chaos fairness rush sqlmap bench mutants quality messages sbom format lock clean

# Where it is set, every process would compile the product and its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install -qq --require-hashes
SBOM := build/sbom
# Line breaks, types of buttons, inline styles (mails know no others), refreshes without scripts, addresses written out.
NOT_OURS := H015,H021,H043,H052,J018
LOCALES := turnero/locale
SBOM_PIP := $(PIP) --python $(SBOM)
LOCK := $(CURDIR)/$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)

help: ## Esta lista
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## El producto completo en http://127.0.0.1:8000 (PORT=… cambia el puerto)
	@$(BIN)/turnero demo --port $(PORT)

test: $(VENV)/.installed-dev ## Todas las pruebas, con PostgreSQL y Chromium de verdad
	@$(BIN)/python -m tests.support.machine.provision
	@$(BIN)/python -m pytest -n 2 --dist worksteal --durations 25

check: $(VENV)/.installed-dev ## Estilo, tipos y pruebas rápidas (las reglas, sin base de datos ni navegador)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet --profile jinja --ignore $(NOT_OURS)
	@$(BIN)/mypy
	@$(BIN)/python -m tests.support.tools.names
	@$(BIN)/python -m pytest -m "not database and not browser and not slow"

OPTIONS_chaos = $(foreach option,SEED MUTANT SECONDS,$(if $($(option)),--$(shell echo $(option) | tr A-Z a-z)=$($(option))))
OPTIONS_fairness = $(if $(SEEDS),--seeds=$(SEEDS))

race day upgrade chaos fairness rush sqlmap bench: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.support.machine.provision
	@$(BIN)/python -m rehearsals $@ $(OPTIONS_$@)

race: ## Las carreras a tamaño completo: 200 cierres mientras 300 personas piden turno
day: ## Un día entero de una agencia, en navegadores de verdad, con 120 personas
upgrade: ## La migración con un millón de turnos, mientras la gente pide turno (media hora como mucho)
chaos: ## Quince minutos de fallas con 30 personas pidiendo turno (SEED=… repite; MUTANT=… quita una defensa)
fairness: ## Lo que intentan los revendedores, simulado con 30 semillas (cinco minutos; SEEDS=… cambia)
rush: ## Mil personas por un lugar, y cinco veces más gente de la que cabe (cinco minutos como mucho)
sqlmap: ## Busca inyecciones de SQL con sqlmap en todos los formularios (media hora como mucho)
bench: ## Rapidez del producto frente a lo mínimo posible, en proporciones de una misma corrida (media hora como mucho)

long: $(VENV)/.installed-dev ## Todos los ensayos a tamaño completo, uno tras otro, con su tabla (unas tres horas)
	@$(BIN)/python -m tests.support.machine.provision
	@$(BIN)/python -m rehearsals

mutants: $(VENV)/.installed-dev ## Quita cada defensa una vez y comprueba que su prueba lo nota (ONLY="S5 S6" limita)
	@$(BIN)/python -m tests.support.machine.provision
	@$(BIN)/python -m tests.support.tools.mutants $(ONLY)

quality: $(VENV)/.installed-dev ## Lighthouse y el validador de HTML en todas las páginas (quince minutos; pide Node y Java)
	@for program in node npm java; do \
		command -v $$program >/dev/null || { echo "Falta $$program: instale Node con npm, y Java." >&2; exit 1; }; \
	done
	@mkdir -p build/quality && cp tests/quality/package.json build/quality/
	@npm install --prefix build/quality --no-audit --no-fund --silent
	@$(BIN)/python -m tests.support.machine.provision
	@TURNERO_QUALITY=$(CURDIR)/build/quality $(BIN)/python -m pytest -s -o faulthandler_timeout=0 tests/quality

messages: $(VENV)/.installed-dev ## Los textos por traducir; con LOCALE=en empieza o pone al día ese idioma (docs/languages.md)
	@mkdir -p $(LOCALES)
	@$(BIN)/pybabel -q extract -F pyproject.toml -k gettext_noop --omit-header --sort-by-file -o $(LOCALES)/turnero.pot .
	@if [ -n "$(LOCALE)" ]; then \
		action=$$(test -f $(LOCALES)/$(LOCALE)/LC_MESSAGES/turnero.po && echo update || echo init); \
		$(BIN)/pybabel -q $$action -D turnero -i $(LOCALES)/turnero.pot -d $(LOCALES) -l $(LOCALE); \
	fi

sbom: $(BIN)/python ## Lo que se instala en producción, en CycloneDX y con sus licencias, en build/sbom
	@rm -rf $(SBOM)
	@mkdir -p $(SBOM)
	@$(BIN)/python -m venv $(SBOM)/tools
	@$(BIN)/python -m venv --without-pip $(SBOM)/product
	@$(SBOM_PIP)/tools/bin/python install -qq --require-hashes -r requirements/sbom.txt
	@$(SBOM_PIP)/product/bin/python install -qq --require-hashes --no-deps -r requirements/prod.txt
	@$(SBOM)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
		--of JSON -o $(SBOM)/turnero.cdx.json $(SBOM)/product/bin/python
	@$(SBOM)/tools/bin/pip-licenses --python=$(SBOM)/product/bin/python --format=markdown --with-urls --order=license \
		--output-file=$(SBOM)/licences.md
	@$(BIN)/python -m tests.support.tools.sbom $(SBOM)
	@rm -rf $(SBOM)/tools $(SBOM)/product

format: $(VENV)/.installed-dev ## Da formato al código y ordena las importaciones
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev ## Vuelve a fijar las dependencias (UPGRADE=--upgrade las actualiza)
	@cd requirements \
		&& $(LOCK) -o main.txt ../pyproject.toml \
		&& $(LOCK) -o prod.txt --extra prod -c main.txt ../pyproject.toml \
		&& $(LOCK) -o build.txt build.in \
		&& $(LOCK) -o dev.txt dev.in \
		&& $(LOCK) -o postgres.txt postgres.in \
		&& $(LOCK) -o sbom.txt sbom.in

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
