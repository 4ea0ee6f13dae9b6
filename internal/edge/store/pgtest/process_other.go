//go:build !linux

package pgtest

import "syscall"

// unprivileged: elsewhere tests run as an ordinary user.
func unprivileged(string) (*syscall.SysProcAttr, error) { return &syscall.SysProcAttr{}, nil }

// dieWithParent: only Linux can tie the server to its parent.
func dieWithParent(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }
