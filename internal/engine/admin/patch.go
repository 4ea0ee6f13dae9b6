package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ringfence/internal/pbx"
)

// set writes what a patch gives.
func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

// clean is text as it is stored: composed, without white space around.
func clean(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// cleanAll cleans fields in place.
func cleanAll(fields ...*string) {
	for _, f := range fields {
		*f = clean(*f)
	}
}

// fresh compares the version that the caller saw with the one that is; Stale lists what was changed since and by whom.
func (w *Work) fresh(ref pbx.Ref, version, seen int64, patch any) error {
	if seen == 0 || seen == version {
		return nil
	}
	detail := &pbx.StaleDetail{Version: version}
	stale := &pbx.Error{Kind: pbx.Stale, Text: "Somebody else saved this meanwhile.", Detail: detail}
	sets, err := w.tx.History(w.org, ref, seen)
	if err != nil {
		return err
	}
	yours, err := patchFields(patch)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, cs := range sets {
		for _, it := range cs.Items {
			if it.Ref != ref || len(it.After) == 0 {
				continue
			}
			var after map[string]json.RawMessage
			if err := json.Unmarshal(it.After, &after); err != nil {
				return fmt.Errorf("read change set %d: %w", cs.ID, err)
			}
			for f, v := range after {
				if f == "groups" && w.actor.Scoped() {
					continue // of groups that he does not see
				}
				c := pbx.StaleField{Field: f, Theirs: v, ChangedBy: w.changedBy(cs), ChangeSet: cs.ID}
				if y, ok := yours[f]; ok {
					c.Yours = y
				}
				if i, ok := at[f]; ok {
					detail.Fields[i] = c
					continue
				}
				at[f] = len(detail.Fields)
				detail.Fields = append(detail.Fields, c)
			}
		}
	}
	slices.SortFunc(detail.Fields, func(a, b pbx.StaleField) int { return strings.Compare(a.Field, b.Field) })
	return stale
}

func patchFields(patch any) (map[string]json.RawMessage, error) {
	if patch == nil {
		return nil, nil
	}
	b, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("encode patch: %w", err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("decode patch: %w", err)
	}
	return m, nil
}
