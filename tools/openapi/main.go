// Command openapi writes the API's OpenAPI document to standard output; `make generate` keeps it in web/openapi.json,
// from which the page's client is generated.
package main

import (
	"fmt"
	"os"

	"ringfence/internal/edge/httpapi"
)

func main() {
	doc, err := httpapi.Document()
	if err == nil {
		_, err = os.Stdout.Write(doc)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
