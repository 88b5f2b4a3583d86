package entity

import "github.com/hashicorp/golang-lru/v2/simplelru"

// cohortSize is how many entities have one place in the order of a segment: with its head a cohort is one line of the processor's cache.
const cohortSize = 14

// cohort are entities that came to the front of a segment one after the other.
type cohort struct {
	places [cohortSize]uint32 // plus one, in that order; 0 where who was there has gone elsewhere
	number uint32             // its key in the segment
	next   uint8              // places given
	first  uint8              // before it all have gone
	live   uint8
}

// segment orders entities by when they last came to its front. What simplelru orders are cohorts: the order within one is plain to see, so
// that the order of all is exact, and only every fourteenth newcomer or departure costs a look into a map and list of all that there is,
// each step of which is a miss of the processor's cache.
type segment struct {
	lru     *simplelru.LRU[uint32, *cohort]
	cohorts []*cohort // by number
	newest  *cohort
	ahead   []*cohort // emptied ones: in front of the newest already, in this order
	n       int
}

// init makes room for so many entities. Each may be the last of its cohort, beside the newest one: simplelru never evicts, for which entity
// goes is for the shard to say, which knows weight.
func (s *segment) init(entries int) (err error) {
	s.lru, err = simplelru.NewLRU[uint32, *cohort](entries+2, nil)
	return err
}

func (s *segment) len() int { return s.n }

// add lists an entity that is not listed, at the front.
func (s *segment) add(e *Entity) {
	c := s.newest
	if c == nil || c.next == cohortSize {
		c = s.open()
	}
	c.places[c.next] = e.place + 1
	e.cohort, e.rank = c.number, c.next
	c.next++
	c.live++
	s.n++
}

// open makes an empty cohort the newest.
func (s *segment) open() *cohort {
	if len(s.ahead) > 0 {
		s.newest = s.ahead[0]
		s.ahead = s.ahead[:copy(s.ahead, s.ahead[1:])]
		return s.newest
	}
	s.newest = &cohort{number: uint32(len(s.cohorts))}
	s.cohorts = append(s.cohorts, s.newest)
	s.lru.Add(s.newest.number, s.newest)
	return s.newest
}

// remove takes an entity out. A cohort that nobody is left of waits to be the newest again.
func (s *segment) remove(e *Entity) {
	c := s.cohorts[e.cohort]
	c.places[e.rank] = 0
	c.live--
	s.n--
	if c.live > 0 {
		return
	}
	c.next, c.first = 0, 0
	if c != s.newest {
		s.lru.Get(c.number)
		s.ahead = append(s.ahead, c)
	}
}

// oldest gives the place of the entity that came to the front longest ago; false where there is none. The oldest cohort has somebody: empty
// are only the newest and those in front of it.
func (s *segment) oldest() (place uint32, ok bool) {
	if s.n == 0 {
		return 0, false
	}
	_, c, _ := s.lru.GetOldest()
	for c.places[c.first] == 0 {
		c.first++
	}
	return c.places[c.first] - 1, true
}

// each calls do for the place of each entity, the oldest first.
func (s *segment) each(do func(place uint32)) {
	for _, c := range s.lru.Values() {
		for _, p := range c.places[:c.next] {
			if p != 0 {
				do(p - 1)
			}
		}
	}
}
