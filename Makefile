# Sapa. `make help` lists what can be done; everything else is in launch/.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run test check bench doctor train clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## set up what is missing, then start Sapa and keep it running until Ctrl-C
	@exec $(PYTHON) -m launch run

test: ## set up what is missing, then every check and every test
	@exec $(PYTHON) -m launch test

check: ## only what needs nothing running: lint, layout, types
	@exec $(PYTHON) -m launch check

bench: ## measure start, memory and messages per second here (BENCH=--cold: from a fresh clone too)
	@exec $(PYTHON) -m launch bench

doctor: ## look an installation over and say in plain words what is wrong with it
	@exec $(PYTHON) -m launch app commands doctor

train: ## train the assistant if what it learns from has changed
	@exec $(PYTHON) -m launch train

clean: ## remove everything made by set-up and running, after asking
	@exec $(PYTHON) -m launch clean
