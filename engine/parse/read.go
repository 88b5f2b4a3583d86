package parse

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/parse/cef"
	"prescore/engine/parse/cisco"
	"prescore/engine/parse/clf"
	"prescore/engine/parse/columns"
	"prescore/engine/parse/csv"
	"prescore/engine/parse/json"
	"prescore/engine/parse/kv"
	"prescore/engine/parse/syslog"
	"prescore/engine/parse/xml"
	"prescore/engine/parse/zeek"
)

// read reads a text in a format into fields of the layer, notes the format, and goes on with what nests in it; false where the text
// does not hold to it, and nothing of it was added.
func (p *pass) read(s string, f format, d kv.Dialect, u *rule, outer format, layer uint8) bool {
	ev := p.ev
	n := len(ev.Fields)
	var inner string // a text of its own that the format carries
	switch f {
	case fJSON:
		if json.Parse(ev, s, layer) == json.Bad {
			if begins := strings.TrimLeft(s[1:], " \t\r\n["); begins != "" && (begins[0] == '"' || begins[0] == '{') { // else it is no more than a brace
				ev.Problem(room, "bad_json", "")
			}
			return false
		}
		note(ev, outer, f)
		p.json(n, layer)
		return true
	case f5424, f3164:
		if f == f5424 {
			inner, _ = syslog.Parse5424(ev, s, layer)
		} else {
			inner = syslog.Parse3164(ev, s, layer)
		}
	case fCEF, fLEEF:
		o := cef.Options{}
		if u != nil {
			o = u.cef
		}
		if f == fCEF && !cef.CEF(ev, s, layer, o) || f == fLEEF && !cef.LEEF(ev, s, layer, o) {
			return false
		}
	case fLogfmt:
		if !kv.Logfmt(ev, s, layer) {
			if u != nil { // what could be read is read
				ev.Problem(room, "bad_logfmt", "")
				break
			}
			ev.Rewind(n)
			f = fKV
			kv.Pairs(ev, s, layer, d)
		}
	case fKV:
		if kv.Pairs(ev, s, layer, dialect(u, d)) == 0 && u == nil {
			return false
		}
		if d.Pair == '\n' {
			p.r.windows.record(ev, n)
		}
	case fAuditd:
		kv.Audit(ev, s, layer)
	case fCSV, fTSV:
		p.csv(s, u, layer)
	case fWinXML, fXML:
		switch xml.Parse(ev, s, layer) {
		case xml.Bad:
			return false
		case xml.Windows:
			f = fWinXML
		default:
			f = fXML
		}
	case fCLF:
		if !clf.Access(ev, s, layer) {
			return false
		}
	case fApacheError:
		if !clf.ApacheError(ev, s, layer) {
			return false
		}
	case fNginxError:
		if !clf.NginxError(ev, s, layer) {
			return false
		}
	case fZeek:
		if !p.zeek(s, layer) {
			return false
		}
	case fCisco:
		var ok bool
		if inner, ok = cisco.Parse(ev, s, layer); !ok {
			return false
		}
	case fCRI:
		if !isCRI(s) {
			return false
		}
		inner = cri(ev, s, layer)
	case fPANOS:
		if !columns.PANOS(ev, s, layer) {
			return false
		}
	case fVPCFlow:
		if !columns.VPCFlow(ev, s, layer) {
			return false
		}
	case fS3:
		if !columns.S3(ev, s, layer) {
			return false
		}
	default:
		return false
	}
	p.noted(inner, f, outer, layer)
	return true
}

// noted notes the format of what was read, and goes on with the text in it.
func (p *pass) noted(inner string, f, outer format, layer uint8) {
	note(p.ev, outer, f)
	if inner != "" {
		p.nested(inner, f, layer)
	}
}

// json goes on with a document whose fields begin at n: a Windows event gets its names, and text in one of the nested fields is
// read.
func (p *pass) json(n int, layer uint8) {
	ev := p.ev
	if p.r.windows.record(ev, n) {
		return
	}
	if layer >= maxLayers {
		return
	}
	for _, id := range p.r.nested {
		if ev.First(id) == nil {
			continue
		}
		f := ev.Last(id)
		if f.Layer != layer || f.Value.K != event.String {
			continue
		}
		if s := begin(f.Value.S); s != "" && p.parse(s, fJSON, layer+1) {
			return
		}
	}
}

// csv reads delimited text: a header from the configuration, from a line of the tag before, or from the text's first line where
// more lines follow or the tag has none yet. A header line by itself adds nothing but csv.header.
func (p *pass) csv(s string, u *rule, layer uint8) {
	ev := p.ev
	var names []string
	var delim byte
	if u != nil {
		names, delim = u.header, u.delim
	}
	t := p.r.headers.get(ev.Tag)
	if len(names) == 0 && t != nil && len(t.names) > 0 && (delim == 0 || delim == t.delim) && !t.again(s) {
		names, delim = t.names, t.delim
	}
	if delim == 0 {
		if delim = csv.Delimiter(s); delim == 0 {
			delim = ','
		}
	}
	if len(names) == 0 {
		p.r.headers.csvHeader(ev, s, delim)
		i := strings.IndexByte(s, '\n')
		if t = p.r.headers.get(ev.Tag); i < 0 || i+1 == len(s) || t == nil {
			ev.Add("csv.header", event.Str(strings.TrimRight(s, "\r\n")), layer)
			return
		}
		names, s = t.names, s[i+1:]
	}
	for s != "" && len(ev.Fields) < event.MaxFields {
		s = csv.Parse(ev, s, layer, names, delim)
	}
}

// zeek reads a header line or a row.
func (p *pass) zeek(s string, layer uint8) bool {
	if name, value, ok := zeek.Directive(s); ok {
		p.r.headers.directive(p.ev, name, value)
		p.ev.Add("zeek.directive", event.Str(name), layer)
		p.ev.Add("zeek.value", event.Str(value), layer)
		return true
	}
	l := p.r.headers.layout(p.ev.Tag, s)
	if l == nil {
		return false
	}
	l.Row(p.ev, s, layer)
	return true
}

// table says whether a text that no other format claims is delimited: a row under a tag whose header is known, or a line that can
// only be a header.
func (r *Room) table(ev *event.Event, s string) format {
	if t := r.headers.get(ev.Tag); t != nil && len(t.names) > 0 {
		if n := count(s, t.delim); n+1 >= len(t.names) && (n+1 == len(t.names) || strings.IndexByte(s, '"') >= 0) {
			return fCSV
		}
	}
	for _, d := range [...]byte{',', '\t', ';', '|'} {
		if csv.IsHeader(s, d) {
			return fCSV
		}
	}
	return fNone
}

func count(s string, c byte) (n int) {
	for {
		i := strings.IndexByte(s, c)
		if i < 0 {
			return n
		}
		n++
		s = s[i+1:]
	}
}
