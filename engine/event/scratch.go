package event

// Scratch names memory that one room keeps with an event and its siblings, for one thread, so that it is neither guarded by a lock nor taken
// away by a collection. It ends with them.
type Scratch uint8

// The matcher's memory of values, what the readers of XML and JSON work with, the names that the reader of MessagePack expects, and what
// normalise met last.
const (
	ScratchDetect Scratch = iota
	ScratchXML
	ScratchJSON
	ScratchRow
	ScratchNormalise
	numScratches
)

// Scratch gives what SetScratch was given last, nil where that was nothing. Another configuration's room may have given it.
func (e *Event) Scratch(s Scratch) any { return e.mem.scratch[s] }

// SetScratch keeps v, a pointer.
func (e *Event) SetScratch(s Scratch, v any) { e.mem.scratch[s] = v }
