package parse

// format is one format that a text can be in. Its name is what stands in ev.Format.
type format uint8

const (
	fNone format = iota
	fJSON
	f5424
	f3164
	numFormats
)

var formatNames = [numFormats]string{"", "json", "rfc5424", "rfc3164"}

// joined holds the names of two layers joined with "/", so that the usual nesting costs no copy.
var joined = func() (t [numFormats][numFormats]string) {
	for i, a := range formatNames {
		for j, b := range formatNames {
			t[i][j] = a + "/" + b
		}
	}
	return t
}()
