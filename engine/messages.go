package engine

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Severity of a message, in the host's numbers.
const (
	Error = 1
	Warn  = 2
	Info  = 3
	Debug = 4
)

// The bounds on messages: a flood of them must neither grow nor drown the host's log.
const (
	maxMessages   = 256         // kept until the host takes them; more are counted only
	maxStack      = 2048        // bytes of a panic's stack
	panicsApart   = time.Minute // between two stacks
	maxMessageLen = 4096        // bytes of a message
)

// messages are lines for the host's log, kept until a callback on the host's own thread takes them.
type messages struct {
	mu        sync.Mutex
	list      []message
	lost      int
	lastPanic time.Time
}

type message struct {
	level int
	text  string
}

func (m *messages) add(level int, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.list) >= maxMessages {
		m.lost++
		return
	}
	m.list = append(m.list, message{level, text[:min(len(text), maxMessageLen)]})
}

// panicked notes a panic of a room, with its stack at most once a minute.
func (m *messages) panicked(p any) {
	m.mu.Lock()
	now := time.Now()
	quiet := now.Sub(m.lastPanic) < panicsApart
	if !quiet {
		m.lastPanic = now
	}
	m.mu.Unlock()
	if quiet {
		return
	}
	stack := debug.Stack()
	m.add(Error, fmt.Sprintf("a record was passed on unscored: panic: %v\n%s", p, stack[:min(len(stack), maxStack)]))
}

// DrainMessages hands over the messages since the last call, oldest first, and forgets them.
func (e *Engine) DrainMessages(do func(level int, text string)) {
	e.msgs.mu.Lock()
	if len(e.msgs.list) == 0 {
		e.msgs.mu.Unlock()
		return
	}
	list, lost := e.msgs.list, e.msgs.lost
	e.msgs.list, e.msgs.lost = nil, 0
	e.msgs.mu.Unlock()
	for _, m := range list {
		do(m.level, m.text)
	}
	if lost > 0 {
		do(Warn, fmt.Sprintf("%d more messages were not kept", lost))
	}
}
