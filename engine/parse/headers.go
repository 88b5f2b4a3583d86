package parse

import (
	"strings"
	"sync"
	"sync/atomic"

	"prescore/engine/event"
	"prescore/engine/parse/csv"
	"prescore/engine/parse/zeek"
)

const (
	maxTags       = 256     // tags whose header lines are kept: an agent that tails more files of tables has one tag for many
	maxLayouts    = 64      // Zeek's logs under one tag: it writes some 50
	maxHeaderLine = 8 << 10 // bytes of a header line: the longest of a known export has 3,000
	maxHeaders    = 4 << 20 // bytes of all header lines kept
)

// headers are the header lines seen, by tag: a row means nothing without the line that named its columns, and the host delivers
// them as records of their own. Tables are read without a lock and replaced whole under one, when a header line comes.
type headers struct {
	mu      sync.Mutex
	tags    atomic.Pointer[map[string]*tables]
	refused atomic.Uint64 // header lines over a bound
}

// tables is what is known of one tag; it is never changed, only replaced.
type tables struct {
	names []string // of its CSV
	delim byte
	path  string // of the Zeek log whose fields have not come yet
	zeek  []*zeek.Layout
}

func (h *headers) get(tag string) *tables {
	if m := h.tags.Load(); m != nil {
		return (*m)[tag]
	}
	return nil
}

// size is about how many bytes a tag's tables hold.
func (t *tables) size() int {
	n := len(t.path)
	for _, s := range t.names {
		n += len(s) + 16
	}
	for _, l := range t.zeek {
		for _, s := range l.Names {
			n += len(s) + 17
		}
	}
	return n
}

// again reports whether a row under a tag that has a header is a header itself: the same again, or one of another width or
// delimiter.
func (t *tables) again(s string) bool {
	if d := csv.Delimiter(s); d != 0 && d != t.delim {
		return csv.IsHeader(s, d)
	}
	if !csv.IsHeader(s, t.delim) {
		return false
	}
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return count(s, t.delim)+1 != len(t.names) || strings.HasPrefix(strings.TrimLeft(s, "\""), t.names[0])
}

// change replaces a tag's tables by what edit makes of a copy for a header line, within the bounds.
func (h *headers) change(ev *event.Event, line string, edit func(*tables)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.tags.Load()
	m := map[string]*tables{}
	size := len(line)
	if old != nil {
		for k, v := range *old {
			m[k] = v
			size += v.size()
		}
	}
	if m[ev.Tag] == nil && len(m) >= maxTags || len(line) > maxHeaderLine || size > maxHeaders {
		h.refused.Add(1)
		ev.Problem(room, "too_many_headers", "")
		return
	}
	t := tables{}
	if p := m[ev.Tag]; p != nil {
		t = *p
	}
	edit(&t)
	m[strings.Clone(ev.Tag)] = &t
	h.tags.Store(&m)
}

// csvHeader keeps a header line of delimited text.
func (h *headers) csvHeader(ev *event.Event, line string, delim byte) {
	if len(line) > maxHeaderLine {
		if i := strings.IndexByte(line[:maxHeaderLine], '\n'); i >= 0 {
			line = line[:i]
		} else {
			h.change(ev, line, nil)
			return
		}
	}
	names, _ := csv.Header(line, delim)
	if t := h.get(ev.Tag); t != nil && t.delim == delim && strings.Join(t.names, ",") == strings.Join(names, ",") {
		return
	}
	h.change(ev, line[:0], func(t *tables) { t.names, t.delim = names, delim })
}

// directive keeps what a header line of a Zeek log says.
func (h *headers) directive(ev *event.Event, name, value string) {
	switch name {
	case "path":
		h.change(ev, value, func(t *tables) { t.path = strings.Clone(value) })
	case "fields":
		h.change(ev, value, func(t *tables) {
			l := zeek.New(t.path, value, "")
			keep := make([]*zeek.Layout, 0, len(t.zeek)+1)
			for _, o := range t.zeek {
				if o.Path != l.Path {
					keep = append(keep, o)
				}
			}
			if len(keep) == maxLayouts {
				keep = keep[1:]
				ev.Problem(room, "too_many_headers", "")
			}
			t.zeek, t.path = append(keep, l), ""
		})
	case "types":
		if t := h.get(ev.Tag); t == nil || len(t.zeek) == 0 || strings.Count(value, "\t")+1 != len(t.zeek[len(t.zeek)-1].Names) {
			return
		}
		h.change(ev, value, func(t *tables) {
			keep := append([]*zeek.Layout(nil), t.zeek...)
			keep[len(keep)-1] = keep[len(keep)-1].WithTypes(value)
			t.zeek = keep
		})
	}
}

// layout gives the layout of a Zeek row: the newest under the tag that fits, or the only one of Zeek's own that does.
func (h *headers) layout(tag, row string) *zeek.Layout {
	if t := h.get(tag); t != nil {
		for i := len(t.zeek) - 1; i >= 0; i-- {
			if t.zeek[i].Fits(row) {
				return t.zeek[i]
			}
		}
	}
	return zeek.Known(row)
}
