package detect

import (
	"prescore/engine/detect/match"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// maxMatches bounds the fields named by one finding: a person reads the first few.
const maxMatches = 16

// Apply adds the findings of an event.
func (r *Room) Apply(ev *event.Event) {
	if r.matcher.Idle() {
		return
	}
	s := r.scratch(ev)
	before := s.Counts
	if r.all != nil {
		r.keep(ev, s, before, r.matcher.RunLanes(ev, r.all, s))
	} else {
		r.keep(ev, s, before, r.matcher.Run(ev, s))
	}
}

// ApplyAs is Apply for an event whose log sources are known, whatever its Source says.
func (r *Room) ApplyAs(ev *event.Event, sources ...sigma.LogSource) {
	s := r.scratch(ev)
	r.keep(ev, s, s.Counts, r.matcher.RunLanes(ev, r.matcher.Lanes(sources...), s))
}

// scratch gives the memory that the room keeps with an event: what values gave is worth more than a pool would leave of it.
func (r *Room) scratch(ev *event.Event) *match.Scratch {
	if s, ok := ev.Scratch(event.ScratchDetect).(*match.Scratch); ok && s.Of(r.matcher) {
		return s
	}
	s := r.matcher.NewScratch()
	ev.SetScratch(event.ScratchDetect, s)
	return s
}

// keep puts what matched on the event.
func (r *Room) keep(ev *event.Event, s *match.Scratch, before match.Counts, hits []int32) {
	for i, n := range hits {
		if i == r.cfg.MaxFindings {
			ev.Problem("detect", "too_many_findings", "")
			r.counts[1].Add(uint64(len(hits) - i))
			break
		}
		r.add(ev, s, n)
	}
	r.note(ev, before, s.Counts)
	s.Release()
}

// add puts one finding on the event.
func (r *Room) add(ev *event.Event, s *match.Scratch, n int32) {
	f := r.findings[n]
	if k := len(ev.Findings); k < cap(ev.Findings) { // what an earlier record's finding had there
		f.Matches = ev.Findings[:k+1][k].Matches[:0]
	}
	s.Evidence(n, func(m match.Shown) bool {
		value, clean := r.shown(ev, m)
		f.Matches = append(f.Matches, event.Match{Field: m.Field, Value: value, Clean: clean})
		return len(f.Matches) < maxMatches
	})
	ev.Findings = append(ev.Findings, f)
	r.counts[0].Add(1)
	if f.Silent {
		return
	}
	for _, t := range f.Techniques {
		ev.AddTechnique(t)
	}
	for _, t := range f.Tactics {
		ev.AddTactic(t)
	}
	ev.Baseline = max(ev.Baseline, r.cfg.Baseline.Of(f.Level))
}

// shown gives a value as people may see it: masked, and cut to event.MaxMatchValue bytes. Secrets are masked before the cut, so
// that none is shown for want of its end. That a short one of the event's own has none is kept with it; clean says so.
func (r *Room) shown(ev *event.Event, m match.Shown) (text string, clean bool) {
	if m.Own && m.Plain != nil && *m.Plain {
		return m.Value, true
	}
	const look = 4 * event.MaxMatchValue // what is masked at most, so that a long value costs little
	value := m.Value[:min(len(m.Value), look)]
	switch {
	case r.redact == nil:
	case r.isSecret(m) && r.redact.Masks(m.Field, value):
		return r.redact.Mask(), false
	case r.redact.MayHold(value):
		return r.masked(ev, value), false
	case m.Own && len(value) <= event.MaxMatchValue:
		if m.Plain != nil {
			*m.Plain = true
		}
		return value, true
	}
	return ev.Arena.Copy(event.BytesOf(value[:min(len(value), event.MaxMatchValue)])), false
}

// fewSecrets is how many secrets of a value there is room for beside the value itself; more cost an allocation.
const fewSecrets = 8

// masked gives a value with its secrets masked, cut to event.MaxMatchValue bytes.
func (r *Room) masked(ev *event.Event, value string) string {
	size := len(value) + fewSecrets*len(r.redact.Mask())
	b := r.redact.AppendValue(ev.Arena.Grab(size)[:0], value)
	n := min(len(b), event.MaxMatchValue)
	if cap(b) != size { // it has outgrown the arena's
		ev.Arena.Shrink(size)
		return ev.Arena.Copy(b[:n])
	}
	ev.Arena.Shrink(size - n)
	return event.View(b[:n])
}

// isSecret reports whether a field's name is that of a secret.
func (r *Room) isSecret(m match.Shown) bool {
	if m.ID > 0 && m.ID < len(r.secret) {
		return r.secret[m.ID]
	}
	return r.redact.KeyIsSecret(m.Field)
}

// note counts the bounds that the event met and says so on it.
func (r *Room) note(ev *event.Event, before, now match.Counts) {
	if before == now {
		return
	}
	if n := now.Values - before.Values; n > 0 {
		r.counts[2].Add(n)
		ev.Problem("detect", "value_cut", "")
	}
	if n := now.Regex - before.Regex; n > 0 {
		r.counts[3].Add(n)
		ev.Problem("detect", "regex_cut", "")
	}
	if n := now.Fields - before.Fields; n > 0 {
		r.counts[4].Add(n)
		ev.Problem("detect", "too_many_values", "")
	}
	if n := now.Forgotten - before.Forgotten; n > 0 {
		r.counts[5].Add(n)
	}
}
