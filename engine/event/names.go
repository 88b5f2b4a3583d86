package event

import "math/bits"

// NameID is the integer of an interned field name; 0 stands for every name that nobody asked for.
type NameID uint16

// MaxNames bounds a Names table: NameID is 16 bits, so that indexes by name stay in the processor's caches.
const MaxNames = 1<<16 - 1

// Names maps field names to small integers. Rooms fill it with Intern when the engine opens; after that it is only read, by any
// number of threads.
type Names struct {
	slots  []nameSlot // open addressing, a power of two, at most half full
	names  []string   // by NameID; names[0] is ""
	traits []trait    // by NameID
}

type nameSlot struct {
	hash uint32
	id   NameID
}

// NewNames makes an empty table.
func NewNames() *Names {
	return &Names{slots: make([]nameSlot, 256), names: []string{""}, traits: []trait{0}}
}

// Intern gives the name's integer, a new one where it has none. Past MaxNames it gives 0 (the name is then never found: callers
// that cannot live with that check for 0 and refuse).
func (n *Names) Intern(name string) NameID {
	if id := n.Lookup(name); id != 0 || name == "" {
		return id
	}
	if len(n.names) > MaxNames {
		return 0
	}
	id := NameID(len(n.names))
	n.names = append(n.names, name)
	n.traits = append(n.traits, traitsOf(name))
	if 2*len(n.names) > len(n.slots) {
		old := n.slots
		n.slots = make([]nameSlot, 2*len(old))
		for _, s := range old {
			if s.id != 0 {
				n.place(s)
			}
		}
	}
	n.place(nameSlot{hashName(name), id})
	return id
}

// trait is what a name's bytes allow its readers, as bits.
type trait uint8

const (
	// No byte means something inside a quoted text: the name's bytes, found there with the closing quote behind them, are then that
	// text and nothing else.
	traitPlain trait = 1 << iota
	// Letters, digits, "_", "-" and "." alone, and no digit, "-" or "." first: the name's bytes, found where a name begins with what
	// ends one behind them, are then a name without quotes and nothing else.
	traitWord
)

func traitsOf(name string) trait {
	t := traitPlain | traitWord
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_', i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		case c < ' ', c == '"', c == '\'', c == '\\', c == '&', c == '<', c == '>':
			return 0
		default:
			t = traitPlain
		}
	}
	return t
}

func (n *Names) place(s nameSlot) {
	mask := uint32(len(n.slots) - 1)
	for i := s.hash & mask; ; i = (i + 1) & mask {
		if n.slots[i].id == 0 {
			n.slots[i] = s
			return
		}
	}
}

// Lookup gives the name's integer, 0 where it was never interned.
func (n *Names) Lookup(name string) NameID {
	h := hashName(name)
	mask := uint32(len(n.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := n.slots[i]
		if s.id == 0 {
			return 0
		}
		if s.hash == h && n.names[s.id] == name {
			return s.id
		}
	}
}

// Name gives the name of id, "" for 0.
func (n *Names) Name(id NameID) string { return n.names[id] }

// Len is the number of integers given out plus one: NameIDs are below it.
func (n *Names) Len() int { return len(n.names) }

// hashName mixes length, head and tail in 8-byte steps; field names are short, so this is two to four multiplications.
func hashName(s string) uint32 {
	const k0, k1 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := uint64(len(s)) * k1
	b := BytesOf(s)
	for len(b) > 8 {
		h = mix(h^load64(b), k0)
		b = b[8:]
	}
	var t uint64
	if len(s) >= 8 {
		t = load64(BytesOf(s)[len(s)-8:])
	} else {
		for i, c := range b {
			t |= uint64(c) << (8 * uint(i))
		}
	}
	h = mix(h^t, k1)
	return uint32(h ^ h>>32)
}

func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
