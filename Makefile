# The front door: every common task is one word. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help build run test bench lint format clean clean-demo

sources = $(shell find base model watch docker controller metrics api cmd tests packaging \
            -name '*.h' -o -name '*.cpp')

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build build/release/fairlead
	scripts/bootstrap build
	cmake --preset release
	cmake --build --preset release --target fairlead

run: ## build, find or start a Docker Engine, and keep it at what manifests/ says
	scripts/run

test: ## build everything and run every test
	scripts/bootstrap test
	cmake --preset release -DFAIRLEAD_TESTS=ON
	cmake --build --preset release
	ctest --test-dir build/release -LE engine-all -j 4 --no-tests=error --output-on-failure

bench: ## measure the core, the whole program, and Fairlead beside Docker Compose
	scripts/bootstrap bench
	cmake --preset release -DFAIRLEAD_TESTS=ON -DFAIRLEAD_BENCH=ON
	cmake --build --preset release --target fairlead fairlead_sample_image core_bench
	tests/bench/run

lint: ## check the format, the house rules, and all sources with clang-tidy
	scripts/bootstrap lint
	clang-format-19 --dry-run -Werror $(sources)
	set -e; for check in tests/tidy/check_*.py; do python3 -B $$check; done
	cmake --preset release
	.ci/changed_sources --all | xargs -d '\n' run-clang-tidy-19 -quiet -p build/release
	.ci/changed_sources --passed

format: ## rewrite the sources in the house format
	clang-format-19 -i $(sources)

clean-demo: ## remove what `make run` left behind: its engine's data, bridges and firewall rules
	scripts/clean-demo

clean: ## remove build/
	rm -rf build
