package engine

import (
	"path/filepath"
	"sync"
)

// registry shares engines between instances of the plugin that name the same file and the same overrides: one engine, one state.
var registry = struct {
	mu  sync.Mutex
	all map[string]*shared
}{all: map[string]*shared{}}

type shared struct {
	engine *Engine
	users  int
}

func (o Options) key() string {
	p := o.Config
	if p != "" {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
	}
	return p + "\x00" + o.Set
}

// Acquire gives the engine of these options: the one that runs, or a new one. A hot reload of the host releases the old instance
// before it acquires for the new one, so an engine without users is kept with its state; when it is acquired again it takes the
// configuration as the file has it now. Each Acquire needs its Release.
func Acquire(o Options) (*Engine, error) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	s := registry.all[o.key()]
	switch {
	case s == nil:
		e, err := Open(o)
		if err != nil {
			return nil, err
		}
		s = &shared{engine: e}
		registry.all[o.key()] = s
	case s.users == 0:
		r, err := compile(o)
		if err != nil {
			return nil, err
		}
		s.engine.opts = o
		s.engine.adopt(r)
		s.engine.watch.start(s.engine)
	}
	s.users++
	return s.engine, nil
}

// Release says that an instance no longer uses the engine.
func Release(e *Engine) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	for _, s := range registry.all {
		if s.engine == e && s.users > 0 {
			if s.users--; s.users == 0 {
				e.Close()
			}
		}
	}
}
