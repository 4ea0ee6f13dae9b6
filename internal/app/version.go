package app

import (
	"runtime"
	"runtime/debug"
)

// release is the version that is being worked towards.
const release = "0.1.0"

// Version names the build: release, revision, compiler.
func Version() string {
	v := "ringfence " + release
	if info, ok := debug.ReadBuildInfo(); ok {
		revision, modified := "", ""
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = "+"
			}
		}
		if revision != "" {
			v += " (" + revision + modified + ")"
		}
	}
	return v + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
