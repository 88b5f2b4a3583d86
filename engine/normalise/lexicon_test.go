package normalise

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestLexiconIsAMap: a lexicon knows the words of the map it is made of and no others, also where many are of one hash.
func TestLexiconIsAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		words := map[string]int{}
		for i := range n {
			switch rng.IntN(3) {
			case 0:
				words[fmt.Sprint("a word that differs in ", 100000+i, " one place, not at its head, tail or very middle")] = i
			case 1:
				words[fmt.Sprint(i)] = i
			case 2:
				words[string(make([]byte, i))] = i
			}
		}
		l := lexiconOf(words)
		ask := func(s string) {
			got, ok := l.find(s, wordHash(s))
			if want, is := words[s]; got != want || ok != is {
				t.Fatalf("%q: %d %v, want %d %v", s, got, ok, want, is)
			}
		}
		for w := range words {
			ask(w)
			ask(w + "x")
			ask("x" + w)
		}
		ask("")
	}
}

func BenchmarkLexicon(b *testing.B) {
	words := map[string]int{}
	var list []string
	for i, w := range []string{"forward", "local", "traffic", "multicast", "close", "accept", "deny", "process_creation", "ConsoleLogin", "DescribeInstances", "timeout", "notice"} {
		words[w] = i
		list = append(list, w)
	}
	l := lexiconOf(words)
	b.Run("map", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, ok := words[list[i%len(list)]]; !ok {
				b.Fatal("not found")
			}
		}
	})
	b.Run("lexicon", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if w := list[i%len(list)]; true {
				if _, ok := l.find(w, wordHash(w)); !ok {
					b.Fatal("not found")
				}
			}
		}
	})
}
