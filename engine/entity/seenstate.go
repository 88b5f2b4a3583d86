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
func (st *Store) SeenBytes() int { return seenHeader + len(st.seen.heads)*seenWays*seenEntry }

// TakeSeen gives the ids scored since the last call, in batches to be stored behind those before; all of them, in place of those before,
// where anew is true. Call it before Changes and store both: then no id is stored without what its record did.
func (st *Store) TakeSeen() (batches [][]byte, anew bool) {
	t := &st.seen
	if len(t.heads) == 0 {
		return nil, false
	}
	anew = !st.seenStored.Swap(true)
	var b []byte
	add := func(place uint32) {
		i, w := int(place/seenWays), place%seenWays
		if t.bodies[i][w].low&seenScored == 0 {
			return
		}
		if len(b) >= seenHeader+seenBatch*seenEntry {
			batches, b = append(batches, b), nil
		}
		if b == nil {
			b = binary.LittleEndian.AppendUint64([]byte{seenVersion}, t.key[0])
			b = binary.LittleEndian.AppendUint64(b, t.key[1])
		}
		b = appendSeen(b, t.heads[i][w], &t.bodies[i][w])
	}
	for n := range t.stripes {
		s := &t.stripes[n]
		s.mu.Lock()
		if anew || s.cut {
			for i := n; i < len(t.heads); i += seenStripes {
				for w := range seenWays {
					add(uint32(i*seenWays + w))
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

func appendSeen(dst []byte, h seenHead, b *seenBody) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint64(dst, uint64(h.tag)<<32|b.low>>seenMarks&math.MaxUint32)
	dst = le.AppendUint32(dst, h.at)
	dst = le.AppendUint16(dst, uint16(b.low))
	dst = le.AppendUint32(dst, math.Float32bits(b.risk))
	return le.AppendUint32(dst, math.Float32bits(b.baseline))
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
	if key != t.key || len(t.heads) == 0 {
		st.dropped.Add(1)
		return nil
	}
	for b := batch[seenHeader:]; len(b) > 0; b = b[seenEntry:] {
		le := binary.LittleEndian
		t.restore(le.Uint64(b), le.Uint32(b[8:]), seenBody{
			low: uint64(le.Uint16(b[12:])), risk: math.Float32frombits(le.Uint32(b[14:])), baseline: math.Float32frombits(le.Uint32(b[18:])),
		})
	}
	st.seenRestored.Add(uint64(ids))
	return nil
}

// restore enters an id that came at that second, unless the table knows better; body.low are its marks alone.
func (t *seenTable) restore(h uint64, at uint32, body seenBody) {
	if h&1 == 0 || body.low&seenScored == 0 {
		return // no hash of ours
	}
	i, s := t.set(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	w := t.find(i, h)
	if w < 0 {
		w = t.oldest(i, h)
	}
	if t.heads[i][w].at > at {
		return
	}
	body.low |= h << seenMarks
	t.heads[i][w], t.bodies[i][w] = seenHead{uint32(h >> 32), at}, body
}

// adoptSeen takes over the ids of another store, for a hot reload.
func (st *Store) adoptSeen(old *Store) {
	if len(st.seen.heads) == 0 || len(old.seen.heads) == 0 {
		return
	}
	st.seen.key, st.seenKeyed = old.seen.key, true
	for n := range old.seen.stripes {
		s := &old.seen.stripes[n]
		s.mu.Lock()
		for i := n; i < len(old.seen.heads); i += seenStripes {
			for w, b := range old.seen.bodies[i] {
				if b.low != 0 {
					st.seen.adopt(old.seen.heads[i][w], b)
				}
			}
		}
		s.mu.Unlock()
	}
}

// adopt enters an id of another table, scored or not.
func (t *seenTable) adopt(h seenHead, b seenBody) {
	hash := uint64(h.tag)<<32 | b.low>>seenMarks&math.MaxUint32
	i, _ := t.set(hash)
	if w := t.oldest(i, hash); t.heads[i][w].at <= h.at {
		t.heads[i][w], t.bodies[i][w] = h, b
	}
}
