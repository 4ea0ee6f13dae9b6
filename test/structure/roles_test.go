package structure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryOperationStandsInTheRoleTable fails for an operation of the API that nobody has thought about who may do it.
func TestEveryOperationStandsInTheRoleTable(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("testdata", "roles.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			listed[f[0]] = true
		}
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "web", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			there[op.OperationID] = true
			if !listed[op.OperationID] {
				t.Errorf("%s (%s %s) has no line in test/structure/testdata/roles.txt: say there which role may do it, "+
					"with an example of its request", op.OperationID, method, path)
			}
		}
	}
	for name := range listed {
		if !there[name] {
			t.Errorf("%s stands in roles.txt, and the API has no such operation", name)
		}
	}
}
