package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// maxJSONDepth is how deep FromJSON nests: what encoding/json itself takes.
const maxJSONDepth = 10000

// FromJSON appends the JSON value in text (RFC 8259, one value, blanks around it) as MessagePack, members in their order, names
// that occur twice kept twice. Integers that 64 bits hold are integers; numbers with a point or an exponent are float64; a number
// that neither can hold is its text. It allocates: it is for commands and tests, not for the record path. Errors are
// encoding/json's, or say that text follows the value or that it is nested too deep.
func FromJSON(dst, text []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var toks []jsonToken
	var open []int // indexes of the containers around
	for {
		t, err := dec.Token()
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return dst, fmt.Errorf("json: %w", err)
		}
		if d, ok := t.(json.Delim); ok && (d == '}' || d == ']') {
			open = open[:len(open)-1]
		} else {
			if len(open) > 0 {
				toks[open[len(open)-1]].n++
			}
			toks = append(toks, jsonToken{t: t})
			if ok {
				if open = append(open, len(toks)-1); len(open) > maxJSONDepth {
					return dst, errors.New("json: nested too deep")
				}
			}
		}
		if len(open) == 0 {
			break
		}
	}
	if _, err := dec.Token(); err != io.EOF {
		return dst, errors.New("json: more text after the value")
	}
	for _, t := range toks {
		dst = t.append(dst)
	}
	return dst, nil
}

// jsonToken is a token of the text; n counts what a container holds: names and values.
type jsonToken struct {
	t json.Token
	n int
}

func (t jsonToken) append(dst []byte) []byte {
	switch v := t.t.(type) {
	case json.Delim:
		if v == '{' {
			return AppendMap(dst, t.n/2)
		}
		return AppendArray(dst, t.n)
	case string:
		return AppendStr(dst, v)
	case bool:
		return AppendBool(dst, v)
	case json.Number:
		return appendNumber(dst, string(v))
	}
	return AppendNil(dst)
}

func appendNumber(dst []byte, s string) []byte {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n == 0 && s[0] == '-' {
			return AppendFloat(dst, math.Copysign(0, -1)) // an integer has no negative zero
		}
		return AppendInt(dst, n)
	}
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return AppendUint(dst, n)
	}
	if !bytes.ContainsAny([]byte(s), ".eE") {
		return AppendStr(dst, s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return AppendStr(dst, s)
	}
	return AppendFloat(dst, f)
}
