package project

import (
	"sync/atomic"

	"prescore/engine/event"
)

// Bounds of the programs that a view keeps.
const (
	// programSets times programWays programs of one to three kilobytes: a fleet's sources have some hundred shapes between them, and
	// a shape that finds no place is written the plain way.
	programSets = 128
	programWays = 4
	// missesEach is how many misses there are for each program that is made: making one costs some records' writing, so that records
	// which never repeat a shape cost little more than they would without programs.
	missesEach = 8
)

// programs are the programs of a view, by signature. Reading takes no lock and writes nothing but a program's mark the first time.
//
// A program is made for a signature that was the newest miss of its set already: shapes that come once make none. A place is taken
// from a program that no event fitted since the last attempt, so that a flood of made-up shapes does not put out those in use.
type programs struct {
	sets [programSets]struct {
		ways   [programWays]atomic.Pointer[program]
		missed atomic.Uint64 // hash of the newest miss
	}
	misses, made, replaced atomic.Uint64
	madeAt                 atomic.Uint64 // misses when the newest program was made
}

// signatureOf says what decides about the view of an event, extra of its caller's and flags of the event.
func (v *View) signatureOf(ev *event.Event, extra Extra, flags flag) signature {
	s := signature{keys: ev.Keys()}
	if v.schema == Flat {
		return s // which looks at keys alone
	}
	s.meta = uint64(ev.Class) | uint64(ev.Activity)<<32 | uint64(flags&v.flags)<<40 | uint64(extra)<<60
	if ev.Invalid {
		s.meta |= 1 << 63
	}
	return s
}

// hash spreads signatures over the sets. Whoever makes two collide gains nothing but a shape of his own that is not kept.
func (s *signature) hash() uint64 {
	h := s.meta * 0x9e3779b97f4a7c15
	for i, w := range &s.keys {
		h += (w ^ w>>32) * primes[i%len(primes)]
	}
	return h ^ h>>29
}

var primes = [...]uint64{0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93}

func (s *signature) is(o *signature) bool {
	x := s.meta ^ o.meta
	for i := range s.keys {
		x |= s.keys[i] ^ o.keys[i]
	}
	return x == 0
}

// find gives the program for an event of signature s and hash h, nil where there is none.
func (c *programs) find(s *signature, h uint64, ev *event.Event) *program {
	set := &c.sets[h%programSets]
	for i := range set.ways {
		g := set.ways[i].Load()
		if g == nil {
			return nil
		}
		if g.sig.is(s) && g.fits(ev) {
			if !g.used.Load() {
				g.used.Store(true)
			}
			return g
		}
	}
	return nil
}

// place gives where the program of a signature is to stand that was missed, nil where none is to be made.
func (c *programs) place(h uint64) *atomic.Pointer[program] {
	n := c.misses.Add(1)
	set := &c.sets[h%programSets]
	if set.missed.Load() != h {
		set.missed.Store(h)
		return nil
	}
	if n-c.madeAt.Load() < missesEach && c.made.Load() > 0 {
		return nil
	}
	for i := range set.ways {
		g := set.ways[i].Load()
		if g == nil || !g.used.Swap(false) {
			c.madeAt.Store(n)
			c.made.Add(1)
			if g != nil {
				c.replaced.Add(1)
			}
			return &set.ways[i]
		}
	}
	return nil
}

// Programs tells how many events found no program, how many programs were made, and how many of these took another's place.
func (v *View) Programs() (misses, made, replaced uint64) {
	c := v.programs
	return c.misses.Load(), c.made.Load(), c.replaced.Load()
}
