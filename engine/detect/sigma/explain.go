package sigma

import (
	"fmt"
	"strings"

	"prescore/engine/event"
)

// Trace is why a rule matched or did not: the condition's tree with the answer of each part.
type Trace struct {
	Text    string   // "all of", "not", "selection", `Image|endswith: \cmd.exe`
	Matched bool     // the part's answer
	Have    []string // of a line of a detection: what the record has there, cut to event.MaxMatchValue; nil where the field is absent
	Kids    []Trace
}

// Explain evaluates a condition and gives the answer of each part.
func Explain(e *Expr, rec Record) Trace {
	t := Trace{Matched: Eval(e, rec)}
	switch e.Op {
	case OpLeaf:
		t.Text = itemText(e.Item)
		if e.Item.Field != "" {
			var arena event.Arena
			rec.Values(e.Item.Field, func(v event.Value) bool {
				s, ok := Text(v, &arena)
				if !ok {
					s = "null"
				}
				t.Have = append(t.Have, s[:min(len(s), event.MaxMatchValue)])
				return true
			})
		}
	case OpNot:
		t.Text = "not"
	case OpAnd:
		t.Text = "all of"
	case OpOr:
		t.Text = "any of"
	case OpAtLeast:
		t.Text = fmt.Sprintf("%d of", e.N)
	}
	for _, k := range e.Kids {
		t.Kids = append(t.Kids, Explain(k, rec))
	}
	if e.Name != "" {
		inner := t
		if e.Op == OpLeaf {
			t = Trace{Text: e.Name, Matched: inner.Matched, Kids: []Trace{inner}}
		} else {
			t.Text = e.Name + ": " + t.Text
		}
	}
	return t
}

// maxListed is how many values of a line Explain writes.
const maxListed = 8

func itemText(it *Item) string {
	var b strings.Builder
	if it.Field == "" && it.Mods == "" {
		b.WriteString("keywords")
	} else {
		b.WriteString(it.Key())
	}
	b.WriteString(": ")
	last := ""
	n := 0
	for i := range it.Values {
		if t := it.Values[i].Text; t != last || i == 0 { // values that one text stands for
			if n++; n > maxListed {
				b.WriteString(", ...")
				break
			}
			if n > 1 {
				b.WriteString(", ")
			}
			b.WriteString(t)
			last = t
		}
	}
	return b.String()
}

// String gives the trace as lines, two blanks deeper each level: "yes" or "no", then the part.
func (t Trace) String() string {
	var b strings.Builder
	t.write(&b, 0)
	return b.String()
}

func (t Trace) write(b *strings.Builder, depth int) {
	answer := "no "
	if t.Matched {
		answer = "yes"
	}
	fmt.Fprintf(b, "%s %s%s", answer, strings.Repeat("  ", depth), t.Text)
	if len(t.Have) > 0 {
		fmt.Fprintf(b, "  [record has %q]", t.Have)
	}
	b.WriteByte('\n')
	for _, k := range t.Kids {
		k.write(b, depth+1)
	}
}
