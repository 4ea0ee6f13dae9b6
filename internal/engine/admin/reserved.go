package admin

import (
	"slices"
	"strings"

	"ringfence/internal/pbx"
)

// reserved says why nobody can have a value, empty if somebody can (X5).
func (w *Work) reserved(value string) string {
	for _, n := range w.emergencyNumbers() {
		if strings.HasPrefix(value, n) {
			return "Numbers that begin with the emergency number " + n + " can't be given to anybody."
		}
	}
	prefix := w.outsidePrefix()
	if prefix != "" && strings.HasPrefix(value, prefix) && pbx.NumberProblem(value) == "" {
		return "Numbers that begin with " + prefix + " go to an outside line, so they can't be given to anybody."
	}
	return ""
}

// emergencyNumbers are those of the organization's country; at set-up there is no organization yet, and so none.
func (w *Work) emergencyNumbers() []string {
	o, err := w.Organization()
	if err != nil {
		return nil
	}
	if w.emergencyIn != o.Country {
		w.emergency, w.emergencyIn = pbx.EmergencyNumbers(o.Country), o.Country
	}
	return w.emergency
}

// outsidePrefix is the digit for an outside line, empty for none.
func (w *Work) outsidePrefix() string {
	k := settingKey{pbx.LevelOrganization, int64(w.org), pbx.SettingOutsidePrefix}
	set, err := w.settings.get(w, k)
	if err != nil || set.Value == pbx.NoPrefix { // the catalogue's default is none
		return ""
	}
	return set.Value
}

// mostClashes is how many clashing numbers are named.
const mostClashes = 10

// checkCountry lists the numbers in use that begin with an emergency number of the country (X5).
func (w *Work) checkCountry(o pbx.Organization) error {
	before, err := w.Organization()
	if err != nil || before.Country == o.Country {
		return err
	}
	clashes, err := w.beginningWith(pbx.EmergencyNumbers(o.Country))
	if err != nil || len(clashes) == 0 {
		return err
	}
	return fieldError("country", "These numbers begin with an emergency number there; change them first: "+
		strings.Join(clashes, ", ")+".")
}

// checkOutsidePrefix lists the numbers in use that begin with the digit for an outside line, when it changes.
func (w *Work) checkOutsidePrefix(set pbx.Setting) error {
	if set.Value == pbx.NoPrefix {
		return nil
	}
	old, err := w.tx.Setting(w.org, set.Level, set.Owner, set.Key)
	if err == nil && old.Value == set.Value {
		return nil
	}
	if err = ignoreMissing(err); err != nil {
		return err
	}
	clashes, err := w.beginningWith([]string{set.Value})
	if err != nil || len(clashes) == 0 {
		return err
	}
	return fieldError("value", "These numbers begin with "+set.Value+"; change them first: "+
		strings.Join(clashes, ", ")+".")
}

// beginningWith names numbers in use that begin with one of some digits, with who has them; what is only kept for a form
// does not count.
func (w *Work) beginningWith(prefixes []string) ([]string, error) {
	var out []string
	for _, p := range prefixes {
		for length := max(len(p), 2); length <= pbx.MaxNumber; length++ {
			rest := length - len(p)
			found, err := w.tx.DialStringsBetween(w.org, p+strings.Repeat("0", rest), p+strings.Repeat("9", rest), mostClashes+1)
			if err != nil {
				return nil, err
			}
			for _, d := range found {
				now, ok, err := w.occupant(d.Value, 0)
				if err != nil {
					return nil, err
				}
				if !ok || now.Kind == pbx.DialHold || pbx.NumberProblem(d.Value) != "" {
					continue
				}
				name, err := w.holderName(now)
				if err != nil {
					return nil, err
				}
				out = append(out, clash(now, name))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > mostClashes {
		out = append(out[:mostClashes], "and more")
	}
	return out, nil
}

func clash(d pbx.DialString, name string) string {
	switch {
	case name == "":
		return d.Value
	case d.Kind == pbx.DialHeld:
		return d.Value + " (held for " + name + ", deleted)"
	}
	return d.Value + " (" + name + ")"
}

// reservedIn counts the numbers of a range that nobody can have.
func (w *Work) reservedIn(first, last string) int {
	prefixes := slices.Clone(w.emergencyNumbers())
	if p := w.outsidePrefix(); p != "" {
		prefixes = append(prefixes, p)
	}
	n := 0
	for i, p := range prefixes {
		within := slices.ContainsFunc(prefixes, func(o string) bool { return o != p && strings.HasPrefix(p, o) })
		if within || slices.Contains(prefixes[:i], p) || len(p) > len(first) {
			continue // counted with the shorter one
		}
		rest := len(first) - len(p)
		lo, hi := max(first, p+strings.Repeat("0", rest)), min(last, p+strings.Repeat("9", rest))
		if lo <= hi {
			n += pbx.ExtensionPool{First: lo, Last: hi}.Size()
		}
	}
	return n
}
