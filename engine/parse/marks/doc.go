// Package marks finds the bytes that end a run of text: it reads a part of the text once and sets a bit for each of them. To look for
// the end of each value in the value means to guess each time how many steps it takes, and many of the guesses are wrong; here one pass
// guesses nothing, and the end of a value is the next bit.
//
// The door is Marks, which is kept with a reader: Begin for each text, then Near and, where that gives 0, Far. It imports event alone
// and holds no view of the text. Machines other than amd64 look for each byte when it is asked for.
//
// Proof: TestMarks compares with looking at each byte.
package marks

// Kind says which bytes are marked.
type Kind uint8

const (
	JSON Kind = iota // quotes, backslashes, control characters
	XML              // "<", "&"
)
