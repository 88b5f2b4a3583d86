package engine

import (
	"os"
	"sync"
	"time"
)

// watcher looks at the files that the configuration was made of, and swaps the rooms between chunks when they changed. It asks for
// size and time instead of subscribing: mounted ConfigMaps, network folders and editors that rename all look alike to it.
type watcher struct {
	mu   sync.Mutex
	quit chan struct{}
}

type stamp struct {
	size int64
	mod  int64
}

func stampOf(path string) stamp {
	fi, err := os.Stat(path)
	if err != nil {
		return stamp{size: -1}
	}
	return stamp{fi.Size(), fi.ModTime().UnixNano()}
}

// doubt forgets the stamps of files that were written while they were being read, so that the next look takes them for changed.
func doubt(files map[string]stamp, began, ended int64) {
	for path, s := range files {
		if s.mod >= began && s.mod <= ended {
			files[path] = stamp{}
		}
	}
}

// start begins to watch, unless the configuration says not to or it does already.
func (w *watcher) start(e *Engine) {
	every := time.Duration(e.rooms.Load().cfg.Engine.Watch)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.quit != nil || every == 0 || len(e.rooms.Load().files) == 0 {
		return
	}
	w.quit = make(chan struct{})
	go w.run(e, every, w.quit)
}

// stop ends watching; a look that is under way ends by itself.
func (w *watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.quit != nil {
		close(w.quit)
		w.quit = nil
	}
}

func (w *watcher) run(e *Engine, every time.Duration, stop chan struct{}) {
	defer func() { // nobody above this goroutine catches a panic
		if p := recover(); p != nil {
			e.msgs.panicked(p)
		}
	}()
	t := time.NewTicker(every)
	defer t.Stop()
	seen := e.rooms.Load().files
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			if now := changed(seen); now != nil {
				if seen = now; e.reload() {
					seen = e.rooms.Load().files
				}
			}
		}
	}
}

// changed gives the files' stamps as they are now where one differs from what was seen, nil where none does.
func changed(seen map[string]stamp) map[string]stamp {
	now, differ := make(map[string]stamp, len(seen)), false
	for f, s := range seen {
		now[f] = stampOf(f)
		differ = differ || now[f] != s
	}
	if !differ {
		return nil
	}
	return now
}

// reload takes the configuration as the files have it now; where it is refused the running one stays, and the answer is false.
func (e *Engine) reload() bool {
	r, err := build(e.opts)
	if err != nil {
		e.msgs.add(Error, "configuration changed but is refused, the running one stays: "+err.Error())
		return false
	}
	e.adopt(r)
	e.msgs.add(Info, "configuration reloaded: "+e.opts.String())
	return true
}
