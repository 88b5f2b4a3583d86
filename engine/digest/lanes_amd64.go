package digest

import "encoding/binary"

// blockSize is what one turn of the rounds takes, bytes.
const blockSize = 64

// paired says whether the processor has the instructions of blocks_amd64.s.
var paired = hasSHA()

// state is the eight words of a hash as the instructions hold them, two to a number: F E, B A, H G, D C, the first of each pair lower.
type state [4]uint64

// initial is the state before the first block: FIPS 180-4, section 5.3.3.
var initial = state{0x510e527f_9b05688c, 0x6a09e667_bb67ae85, 0x1f83d9ab_5be0cd19, 0x3c6ef372_a54ff53a}

// blocks1 takes the first n blocks of p into s, blocks2 the first n of p into s and of q into t.
//
//go:noescape
func blocks1(s *state, p *byte, n int)

//go:noescape
func blocks2(s, t *state, p, q *byte, n int)

// hasSHA asks the processor for its SHA extensions and SSSE3.
func hasSHA() bool

// lanes are two messages on their way.
type lanes [2]lane

// lane is one message on its way: first its whole blocks, then its end.
type lane struct {
	state  state
	rest   []byte // whole blocks that are to come, of the message or of end
	msg    int    // which message it is
	ending bool   // rest is of end
	size   int    // of end
	end    [2 * blockSize]byte
}

// begin gives the lane message i.
func (l *lane) begin(i int, msg []byte) {
	l.state, l.msg, l.ending = initial, i, false
	whole := len(msg) &^ (blockSize - 1)
	// The end: what is left of the message, a bit, zeros and the length in bits (FIPS 180-4, section 5.1.1). It is written now because
	// the rounds would have to wait for what was written a moment ago.
	l.end = [2 * blockSize]byte{}
	k := copy(l.end[:blockSize], msg[whole:])
	l.end[k] = 0x80
	l.size = blockSize
	if k+1+8 > blockSize {
		l.size = 2 * blockSize
	}
	binary.BigEndian.PutUint64(l.end[l.size-8:], uint64(len(msg))<<3)
	if l.rest = msg[:whole]; whole == 0 {
		l.turn()
	}
}

// turn goes on with the message's end.
func (l *lane) turn() { l.rest, l.ending = l.end[:l.size], true }

// took says that the next n blocks are hashed. It gives the sum when the message is.
func (l *lane) took(n int, sums []uint64) (done bool) {
	if l.rest = l.rest[n*blockSize:]; len(l.rest) > 0 {
		return false
	}
	if !l.ending {
		l.turn()
		return false
	}
	l.rest = nil
	sums[l.msg] = l.state[1]
	return true
}

// sums keeps both lanes busy for as long as there are messages; the last one's rest goes by itself.
func (p *lanes) sums(sums []uint64, msgs [][]byte) {
	a, b := &p[0], &p[1]
	next := 0
	more := func(l *lane) bool { // gives the lane the next message
		if next == len(msgs) {
			return false
		}
		l.begin(next, msgs[next])
		next++
		return true
	}
	busyA, busyB := more(a), more(b)
	for busyA && busyB {
		n := min(len(a.rest), len(b.rest)) / blockSize
		blocks2(&a.state, &b.state, &a.rest[0], &b.rest[0], n)
		busyA = !a.took(n, sums) || more(a)
		busyB = !b.took(n, sums) || more(b)
	}
	if busyB {
		a, busyA = b, true
	}
	for busyA {
		n := len(a.rest) / blockSize
		blocks1(&a.state, &a.rest[0], n)
		busyA = !a.took(n, sums)
	}
}
