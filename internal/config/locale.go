package config

import (
	"os"
	"strings"
)

// Locale is what the machine's own settings say about the place it stands in; a start for the set-up form.
type Locale struct {
	Language string // en, de or it
	Country  string // two letters
	TimeZone string // IANA
}

// MachineLocale reads the usual variables of the environment and the machine's time zone.
func MachineLocale(environ []string) Locale {
	env := environment(environ)
	l := Locale{Language: "en", Country: "US", TimeZone: "UTC"}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		lang, _, _ := strings.Cut(env[name], ".")
		language, country, ok := strings.Cut(lang, "_")
		if !ok || len(country) != 2 || len(language) != 2 {
			continue
		}
		l.Country = strings.ToUpper(country)
		if language == "de" || language == "it" {
			l.Language = language
		}
		break
	}
	if zone := timeZone(env); zone != "" {
		l.TimeZone = zone
	}
	return l
}

func timeZone(env map[string]string) string {
	if zone := strings.TrimPrefix(env["TZ"], ":"); strings.Contains(zone, "/") && zone[0] != '/' {
		return zone
	}
	if target, err := os.Readlink("/etc/localtime"); err == nil {
		if _, zone, ok := strings.Cut(target, "zoneinfo/"); ok {
			return zone
		}
	}
	if b, err := os.ReadFile("/etc/timezone"); err == nil {
		return strings.TrimSpace(string(b))
	}
	return ""
}
