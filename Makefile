# The front door: every common task is one word. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help build run test lint format clean

sources = $(shell find base model watch docker controller metrics api cmd tests packaging \
            -name '*.h' -o -name '*.cpp')

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

build: ## build build/release/fairlead
	scripts/bootstrap build
	cmake --preset release
	cmake --build --preset release --target fairlead

run: ## build, find or start a Docker Engine, and keep it at what manifests/ says
	scripts/run

test: ## build everything and run every test
	scripts/bootstrap test
	cmake --preset release
	cmake --build --preset release
	ctest --test-dir build/release --output-on-failure

lint: ## check the format, the house rules and clang-tidy
	scripts/bootstrap build
	clang-format-19 --dry-run -Werror $(sources)
	set -e; for check in tests/tidy/check_*.py; do python3 -B $$check; done
	cmake --preset release
	run-clang-tidy-19 -quiet -p build/release "^$(CURDIR)/(base|model|watch|docker|controller|metrics|api|cmd)/.*\.cpp\$$"

format: ## rewrite the sources in the house format
	clang-format-19 -i $(sources)

clean: ## remove build/
	rm -rf build
