package entity

// Entity is one thing that state is kept for. It is read and written under the lock of its shard only.
type Entity struct {
	key    string
	hash   uint64 // of kind and key
	slot   any    // the only slot's state, or a *slotList
	first  uint32 // arrival of the first and the newest record that touched it, seconds since 1970
	last   uint32
	size   uint32 // bytes accounted for
	place  uint32
	gen    uint32 // of the place: how many entities were here before
	moved  uint32 // the shard's moves when it last came to the front of its segment
	cohort uint32 // its cohort there, and its rank in that
	kind   Kind
	weight uint8
	slotID uint8 // 0: no slot
	flags  uint8
	rank   uint8
}

const (
	flagProtected uint8 = 1 << iota // in the protected segment
	flagDirty                       // the place is in the shard's list of changes
	flagGone                        // nobody is here
	flagTruncated
	flagListed // in a segment
	flagNew    // its first cursor is open
)

// entityBytes is what an entity costs beside its key and slots: itself, its list entry and its shares of map and index, measured.
const entityBytes = 144

// Key gives the entity's key; it outlives the entity.
func (e *Entity) Key() string { return e.key }

// Kind gives its kind.
func (e *Entity) Kind() Kind { return e.kind }

// First and Last give the arrival of the first and the newest record about it, nanoseconds since 1970 (to the second).
func (e *Entity) First() int64 { return int64(e.first) * 1e9 }

// Last is the newest arrival; see First.
func (e *Entity) Last() int64 { return int64(e.last) * 1e9 }

// Truncated reports whether state of this entity was lost within the time a ghost remembers: what its windows say may be too low.
func (e *Entity) Truncated() bool { return e.flags&flagTruncated != 0 }

// Cursor is an entity under the lock of its shard, until Close. E is nil where the entity is not there (Peek) or was refused
// admission under a flood (Get): the record then goes on without its state and says so.
type Cursor struct {
	E  *Entity
	sh *shard
	h  uint64 // of kind and key

	lost bool // it left a ghost
}

// Close accounts what changed, makes room where a bound is met, and unlocks.
func (c *Cursor) Close() {
	if c.E != nil {
		c.sh.settle(c.E)
	}
	c.sh.mu.Unlock()
}

// Grow says that the heap under the entity's slots changed by n bytes.
func (c *Cursor) Grow(n int) { c.sh.grow(c.E, n) }

// Dirty says that the entity's state changed and is to be written at the next batch. Without a store there is none: the first one
// takes everything.
func (c *Cursor) Dirty() {
	if e := c.E; e.flags&flagDirty == 0 && c.sh.st.stored.Load() {
		e.flags |= flagDirty
		c.sh.dirty = append(c.sh.dirty, e)
	}
}

// Weigh says how much the entity's state is worth keeping: 0 nothing yet, 1 some history, more for an open sequence, an open
// incident, risk. Above 0 it is protected. The weight halves each time the entity is passed over for eviction.
func (c *Cursor) Weigh(w uint8) { c.E.weight = w }

// Due asks that Tick gives the entity back once its time is reached, nanoseconds since 1970. One call is one visit.
func (c *Cursor) Due(at int64) { c.sh.timers.push(timer{at, ticket{c.E.place, c.E.gen}}) }

// Delete forgets the entity at once, without a ghost. The cursor's E is gone after it.
func (c *Cursor) Delete() {
	c.sh.drop(c.E, false)
	c.E = nil
}
