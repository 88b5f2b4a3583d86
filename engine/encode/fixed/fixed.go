// Package fixed has pieces of MessagePack that are known before a record comes, in a form that is quick to append: a move of a size
// that the compiler knows is two instructions, any other is a call. It imports nothing.
package fixed

// Chunk is how many bytes are moved at once. What is too much is written over by what comes next: only what lies behind the end of
// dst, and within its capacity, is touched.
const Chunk = 32

// Bytes is one piece.
type Bytes struct {
	chunk [Chunk]byte
	text  string // the whole piece
}

// Of makes a piece.
func Of(text string) (b Bytes) {
	b.text = text
	copy(b.chunk[:], text)
	return b
}

// Append appends the piece.
func (b *Bytes) Append(dst []byte) []byte {
	at := len(dst)
	if len(b.text) > Chunk || cap(dst)-at < Chunk {
		return append(dst, b.text...)
	}
	*(*[Chunk]byte)(dst[at : at+Chunk]) = b.chunk
	return dst[:at+len(b.text)]
}

// String gives the piece.
func (b *Bytes) String() string { return b.text }
