package sigma

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mods is what the modifiers of a key say, in the order in which they change values.
type mods struct {
	steps  []string // those that change a value, in order
	flags  string   // of re
	re     bool
	cidr   bool
	ref    bool
	exists bool
	expand bool
	cmp    Cmp
	isCmp  bool
}

// readMods reads the modifiers of a key into it and mods.
func readMods(it *Item, names []string) (m mods, err error) {
	for _, n := range names {
		switch n {
		case "all":
			it.All = true
		case "neq":
			it.Negate = true
		case "cased":
			it.Cased = true
		case "re":
			m.re = true
		case "i", "m", "s", "ignorecase", "multiline", "dotall":
			m.flags += n[:1]
			if n == "dotall" {
				m.flags = m.flags[:len(m.flags)-1] + "s"
			}
			if !m.re {
				return m, fmt.Errorf("modifier %q: it follows re", n)
			}
		case "cidr":
			m.cidr = true
		case "fieldref":
			m.ref = true
		case "exists":
			m.exists = true
		case "expand":
			m.expand = true
		case "gt", "gte", "lt", "lte":
			m.isCmp = true
			m.cmp = map[string]Cmp{"gt": Gt, "gte": Gte, "lt": Lt, "lte": Lte}[n]
		case "minute", "hour", "day", "week", "month", "year":
			for p, name := range partNames {
				if name == n {
					it.Part = Part(p)
				}
			}
		case "contains", "startswith", "endswith", "windash", "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16":
			m.steps = append(m.steps, n)
		default:
			return m, fmt.Errorf("unknown modifier %q", n)
		}
	}
	for _, c := range []struct {
		on   bool
		name string
	}{{m.cidr, "cidr"}, {m.exists, "exists"}, {m.isCmp, m.cmp.String()}, {it.Part != PartNone, it.Part.String()}} {
		if c.on && (len(m.steps) > 0 || m.re || m.ref) {
			return m, fmt.Errorf("modifier %q does not go with text modifiers", c.name)
		}
	}
	if m.ref && m.re {
		return m, fmt.Errorf("modifier %q does not go with re", "fieldref")
	}
	return m, nil
}

// values adds the values that one YAML scalar stands for.
func (m *mods) values(out []Value, it *Item, n *yaml.Node, placeholders map[string][]string) ([]Value, error) {
	null := n.Tag == "!!null"
	text := n.Value
	if null && n.Value != "" {
		text = ""
	}
	switch {
	case m.exists:
		b, err := strconv.ParseBool(strings.ToLower(n.Value))
		if err != nil {
			return nil, fmt.Errorf("exists takes true or false, not %q", n.Value)
		}
		return append(out, Value{Kind: IsExists, Bool: b, Text: text}), nil
	case null && len(m.steps) == 0 && !m.re && !m.cidr && !m.isCmp && !m.ref && it.Part == PartNone:
		return append(out, Value{Kind: IsNull, Text: "null"}), nil
	case null && n.Value == "": // "field|contains:" with nothing behind it
		return nil, fmt.Errorf("no value")
	case m.isCmp || it.Part != PartNone:
		f, err := strconv.ParseFloat(strings.TrimSpace(n.Value), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%q is not a number", n.Value)
		}
		return append(out, Value{Kind: IsCompare, Cmp: m.cmp, Num: f, Text: text}), nil
	}
	one := [1]string{text}
	texts, err := one[:], error(nil)
	if m.expand {
		if texts, err = expand(text, placeholders); err != nil {
			return nil, err
		}
	}
	have := len(out)
	for _, t := range texts {
		if out, err = m.text(out, it, t, n); err != nil {
			return nil, err
		}
		if len(out)-have > maxPermutations {
			return nil, fmt.Errorf("more than %d values of one", maxPermutations)
		}
	}
	return out, nil
}

