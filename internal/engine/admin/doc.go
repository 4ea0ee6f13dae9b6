// Package admin holds the use cases that read and change the system, one file per noun, and the change set through which
// every administrative write goes: from page, API, command line, import or directory.
//
// It owns the Store, ReadTx and Tx interfaces that a store fills. Permission and tenant are checked here and nowhere
// else. A Service is safe for concurrent use; a transaction belongs to the function it was given to.
package admin
