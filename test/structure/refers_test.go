package structure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
)

// TestEveryFieldThatRefersHasWords fails for a field of the registry that the page would name by its kind and field alone
// when it asks what becomes of it.
func TestEveryFieldThatRefersHasWords(t *testing.T) {
	files, err := filepath.Glob("../../web/src/locale/en/*.ts")
	if err != nil || len(files) == 0 {
		t.Fatalf("no words: %v", err)
	}
	var words strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		words.Write(text)
	}
	for _, r := range admin.Rules() {
		key := "'refers." + string(r.Kind) + "." + r.Field + "'"
		if len(r.Ways) > 0 && !strings.Contains(words.String(), key) {
			t.Errorf("no words for %s", key)
		}
	}
}
