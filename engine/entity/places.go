package entity

import "unsafe"

// Prefetch asks the processor for the line of its cache in which v begins, and goes on: for state that lies far away and is wanted soon.
func Prefetch[T any](v *T) { prefetch(unsafe.Pointer(v)) }

// blockSize is how many entities are made at once: few enough that a small store stays small.
const blockSize = 64

// places are the entities of a shard, numbered. Their memory is used again and never moves.
type places struct {
	blocks []*[blockSize]Entity
	n      uint32 // used so far
	free   []uint32
}

func (p *places) at(place uint32) *Entity { return &p.blocks[place/blockSize][place%blockSize] }

// holds reports whether what the ticket names is still at its place.
func (p *places) holds(t ticket) bool { return p.at(t.place).gen == t.gen }

// take gives an unused place.
func (p *places) take() *Entity {
	if n := len(p.free); n > 0 {
		place := p.free[n-1]
		p.free = p.free[:n-1]
		return p.at(place)
	}
	if int(p.n) == len(p.blocks)*blockSize {
		p.blocks = append(p.blocks, new([blockSize]Entity))
	}
	e := p.at(p.n)
	e.place = p.n
	p.n++
	return e
}
