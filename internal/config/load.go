package config

import (
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Key is one configuration value as flags, file and documentation see it.
type Key struct {
	Name, Arg, Default, Help string
	index                    int
}

// Keys lists every configuration value in the order of the struct.
func Keys() []Key {
	t := reflect.TypeFor[Config]()
	keys := make([]Key, 0, t.NumField())
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		keys = append(keys, Key{
			Name: tag.Get("name"), Arg: tag.Get("arg"), Default: tag.Get("default"), Help: tag.Get("help"), index: i,
		})
	}
	return keys
}

// Sources is where Load looks: the TOML file (none if empty), the environment in the form of os.Environ, and only
// those flags that were given.
type Sources struct {
	File    string
	Environ []string
	Flags   map[string]string
}

// UsageError marks a mistake of the person who started the process, as opposed to a fault of the machine.
type UsageError struct{ Err error }

// Error gives the cause's text.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Load reads defaults, file, environment and flags, each over the one before, and checks the result. Errors are
// *UsageError and name the source and the key.
func Load(src Sources) (Config, error) {
	env := environment(src.Environ)
	c := Config{Data: StateDir(env)}
	keys := Keys()
	for _, k := range keys {
		if k.Default == "" {
			continue
		}
		if err := c.set(k, k.Default); err != nil {
			return Config{}, fmt.Errorf("default of %s: %w", k.Name, err)
		}
	}
	file, err := readFile(src.File, keys)
	if err != nil {
		return Config{}, &UsageError{err}
	}
	for _, k := range keys {
		if err := c.overlay(k, src, env, file); err != nil {
			return Config{}, &UsageError{err}
		}
	}
	if err := checkEnv(env, keys); err != nil {
		return Config{}, &UsageError{err}
	}
	if err := c.validate(); err != nil {
		return Config{}, &UsageError{err}
	}
	return c, nil
}

func (c *Config) overlay(k Key, src Sources, env, file map[string]string) error {
	if v, ok := file[k.Name]; ok {
		if err := c.set(k, v); err != nil {
			return fmt.Errorf("%s: %s: %w", src.File, k.Name, err)
		}
	}
	if v, ok := env[EnvName(k.Name)]; ok {
		if err := c.set(k, v); err != nil {
			return fmt.Errorf("%s: %w", EnvName(k.Name), err)
		}
	}
	if v, ok := src.Flags[k.Name]; ok {
		if err := c.set(k, v); err != nil {
			return fmt.Errorf("--%s: %w", k.Name, err)
		}
	}
	return nil
}

func (c *Config) set(k Key, text string) error {
	f := reflect.ValueOf(c).Elem().Field(k.index)
	if text == "" && k.Default == "" {
		f.SetZero()
		return nil
	}
	if u, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	f.SetString(text)
	return nil
}

func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	return env
}

// nearMiss is how far a name may be from a known one to be taken for a slip of the hand.
const nearMiss = 2

// checkEnv refuses a variable that is a known one misspelt. Others that begin like ours are somebody else's: container
// platforms make some up from a service's name.
func checkEnv(env map[string]string, keys []Key) error {
	known := []string{EnvName("config"), EnvName("server"), EnvName("token")}
	for _, k := range keys {
		known = append(known, EnvName(k.Name))
	}
	for name := range env {
		if !strings.HasPrefix(name, EnvPrefix) || slices.Contains(known, name) {
			continue
		}
		for _, k := range known {
			if distance(name, k) <= nearMiss {
				return fmt.Errorf("unknown environment variable %s; did you mean %s?", name, k)
			}
		}
	}
	return nil
}

func readFile(path string, keys []Key) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	raw := map[string]any{}
	_, err := toml.DecodeFile(path, &raw)
	var bad toml.ParseError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("configuration file %s does not exist", path)
	case errors.As(err, &bad):
		return nil, fmt.Errorf("%s line %d: %s", path, bad.Position.Line, bad.Message)
	case err != nil:
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	out := map[string]string{}
	for name, v := range raw {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s: unknown key %q%s", path, name, suggestion(name, names))
		}
		switch v := v.(type) {
		case string:
			out[name] = v
		case int64, bool:
			out[name] = fmt.Sprint(v)
		default:
			return nil, fmt.Errorf("%s: %s takes one value in quotes", path, name)
		}
	}
	return out, nil
}

// suggestion says which known name was probably meant, or nothing.
func suggestion(name string, known []string) string {
	best, at := "", len(name)/2+1
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is the Levenshtein distance of two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
