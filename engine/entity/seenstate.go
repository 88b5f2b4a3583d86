package entity

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Seen ids are stored as a journal: batches, each of the ids scored since the one before. A batch is a version, the key of the hash and
// entries of a fixed size.
const (
	seenVersion = 1
	seenHeader  = 1 + 16
	seenEntry   = 8 + 4 + 2 + 4 + 4 // hash, arrival in seconds, marks, risk, baseline
	seenBatch   = 4096              // ids in one batch: 90 KB, a value that a page-wise file takes without trouble
)

// SeenBytes gives how many bytes all ids take that can be remembered: a journal of more has nothing to add.
func (st *Store) SeenBytes() int { return seenHeader + len(st.seen.ids)*seenWays*seenEntry }

// TakeSeen gives the ids scored since the last call, in batches to be stored behind those before; all of them, in place of those before,
// where anew is true. Call it before Changes and store both: then no id is stored without what its record did.
func (st *Store) TakeSeen() (batches [][]byte, anew bool) {
	t := &st.seen
	if len(t.ids) == 0 {
		return nil, false
	}
	anew = !st.seenStored.Swap(true)
	var b []byte
	add := func(place uint32) {
		id := &t.ids[place/seenWays][place%seenWays]
		if id.marks&seenScored == 0 {
			return
		}
		if len(b) >= seenHeader+seenBatch*seenEntry {
			batches, b = append(batches, b), nil
		}
		if b == nil {
			b = binary.LittleEndian.AppendUint64([]byte{seenVersion}, t.key[0])
			b = binary.LittleEndian.AppendUint64(b, t.key[1])
		}
		b = appendSeen(b, id)
	}
	for n := range t.stripes {
		s := &t.stripes[n]
		s.mu.Lock()
		st.settleSeen(s)
		if anew || s.cut {
			for i := n; i < len(t.ids); i += seenStripes {
				for w, oldest := 0, nextWay(t.hints[i]); w < seenWays; w++ {
					add(uint32(i*seenWays + (oldest+w)%seenWays))
				}
			}
		} else {
			for _, place := range s.recent {
				add(place)
			}
		}
		s.recent, s.cut = s.recent[:0], false
		s.mu.Unlock()
	}
	if b != nil {
		batches = append(batches, b)
	}
	return batches, anew
}

func appendSeen(dst []byte, id *seenID) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint64(dst, id.hash)
	dst = le.AppendUint32(dst, id.at)
	dst = le.AppendUint16(dst, id.marks)
	dst = le.AppendUint32(dst, math.Float32bits(id.risk))
	return le.AppendUint32(dst, math.Float32bits(id.baseline))
}

// SeenInfo tells of a batch: how many ids, and the arrival of the newest, nanoseconds since 1970.
func SeenInfo(batch []byte) (ids int, newest int64, err error) {
	if len(batch) < seenHeader || batch[0] != seenVersion || (len(batch)-seenHeader)%seenEntry != 0 {
		return 0, 0, fmt.Errorf("seen ids: %w", errShort)
	}
	for b := batch[seenHeader:]; len(b) > 0; b = b[seenEntry:] {
		newest = max(newest, int64(binary.LittleEndian.Uint32(b[8:]))*1e9)
		ids++
	}
	return ids, newest, nil
}

// RestoreSeen takes a stored batch, in the order in which they were stored and before the first record. The first one brings the key of
// the hash; batches of another one are dropped and counted, for nothing could ever match them.
func (st *Store) RestoreSeen(batch []byte) error {
	ids, _, err := SeenInfo(batch)
	if err != nil {
		st.restoreFailed.Add(1)
		return err
	}
	t := &st.seen
	key := secret{binary.LittleEndian.Uint64(batch[1:]), binary.LittleEndian.Uint64(batch[9:])}
	if !st.seenKeyed {
		st.seenKeyed, t.key = true, key
	}
	if key != t.key || len(t.ids) == 0 {
		st.dropped.Add(1)
		return nil
	}
	for b := batch[seenHeader:]; len(b) > 0; b = b[seenEntry:] {
		le := binary.LittleEndian
		id := seenID{le.Uint64(b), le.Uint32(b[8:]), le.Uint16(b[12:]), math.Float32frombits(le.Uint32(b[14:])), math.Float32frombits(le.Uint32(b[18:]))}
		if id.hash&1 == 1 && id.marks&seenScored != 0 { // else no hash of ours
			t.restore(id)
		}
	}
	st.seenRestored.Add(uint64(ids))
	return nil
}

// restore enters an id, unless the table knows better: before the first record, so that no stripe has fresh ones. A set stays in order of
// arrival: who is older than the id move on by a place, and the oldest goes.
func (t *seenTable) restore(id seenID) {
	i, s := t.set(id.hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	set := &t.ids[i]
	if was, _ := t.find(i, s, id.hash); was != nil {
		if was.at > id.at {
			return
		}
		if was.at == id.at {
			*was = id
			return
		}
		*was = seenID{at: was.at}
	}
	to := nextWay(t.hints[i])
	if set[to].at > id.at {
		return
	}
	for n, oldest := 1, to; n < seenWays; n++ {
		from := (oldest + n) % seenWays
		if set[from].at > id.at {
			break
		}
		set[to] = set[from]
		t.hint(i, to, set[from].hash)
		to = from
	}
	set[to] = id
	t.hint(i, to, id.hash)
}

// adoptSeen takes over the ids of another store, scored or not, for a hot reload.
func (st *Store) adoptSeen(old *Store) {
	if len(st.seen.ids) == 0 || len(old.seen.ids) == 0 {
		return
	}
	st.seen.key, st.seenKeyed = old.seen.key, true
	for n := range old.seen.stripes {
		s := &old.seen.stripes[n]
		s.mu.Lock()
		old.settleSeen(s)
		for i := n; i < len(old.seen.ids); i += seenStripes {
			for _, id := range old.seen.ids[i] {
				if id.hash != 0 {
					st.seen.restore(id)
				}
			}
		}
		s.mu.Unlock()
	}
}
