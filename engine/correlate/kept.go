package correlate

// trimStep makes room for an entry of a step and time: the newest maxStepKept of a step are kept. In order of time that loses nothing, for
// an older one could not make a sequence start later, nor a set of parts lie closer. An entry that is older than all that are kept may
// stand beside them until the next comes: it can complete something now. What went is remembered, for late records that miss it.
func (cl *cell) trimStep(e *entry, w *work) {
	for cl.held[e.step] >= maxStepKept {
		oldest := cl.ring.oldest(e.step)
		if cl.held[e.step] == maxStepKept && cl.ring.at(oldest).t > e.t {
			return
		}
		cl.gone = max(cl.gone, cl.ring.at(oldest).t)
		cl.ring.remove(oldest)
		cl.held[e.step]--
		w.cut.steps++
		if oldest < int(cl.used) {
			cl.used--
		}
	}
}

// recount counts the entries of each step anew. What is over the bound, as it is in no window that was written here, goes.
func (cl *cell) recount() {
	cl.held = [maxSteps]uint8{}
	for j := int(cl.ring.n) - 1; j >= 0; j-- {
		if s := cl.ring.at(j).step; cl.held[s] <= maxStepKept {
			cl.held[s]++
			continue
		}
		cl.ring.remove(j)
		if j < int(cl.used) {
			cl.used--
		}
	}
}

// occurred gives the steps that the window has entries of.
func (cl *cell) occurred() (mask uint32) {
	for s := range cl.rule.steps {
		mask |= uint32(b2u(cl.held[s] > 0)) << s
	}
	return mask
}

// misses reports whether a late entry may have been part of something together with one that trimStep took.
func (cl *cell) misses(e *entry) bool { return cl.gone != 0 && cl.gone >= e.t-cl.rule.Span }
