// Command rfcindex checks that every RFC cited in the code is listed in docs/rfc/index.md, and with -print writes the
// table of requirement to code for the manual.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A citation has the exact form "RFC nnnn §x.y"; the section is empty where a whole document is meant.
var (
	citation = regexp.MustCompile(`RFC (\d{3,5})(?: §([0-9A-Z][0-9A-Za-z.]*))?`)
	listed   = regexp.MustCompile(`^\| RFC (\d{3,5}) \|[^|]*\| *(yes|partial|planned|no) *\|`)
)

type place struct {
	section, where string
}

func main() {
	list := flag.Bool("print", false, "write the table of requirement to code")
	flag.Parse()
	if err := run(*list); err != nil {
		fmt.Fprintln(os.Stderr, "rfcindex:", err)
		os.Exit(1)
	}
}

func run(list bool) error {
	index, err := readIndex("docs/rfc/index.md")
	if err != nil {
		return err
	}
	cited, err := citations("cmd", "internal", "test", "bench")
	if err != nil {
		return err
	}
	var missing []string
	for rfc, places := range cited {
		if index[rfc] == "" {
			missing = append(missing, fmt.Sprintf("RFC %s, cited at %s", rfc, places[0].where))
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("add to docs/rfc/index.md, with a status:\n  %s", strings.Join(missing, "\n  "))
	}
	if list {
		printTable(cited)
	}
	return nil
}

func readIndex(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	index := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if m := listed.FindStringSubmatch(s.Text()); m != nil {
			index[m[1]] = m[2]
		}
	}
	if len(index) == 0 {
		return nil, fmt.Errorf("%s lists no RFC", path)
	}
	return index, nil
}

func citations(roots ...string) (map[string][]place, error) {
	found := map[string][]place{}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(text), "\n") {
				for _, m := range citation.FindAllStringSubmatch(line, -1) {
					where := fmt.Sprintf("%s:%d", path, i+1)
					found[m[1]] = append(found[m[1]], place{strings.TrimRight(m[2], "."), where})
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func printTable(cited map[string][]place) {
	rfcs := make([]string, 0, len(cited))
	for rfc := range cited {
		rfcs = append(rfcs, rfc)
	}
	slices.SortFunc(rfcs, func(a, b string) int { return len(a)*1e6 - len(b)*1e6 + strings.Compare(a, b) })
	for _, rfc := range rfcs {
		fmt.Printf("## RFC %s\n", rfc)
		places := cited[rfc]
		slices.SortStableFunc(places, func(a, b place) int { return strings.Compare(a.section, b.section) })
		for _, p := range places {
			fmt.Printf("- §%s %s\n", p.section, p.where)
		}
	}
}