// text adds the values that one text stands for.
func (m *mods) text(out []Value, it *Item, t string, n *yaml.Node) ([]Value, error) {
	switch {
	case m.re:
		if it.Cased && strings.Contains(m.flags, "i") {
			return nil, fmt.Errorf("modifier \"cased\" does not go with re|i")
		}
		re, err := CompileRegex(t, m.flags)
		if err != nil {
			return nil, err
		}
		return append(out, Value{Kind: IsRegex, Regex: re, Text: t}), nil
	case m.cidr:
		p, err := netip.ParsePrefix(strings.TrimSpace(t))
		if a, e := netip.ParseAddr(strings.TrimSpace(t)); e == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a network in CIDR form", t)
		}
		return append(out, Value{Kind: IsCIDR, Net: p.Masked(), Text: t}), nil
	case m.ref:
		if t == "" {
			return nil, fmt.Errorf("fieldref names no field")
		}
		v := Value{Kind: IsRef, Ref: t, Text: t}
		for _, s := range m.steps {
			switch s {
			case "startswith":
				v.RefOp = RefStarts
			case "endswith":
				v.RefOp = RefEnds
			case "contains":
				v.RefOp = RefContains
			default:
				return nil, fmt.Errorf("modifier %q does not go with fieldref", s)
			}
		}
		return append(out, v), nil
	}
	one := [1]Pattern{ParsePattern(t)}
	pats := one[:]
	for _, s := range m.steps {
		if isPlace(s) {
			for i := range pats {
				pats[i].place(s)
			}
			continue
		}
		var next []Pattern
		for _, p := range pats {
			ps, err := step(p, s)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", t, err)
			}
			next = append(next, ps...)
		}
		pats = next
	}
	if it.Field == "" { // a keyword may stand anywhere
		for i := range pats {
			pats[i].Start, pats[i].End = false, false
		}
	}
	if n.Tag == "!!int" && len(m.steps) == 0 { // 0x1F is also 31
		if d, err := strconv.ParseInt(t, 0, 64); err == nil && strconv.FormatInt(d, 10) != t {
			p := Literal(strconv.FormatInt(d, 10))
			p.Start, p.End = pats[0].Start, pats[0].End
			pats = append(pats, p)
		}
	}
	for _, p := range pats {
		p.Finish(it.Cased)
		out = append(out, Value{Kind: IsPattern, Pattern: p, Text: t})
	}
	return out, nil
}

func isPlace(mod string) bool { return mod == "contains" || mod == "startswith" || mod == "endswith" }

// place applies a modifier that says where a text stands.
func (p *Pattern) place(mod string) {
	p.Start = p.Start && mod == "startswith"
	p.End = p.End && mod == "endswith"
}

// step applies one modifier that changes text.
func step(p Pattern, mod string) ([]Pattern, error) {
	if mod == "windash" {
		return windashPattern(p)
	}
	s, plain := p.Plain()
	if !plain {
		return nil, fmt.Errorf("%s of a value with wildcards", mod)
	}
	switch mod {
	case "wide", "utf16le":
		s = utf16Of(s, false, false)
	case "utf16be":
		s = utf16Of(s, true, false)
	case "utf16":
		s = utf16Of(s, false, true)
	case "base64":
		s = base64.StdEncoding.EncodeToString([]byte(s))
	case "base64offset":
		var out []Pattern
		for _, o := range base64Offsets(s) {
			out = append(out, Literal(o))
		}
		return out, nil
	}
	return []Pattern{Literal(s)}, nil
}

// windashPattern applies windash to every literal of p.
func windashPattern(p Pattern) ([]Pattern, error) {
	out := []Pattern{{Start: p.Start, End: p.End}}
	for _, seg := range p.Segs {
		for i := range out {
			out[i].Segs = append(out[i].Segs, nil)
		}
		for _, e := range seg {
			alts := []Elem{e}
			if e.Any == 0 {
				texts, err := windash(e.Lit)
				if err != nil {
					return nil, err
				}
				alts = alts[:0]
				for _, t := range texts {
					alts = append(alts, Elem{Lit: t})
				}
			}
			if len(out)*len(alts) > maxPermutations {
				return nil, fmt.Errorf("windash makes more than %d values of one", maxPermutations)
			}
			next := make([]Pattern, 0, len(out)*len(alts))
			for _, o := range out {
				for _, a := range alts {
					c := Pattern{Start: o.Start, End: o.End, Segs: append([]Segment(nil), o.Segs...)}
					last := len(c.Segs) - 1
					c.Segs[last] = append(append(Segment(nil), c.Segs[last]...), a)
					next = append(next, c)
				}
			}
			out = next
		}
	}
	return out, nil
}

// expand replaces every %name% of s by each of the placeholder's values; "\%" is a percent sign.
func expand(s string, placeholders map[string][]string) ([]string, error) {
	out := []string{""}
	found := false
	for s != "" {
		i := strings.IndexByte(s, '%')
		if i > 0 && s[i-1] == '\\' {
			for k := range out {
				out[k] += s[:i-1] + "%"
			}
			s = s[i+1:]
			continue
		}
		end := -1
		if i >= 0 {
			end = strings.IndexByte(s[i+1:], '%')
		}
		if end < 0 {
			for k := range out {
				out[k] += s
			}
			break
		}
		name := s[i+1 : i+1+end]
		vals := placeholders[name]
		if len(vals) == 0 {
			return nil, fmt.Errorf("placeholder %%%s%% has no values: set it under placeholders", name)
		}
		found = true
		if len(out)*len(vals) > maxPermutations {
			return nil, fmt.Errorf("placeholders make more than %d values of one", maxPermutations)
		}
		next := make([]string, 0, len(out)*len(vals))
		for _, o := range out {
			for _, v := range vals {
				next = append(next, o+s[:i]+v)
			}
		}
		out, s = next, s[i+end+2:]
	}
	if !found {
		return nil, fmt.Errorf("expand without a %%placeholder%%")
	}
	return out, nil
}
