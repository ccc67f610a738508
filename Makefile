# Every command of the project; each is thin over a plain command that the README gives too.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= var
PIP_FLAGS := --disable-pip-version-check --require-hashes --no-deps --progress-bar on

.PHONY: help setup dev spark demo test fast check format prove bench bench-models docs migration db-upgrade db-check lock kernel models wheel clean

help: ## 打印这份清单 / print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/pyvenv.cfg:
	@echo "==> creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What runs the product: locked versions, every file checked against its hash.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "==> installing the product's parts (about a minute the first time)"
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --quiet -e .
	@touch $@

# The tools of developers and CI on top.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "==> installing the development tools"
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-dev.lock
	@touch $@

# The extra engine for a province; its test is skipped with a reason where it is not installed.
$(VENV)/.spark: requirements-spark.lock $(VENV)/.dev
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-spark.lock
	@touch $@

# Peers that are only compared with.
$(VENV)/.peers: requirements-peers.lock $(VENV)/.dev
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-peers.lock
	@touch $@

# The compiled matching of all firms; its tests are skipped with a reason where it is not installed.
$(VENV)/.kernel: requirements-kernel.lock $(VENV)/.dev
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-kernel.lock
	@touch $@

kernel: $(VENV)/.kernel ## 安装编译匹配内核 / install Numba for matching all firms

bench-models: $(VENV)/.peers ## 模型与同类比较 / our training pipeline against peers on the real sets (SETS=name)
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.bench_models $(SETS)

spark: $(VENV)/.spark ## 安装省级引擎 / install PySpark (needs Java 17)

setup: $(VENV)/.dev ## 建好开发环境 / virtual environment with locked tools, pre-commit hooks
	@git rev-parse --git-dir >/dev/null 2>&1 && $(BIN)/pre-commit install >/dev/null || true

dev: setup

demo: $(VENV)/.runtime ## 启动演示城市 / serve the invented city (PORT= HOST= DATA=)
	$(BIN)/xinyidai demo --port $(PORT) --host $(HOST) --data "$(DATA)"

test: $(VENV)/.dev ## 全部测试 / all tests
	$(BIN)/python -m tests.run

fast: $(VENV)/.dev ## 纯规则测试 / pure tests only, a few seconds
	$(BIN)/python -m pytest -q tests/catalogue tests/kernel/test_uscc.py tests/kernel/test_values.py

format: $(VENV)/.dev ## 统一格式 / format and safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(VENV)/.dev ## 格式、规则、类型、引用、迁移 / format, lint, types, imports, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m xinyidai.kernel.checks
	$(BIN)/python -m tests.migration_check

prove: $(VENV)/.dev ## 足量性质检验 / the same properties at full counts (PROOF=name)
	$(BIN)/python -m tests.proofs $(PROOF)

bench: $(VENV)/.dev ## 性能 / ours against baselines, JSON lines (BENCH=name)
	$(BIN)/python -m tests.bench $(BENCH)

docs: $(VENV)/.dev ## 重新生成目录和接口说明 / regenerate the catalogue and the API description
	$(BIN)/python -m tests.docs_build

migration: $(VENV)/.dev ## 下一个迁移 / next numbered revision (m="what" rev=0004)
	$(BIN)/xinyidai db revision -m "$(m)" --rev-id "$(rev)"
	$(BIN)/ruff format migrations

db-upgrade: $(VENV)/.runtime ## 升级数据库 / migrate
	$(BIN)/xinyidai db upgrade

db-check: $(VENV)/.runtime ## 核对数据库 / fail if tables and migrations differ
	$(BIN)/xinyidai db check

lock: ## 更新锁文件 / renew the lock files (needs uv)
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml --group dev --extra spark | awk '/^(py4j|pyspark)==/{p=1} p{print} p && !/\\$$/{p=0}' > requirements-spark.lock
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml --group dev --extra peers | awk 'NR==FNR{if(/^[^ ]/){split($$0,a,"==");base[a[1]]=1};next} /^[^ ]/{split($$0,a,"==");p=!(a[1] in base)} p' requirements-dev.lock - > requirements-peers.lock
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml --group dev --extra kernel | awk 'NR==FNR{if(/^[^ ]/){split($$0,a,"==");base[a[1]]=1};next} /^[^ ]/{split($$0,a,"==");p=!(a[1] in base)} p' requirements-dev.lock - > requirements-kernel.lock

wheel: $(VENV)/.dev ## 打包 / build the wheel into dist/
	$(BIN)/python -m pip wheel --disable-pip-version-check --no-deps --wheel-dir dist .

clean: ## 删除环境和缓存 / remove environment and caches, keep data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache dist build
