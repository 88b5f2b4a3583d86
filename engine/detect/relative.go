package detect

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"

	"prescore/engine/option"
)

// maxRelative bounds the table in bytes: a line for each of 50,000 rules.
const maxRelative = 4 << 20

// relative reads a table of rule, score. A first line that names the columns is skipped; lines that start with # are comments.
func relative(path string, data []byte) (map[string]float64, error) {
	if len(data) > maxRelative {
		return nil, option.Refuse("relative_risk", "%s: is %d bytes long; at most %d are read", path, len(data), maxRelative)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	out := map[string]float64{}
	for first := true; ; first = false {
		rec, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, option.Refuse("relative_risk", "%s: %v", path, err)
		}
		line, _ := r.FieldPos(0)
		if len(rec) < 2 {
			return nil, option.Refuse("relative_risk", "%s:%d: must be rule, score", path, line)
		}
		rule, text := strings.TrimSpace(rec[0]), strings.TrimSpace(rec[1])
		score, err := strconv.ParseFloat(text, 64)
		if err != nil && first && strings.EqualFold(rule, "rule") {
			continue
		}
		if err != nil || math.IsNaN(score) || math.Abs(score) > 100 {
			return nil, option.Refuse("relative_risk", "%s:%d: score must be a number between -100 and 100, not %q", path, line, text)
		}
		if _, twice := out[rule]; twice {
			return nil, option.Refuse("relative_risk", "%s:%d: rule %q is given twice", path, line, rule)
		}
		out[rule] = score
	}
}
