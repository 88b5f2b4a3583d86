package engine

import (
	"sync"
	"time"
)

// The host validates a configuration and a moment later opens it (cb_pre_run, cb_init). With thousands of rules compiling takes half a second,
// so what Validate compiled is kept for the Open that follows.
const (
	maxPrepared  = 4                // configurations kept: as many as an agent's instances name, and mostly one
	prepareKeeps = 30 * time.Second // from validation to opening; a host that refuses another plugin's configuration never opens
)

// prepared holds compiled rooms that nobody uses yet, by their options.
var prepared = struct {
	mu  sync.Mutex
	all map[string]waiting
}{all: map[string]waiting{}}

// waiting is rooms to be opened, and what forgets them. The timer holds the rooms too, so it is stopped when they are taken: an agent
// that reloads again and again would else carry half a minute's configurations.
type waiting struct {
	rooms *rooms
	until *time.Timer
}

// prepare compiles what the options name and keeps it for take. Options with an environment of their own are compiled and not kept.
func prepare(o Options) error {
	if r := take(o); r != nil {
		keep(o, r)
		return nil
	}
	r, err := build(o)
	if err == nil {
		keep(o, r)
	}
	return err
}

func keep(o Options, r *rooms) {
	if o.Lookup != nil || o.Replay {
		return
	}
	prepared.mu.Lock()
	defer prepared.mu.Unlock()
	key := o.key()
	if old, ok := prepared.all[key]; ok {
		old.until.Stop()
	} else if len(prepared.all) >= maxPrepared {
		return
	}
	prepared.all[key] = waiting{r, time.AfterFunc(prepareKeeps, func() {
		prepared.mu.Lock()
		defer prepared.mu.Unlock()
		if prepared.all[key].rooms == r {
			delete(prepared.all, key)
		}
	})}
}

// take gives the rooms kept for these options and forgets them; nil where there are none, or where one of their files has changed.
func take(o Options) *rooms {
	if o.Lookup != nil || o.Replay {
		return nil
	}
	prepared.mu.Lock()
	w, ok := prepared.all[o.key()]
	delete(prepared.all, o.key())
	prepared.mu.Unlock()
	if !ok {
		return nil
	}
	w.until.Stop()
	if changed(w.rooms.files) != nil {
		return nil
	}
	return w.rooms
}

// compile gives the rooms of the options: those that were prepared, or new ones.
func compile(o Options) (*rooms, error) {
	if r := take(o); r != nil {
		return r, nil
	}
	return build(o)
}
