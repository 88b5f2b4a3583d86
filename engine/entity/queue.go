package entity

// queue holds the entities of one kind in a shard, where the kind has a bound of its own, in the order in which they came: first in, first out, over one slice. An entity
// that went by another way leaves its entry behind, which is noticed by its generation.
type queue struct {
	s    []ticket
	head int
	live int // entities of the kind in this shard

	guarded bool // the last newcomer of the kind was protected at once
}

// ticket names what was at a place at a time: places are used again.
type ticket struct{ place, gen uint32 }

const minQueue = 64 // entries below which it is not worth while to tidy up

func (q *queue) len() int { return len(q.s) - q.head }

// push enters an entity. there tells whether a ticket still holds, so that the queue never has much more than what lives.
func (q *queue) push(t ticket, there func(ticket) bool) {
	if q.head > minQueue && q.head*2 > len(q.s) {
		q.s = q.s[:copy(q.s, q.s[q.head:])]
		q.head = 0
	}
	if q.len() > 2*q.live+minQueue {
		kept := q.s[:0]
		for _, o := range q.s[q.head:] {
			if there(o) {
				kept = append(kept, o)
			}
		}
		q.s, q.head = kept, 0
	}
	q.s = append(q.s, t)
}

func (q *queue) pop() ticket {
	t := q.s[q.head]
	q.head++
	return t
}
