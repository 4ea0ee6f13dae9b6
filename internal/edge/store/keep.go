package store

import (
	"container/list"
	"context"
	"database/sql/driver"
	"errors"
)

// keptStatements bounds how many statements a connection keeps prepared.
const keptStatements = 256

// keeping makes SQLite connections that keep their statements prepared: to parse and plan one takes longer than most
// take to run, and the driver would do it at each call. The driver of PostgreSQL does the same by itself.
type keeping struct{ driver.Connector }

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keepingConn{sqliteConn: conn.(sqliteConn), idle: map[string]*list.Element{}}, nil
}

// sqliteConn is what database/sql uses of the driver's connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStatement is what database/sql uses of the driver's statement.
type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keepingConn is a connection with the statements that are not running. Like each driver.Conn it serves one goroutine
// at a time.
type keepingConn struct {
	sqliteConn
	idle   map[string]*list.Element // by text; the elements are those of recent
	recent list.List                // of *keptStatement, last used first
}

// keptStatement goes back to its connection when it is closed.
type keptStatement struct {
	sqliteStatement
	conn *keepingConn
	text string
}

// take finds a statement of that text which is not running, or prepares one.
func (c *keepingConn) take(ctx context.Context, text string) (*keptStatement, error) {
	if e := c.idle[text]; e != nil {
		delete(c.idle, text)
		return c.recent.Remove(e).(*keptStatement), nil
	}
	s, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &keptStatement{sqliteStatement: s.(sqliteStatement), conn: c, text: text}, nil
}

// Close keeps the statement for the next call, and ends the one that waited longest where there are too many.
func (s *keptStatement) Close() error {
	c := s.conn
	if c.idle[s.text] != nil || c.idle == nil { // one of two that ran at once, or the connection has ended
		return s.sqliteStatement.Close()
	}
	c.idle[s.text] = c.recent.PushFront(s)
	if c.recent.Len() <= keptStatements {
		return nil
	}
	oldest := c.recent.Remove(c.recent.Back()).(*keptStatement)
	delete(c.idle, oldest.text)
	return oldest.sqliteStatement.Close()
}

func (c *keepingConn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

func (c *keepingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return c.take(ctx, text)
}

func (c *keepingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.sqliteStatement.Close() // would say the same once more
		return nil, err
	}
	return result, s.Close()
}

func (c *keepingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.sqliteStatement.Close() // would say the same once more
		return nil, err
	}
	return &keptRows{Rows: rows, statement: s}, nil
}

// Close ends the statements, then the connection.
func (c *keepingConn) Close() error {
	var errs []error
	for e := c.recent.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*keptStatement).sqliteStatement.Close())
	}
	c.idle = nil
	c.recent.Init()
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// keptRows gives its statement back when the last row was read.
type keptRows struct {
	driver.Rows
	statement *keptStatement
}

func (r *keptRows) Close() error {
	if r.statement == nil {
		return nil
	}
	s := r.statement
	r.statement = nil
	if err := r.Rows.Close(); err != nil {
		_ = s.sqliteStatement.Close() // would say the same once more
		return err
	}
	return s.Close()
}
