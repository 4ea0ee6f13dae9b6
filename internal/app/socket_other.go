//go:build !linux

package app

import "fmt"

// shortPath refuses a path that is longer than the system takes for a socket.
func shortPath(path string) (short string, done func(), err error) {
	if len(path) > maxSocketPath {
		return "", nil, fmt.Errorf("the path %s is too long for a socket: choose a shorter --data", path)
	}
	return path, func() {}, nil
}
