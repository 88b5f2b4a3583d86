package attack

import "prescore/engine/event"

// Bounds on names, in bytes.
const (
	maxID     = 16 // T1059.001 has nine
	maxTactic = 40 // "command-and-control" has nineteen
)

// isTechnique reports whether s is a well-formed id in capitals: T, four digits, and a dot and three digits or not.
func isTechnique(s string) bool {
	if len(s) != 5 && len(s) != 9 || s[0] != 'T' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if i == 5 {
			if s[i] != '.' {
				return false
			}
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// upperID gives an id with its first letter in capitals and the slash that URLs have for its dot as a dot; nil where it is too long.
func upperID(s string, buf *[maxID]byte) []byte {
	if len(s) > maxID {
		return nil
	}
	n := copy(buf[:], s)
	if n > 0 && buf[0] == 't' {
		buf[0] = 'T'
	}
	if n > 5 && buf[5] == '/' {
		buf[5] = '.'
	}
	return buf[:n]
}

// letters gives the letters of s in lower case: what all spellings of a tactic share.
func letters(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i] | 0x20; c >= 'a' && c <= 'z' {
			b = append(b, c)
		}
	}
	return string(b)
}

// tacticKey is letters into buf, with the digits of an id (TA0002); nil where s cannot be a tactic.
func tacticKey(s string, buf *[maxTactic]byte) []byte {
	if len(s) > maxTactic || len(s) < 4 {
		return nil
	}
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			buf[n] = c | 0x20
			n++
		case c >= '0' && c <= '9':
			buf[n] = c
			n++
		case c == '-' || c == '_' || c == ' ' || c == '.' || c == '&':
		default:
			return nil
		}
	}
	k := buf[:n]
	if len(k) == 17 && string(k) == "commandandcontrol" || string(k) == "commandcontrol" {
		return buf[:copy(buf[:], "commandandcontrol")]
	}
	return k
}

// fold gives s in lower case in buf; nil where it is longer than buf.
func fold(s string, buf []byte) []byte {
	if len(s) > len(buf) {
		return nil
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(s)]
}

// foldText is fold for tables.
func foldText(s string) string {
	b := make([]byte, len(s))
	return string(fold(s, b))
}

// noteTechnique puts a technique on the event by its id in the table; one that no version knows as the source gave it.
func (r *Room) noteTechnique(ev *event.Event, id string) *Info {
	i, ok := r.table.Technique(id)
	if !ok {
		ev.AddTechnique(id)
		return nil
	}
	ev.AddTechnique(i.ID)
	return i
}
