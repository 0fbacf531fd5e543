# Everything a contributor runs. `make` alone prints the list.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The release that is being built: the tag, or what plugin.yaml will be tagged as.
VERSION ?= $(or $(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null | sed s/^v//),$(shell sed -n 's/^version: "\(.*\)"/\1/p' plugin.yaml)-dev)
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X github.com/helm-ferry/ferry/internal/cli.version=$(VERSION)'
EXE := $(shell go env GOEXE)
PLATFORM := $(shell go env GOOS)-$(shell go env GOARCH)

# The pinned programs: built once into ~/.cache/ferry, see testdata/tools/README.md.
PROGRAM := CGO_ENABLED=0 go run -trimpath ./internal/testworld/cmd/build
TEST_PROGRAMS := helm3 helm4 versitygw minio mc rclone etcd kube-apiserver kubectl kustomize
CLUSTER_PROGRAMS := kube-controller-manager kube-scheduler kubelet kube-proxy containerd containerd-shim-runc-v2 ctr coredns
# What tests run in: a scratch folder in memory, and API servers and MinIOs that are lent from test to test.
WORLD := CGO_ENABLED=0 go run -trimpath ./internal/testworld/cmd/world
path = $$($(PROGRAM) $(1) | sed 's,^[^/]*,,')

FUZZTIME ?= 10s
VULNDB ?= https://vuln.go.dev
VULNDB_OFFLINE ?=

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: ## bin/ferry and bin/ferry-hook for this machine; `helm plugin install .` takes them from there
	$(BUILD) -o bin/ferry$(EXE) ./cmd/ferry
	$(BUILD) -o bin/ferry-hook$(EXE) ./cmd/ferry-hook
	@mkdir -p bin/$(PLATFORM) && cp bin/ferry$(EXE) bin/$(PLATFORM)/ferry$(EXE)

.PHONY: demo
demo: ## a chart rendered by real Helms with Ferry, seven buckets moved between real S3 servers and proven
	@go run ./internal/demo

# What tests build and run is not seen by the cache of results: -count=1. What is compiled is in the cache of any folder
# that this is cloned to, and for the programs of a release too: -trimpath. A program with the race detector sleeps for a
# second whenever it exits, unless GORACE says otherwise.
GO_TEST := go test -trimpath -count=1 -timeout 60m
GO_RACE := CGO_ENABLED=1 GORACE=atexit_sleep_ms=0 $(GO_TEST) -race

.PHONY: test
test: ## what must pass; the first run builds the real servers and Helms that it uses (minutes)
	@$(PROGRAM) $(TEST_PROGRAMS)
	@# the engine is concurrent all over, and its tests wait much: with the race detector, beside the others
	$(WORLD) -api-servers 2 -minio 5 sh -c '$(GO_RACE) -parallel 8 ./mirror ./mirror/lease & engine=$$!; \
	CGO_ENABLED=0 $(GO_TEST) -parallel 4 $$(go list ./... | grep -vE "/mirror(/lease)?$$") && others=0 || others=1; \
	wait $$engine && exit $$others'

.PHONY: test-full
test-full: ## all tests, with the race detector, and with both Helms what test shares out between them
	@$(PROGRAM) $(TEST_PROGRAMS)
	FERRY_TESTS=full $(WORLD) -api-servers 2 -minio 5 sh -c '$(GO_RACE) ./...'

.PHONY: e2e
e2e: ## each mechanism once on a real cluster, which it makes and removes: needs Linux, root and Debian's packages
	@$(PROGRAM) $(CLUSTER_PROGRAMS) $(TEST_PROGRAMS)
	@# so many at a time: fewer leave the processors idle while all wait
	$(WORLD) go test -trimpath -tags e2e -count=1 -timeout 60m -parallel 6 ./internal/testworld/node ./internal/e2e/...

.PHONY: e2e-full
CHUNKS ?=
e2e-full: ## the whole of it: every row of every table and every kill, into docs/results and its pages; CHUNKS="TestMove …" for some
	@$(PROGRAM) $(CLUSTER_PROGRAMS) $(TEST_PROGRAMS)
	@# chunks of less than ten minutes
	@mkdir -p bin/e2e docs/results/e2e; failed=; \
	chunks="$(CHUNKS)"; [ -n "$$chunks" ] || chunks=$$(go test -tags e2e -list . ./internal/e2e | grep '^Test' | \
		sed -E 's,^Test(Cutovers|ToAStoreOutsideAndBack|KilledCutover|TheJobVanishes)$$,&/helm3 &/helm4,'); \
	for chunk in $$chunks; do \
		name=$$(echo $$chunk | tr / -); \
		if $(WORLD) go test -trimpath -tags e2e -count=1 -timeout 10m -parallel 5 ./internal/e2e -full -v -run "^$${chunk/\//\$$/^}\$$" 2>&1 | tee bin/e2e/$$name.log; then \
			sed -n 's/^ *--- //p' bin/e2e/$$name.log > docs/results/e2e/$$name.txt; \
		else failed="$$failed $$chunk"; fi; \
	done; \
	if [ -n "$$failed" ]; then echo "make e2e-full: failed:$$failed; see bin/e2e"; exit 1; fi

.PHONY: cluster-up cluster-down
CLUSTER ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ferry/cluster
cluster-up: ## a Kubernetes cluster of one node in a network namespace, to look around
	@go run ./internal/testworld/cmd/cluster up $(CLUSTER)
cluster-down: ## remove it, also what a crash left
	@go run ./internal/testworld/cmd/cluster down $(CLUSTER)

.PHONY: check
check: lint vet test-full generated tidy vuln helm-lint ## all that must hold for a change; VULNDB_OFFLINE=1 where vuln.go.dev is out of reach
	@echo "make check: all is well$(if $(filter 1,$(VULNDB_OFFLINE)), but for what VULNDB_OFFLINE leaves out, see above)"

.PHONY: bench
bench: ## time and memory beside Helm alone, kustomize, mc and rclone, into docs/benchmarks.md
	go run ./internal/bench

.PHONY: survival
survival: ## what mc, rclone and Ferry make of faults, into docs/survival.md
	go run ./internal/survival

.PHONY: soak
soak: ## hundreds of mirrors through accidents and kills, into docs/soak.md
	go run ./internal/soak -results docs/results/soak.json -page docs/soak.md

.PHONY: clean
clean: ## remove bin and dist; the cache of programs stays
	rm -rf bin dist

.PHONY: generate
generate: ## schemas and reference pages from their sources
	go generate ./...

.PHONY: mutants
mutants: ## break one promise after the other, and see its test fail
	@go run ./internal/mutants

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s)
	@found=0; \
	for file in $$(git ls-files --cached --others --exclude-standard '*_test.go' | xargs grep -l '^func Fuzz'); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			found=1; echo "$$target in $$file"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")"; \
		done; \
	done; \
	if [ $$found = 0 ]; then echo "there is no fuzz target"; exit 1; fi

.PHONY: dist
dist: ## the archives of a release, for both Helms
	go run ./internal/dist/cmd/dist

.PHONY: tools
tools: ## build all pinned programs, the linter's too, and print how long each took
	@$(PROGRAM)

# The steps of check, in its order.
.NOTPARALLEL:

.PHONY: lint vet generated tidy vuln helm-lint
lint:
	$(call path,golangci-lint) run --allow-parallel-runners ./...

vet:
	go vet ./...

# Compares before and after, not with the last commit, so that it can be run before a commit.
generated:
	@state() { git diff HEAD; git status --porcelain; }; \
	before=$$(state); $(MAKE) generate; \
	if [ "$$before" != "$$(state)" ]; then git status --short; echo "generated files were not current: look at the changes and commit them"; exit 1; fi

tidy:
	go mod tidy -diff

vuln:
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; vulncheck=$(call path,govulncheck); \
	if "$$vulncheck" -db '$(VULNDB)' ./... >"$$log" 2>&1; then cat "$$log"; \
	elif grep -q 'fetching vulnerabilities' "$$log"; then \
		cat "$$log"; echo "NOT CHECKED for vulnerabilities: the database $(VULNDB) cannot be reached"; \
		if [ '$(VULNDB_OFFLINE)' != 1 ]; then echo "try VULNDB=file:///a/copy of it, or VULNDB_OFFLINE=1 to go on without"; exit 1; fi; \
	else cat "$$log"; exit 1; fi

helm-lint:
	$(call path,helm3) lint --strict charts/ferry charts/lakehouse
	$(call path,helm4) lint --strict charts/ferry charts/lakehouse
