# The table of contents. Each target is a line, or a script under tools/ that a person can read.
.PHONY: run test check build dev bench generate web clean

GO ?= go
export CGO_ENABLED ?= 0

run: build            ## build the page and the binary, start the server on an embedded default
	./bin/ringfence serve --data $(or $(DATA),./ringfence-data)

build: web            ## one static binary: bin/ringfence
	$(GO) build -trimpath -o bin/ringfence ./cmd/ringfence

web:                  ## the page, into the folder that the binary embeds
	./tools/web

generate:             ## OpenAPI document, TypeScript types, configuration manual
	./tools/generate

check: web            ## lint, generated files current, licences and links
	./tools/check

test: build           ## install what the tests need, run all of them
	./tools/test

dev: build            ## server, page with reload, two scripted phones
	./tools/dev

bench: build          ## the side-by-side benchmarks
	./tools/bench

clean:                ## what was built; never the data directory
	rm -rf bin web/dist
