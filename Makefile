# `make` lists the targets. Needs Go and a C compiler; everything else is fetched as Go modules.
SHELL       := /bin/bash
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOFLAGS     += -trimpath
LDFLAGS     := -X prescore/engine.Version=$(VERSION)
TOOLS       := build/tools
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 20s
CORPUS      ?= ../shared/data
export GOFLAGS

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: need
need:
	@command -v go >/dev/null || { echo "prescore needs Go 1.24 or newer: https://go.dev/dl"; exit 2; }
	@command -v $${CC:-cc} >/dev/null || { echo "prescore needs a C compiler: apt-get install gcc, dnf install gcc"; exit 2; }

.PHONY: build
build: need build/prescore build/flb-filter_prescore.so ## the shared object and the command, into build/

# The object binds to the first versions of glibc's symbols (plugin/floor.h) and resolves names without it, so that it also loads on
# machines older than the one it was built on; `make glibc-gate` reads that off the object.
.PHONY: build/flb-filter_prescore.so
build/flb-filter_prescore.so: need
	CGO_ENABLED=1 CGO_CFLAGS="-O2 -g -include $(CURDIR)/plugin/floor.h" go build -buildmode=c-shared -tags netgo,osusergo -ldflags '$(LDFLAGS)' -o $@ ./plugin
	@rm -f build/flb-filter_prescore.h
	ln -sf flb-filter_prescore.so build/out_prescore.so

.PHONY: host-test
host-test: need ## the shared object in the project's own test host, through both doors
	go test -count=1 -run 'TestHost|TestSoak' ./plugin

.PHONY: asan
asan: need ## the same under AddressSanitizer, with leaks
	go test -count=1 -run TestAddressSanitizer ./plugin

.PHONY: glibc-gate
glibc-gate: need ## the object loads on glibc 2.17 and has both doors
	go test -count=1 -run 'TestObject|TestPinned' ./plugin

.PHONY: e2e
e2e: build ## in real agents: FLUENT_BIT=PATH[,PATH...], by default the fluent-bit on PATH
	E2E_BUILD=$(abspath build) go test -count=1 -v -timeout 40m ./plugin/e2e

.PHONY: build/prescore
build/prescore: need
	CGO_ENABLED=0 go build -ldflags '$(LDFLAGS)' -o $@ ./engine/cmd/prescore

.PHONY: demo
demo: build ## one intrusion's logs through the agent, and the most severe of it; ROWS=20
	@fixtures/demo/run.sh

.PHONY: test
test: build ## build, and everything that needs no Fluent Bit
	go test ./...

.PHONY: race
race: need ## the tests under the race detector
	go test -race -short ./...

.PHONY: check
check: need format vet staticcheck doors tidy ## format, vet, staticcheck, doors, tidy

.PHONY: format
format:
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not gofmt'ed:"; echo "$$out"; exit 1; }

.PHONY: vet
vet:
	go vet ./...

.PHONY: staticcheck
staticcheck: $(TOOLS)/staticcheck
	$(TOOLS)/staticcheck ./...

$(TOOLS)/staticcheck:
	@mkdir -p $(TOOLS)
	GOFLAGS= GOBIN=$(abspath $(TOOLS)) go install $(STATICCHECK)

.PHONY: doors
doors:
	go test -run TestDoors ./engine

.PHONY: tidy
tidy:
	go mod tidy -diff

# Each fuzz target is folder.Function; FUZZ names a few, the default is all.
FUZZ ?= $(shell grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' -H engine plugin | sed -E 's|/[^/]+:func |.|')
.PHONY: fuzz
fuzz: need ## fuzz every target for FUZZTIME (20s) each
	@for t in $(FUZZ); do \
		echo "fuzz $$t"; \
		go test -run '^$$' -fuzz "^$${t##*.}$$" -fuzztime $(FUZZTIME) ./$${t%.*} || exit 1; \
	done

.PHONY: bench
bench: need ## benchmarks, in a form that benchstat reads
	go test -run '^$$' -bench . -benchmem ./engine/... ./plugin/bench

.PHONY: bench-check
bench-check: need ## compare with fixtures/bench/baseline.json, as ratios to a calibration loop; UPDATE=1 writes it
	BENCH_CHECK=1 UPDATE=$(UPDATE) go test -count=1 -v -run 'TestBaseline|TestRegressions' ./engine

# The compiler inlines and lays out what the profile shows to be hot (go.dev/doc/pgo); `go build` takes default.pgo from the folder of
# the shared object by itself (the command is for people: it is not worth a second compilation of everything). Make it again after a
# change of the record path: a profile that is out of date costs speed, never sense.
.PHONY: pgo
pgo: need ## the profile that the compiler optimises by, from the benchmarks' mixes; RULES=DIR for the lanes with Sigma rules
	@mkdir -p build/pgo
	RULES='$(RULES)' go test -run '^$$' -bench 'Endpoint|Lines' -benchtime 400000x -cpuprofile build/pgo/lanes.prof -o build/pgo/lanes.test ./plugin/bench
	go test -run '^$$' -bench 'Engine$$' -benchtime 2s -cpuprofile build/pgo/engine.prof -o build/pgo/engine.test ./engine
	go tool pprof -proto build/pgo/lanes.prof build/pgo/engine.prof >plugin/default.pgo

.PHONY: conformance
conformance: need ## the corpora in CORPUS=DIR, a line a file
	CORPUS=$(abspath $(CORPUS)) go test -count=1 -v -run . ./engine/conformance | grep -E '^(conformance |--- FAIL|FAIL|ok|\s+\S+_test.go)' ; exit $${PIPESTATUS[0]}

.PHONY: clean
clean: ## remove build/
	rm -rf build

AGENT  ?= fluent-bit
EVENTS ?= 1000000
ROUNDS ?= 5
RULES  ?=
.PHONY: bench-host
bench-host: build ## what it costs a real agent: AGENT=fluent-bit EVENTS=1000000 ROUNDS=5 RULES=DIR
	@command -v $(AGENT) >/dev/null || { echo "bench-host needs a fluent-bit on PATH, or AGENT=PATH"; exit 2; }
	go run ./plugin/bench -agent $(AGENT) -build build -events $(EVENTS) -rounds $(ROUNDS) -rules '$(RULES)'
