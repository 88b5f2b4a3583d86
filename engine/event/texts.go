package event

// Bounds of Texts. Values that come again are names of programs, actions and command lines.
const (
	textPlaces = 128
	minText    = 9 // shorter ones are asked about as quickly
	maxText    = 63
)

// Texts remembers texts of which a room found out that they need nothing done. A place has one text, the last, so that what is made up
// to be always new puts out little and costs a comparison and a copy. It belongs to one owner: another finds it empty.
type Texts struct {
	owner  any
	places [textPlaces]struct {
		size uint8
		text [maxText]byte
	}
}

// Texts gives the memory of texts of the one who asks, a pointer; it stays from record to record.
func (e *Event) Texts(owner any) *Texts {
	t := &e.mem.texts
	if t.owner != owner {
		*t = Texts{owner: owner}
	}
	return t
}

// Has reports whether s was put under k and nothing else in its place since.
func (t *Texts) Has(k Key, s string) bool {
	p := &t.places[textPlace(k, s)]
	return len(s) >= minText && len(s) == int(p.size) && s == string(p.text[:len(s)])
}

// Put remembers s. One that is too short or too long is not.
func (t *Texts) Put(k Key, s string) {
	if len(s) >= minText && len(s) <= maxText {
		p := &t.places[textPlace(k, s)]
		p.size = uint8(copy(p.text[:], s))
	}
}

// textPlace spreads by key and length: texts under one key that come in turn are mostly of different lengths.
func textPlace(k Key, s string) int { return (int(k)*5 + len(s)) % textPlaces }
