package enrich

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"prescore/engine/event"
)

// files is a folder in memory.
type files map[string]string

func (f files) read(path string) ([]byte, error) {
	if s, ok := f[path]; ok {
		return []byte(s), nil
	}
	return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
}

// open makes a room of the tables given by name: a*, i* and t* are assets, identities and intel.
func open(t testing.TB, f files) *Room {
	t.Helper()
	r, err := tryOpen(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryOpen(f files) (*Room, error) {
	c := Defaults()
	for name := range f {
		switch name[0] {
		case 'a':
			c.Assets = append(c.Assets, name)
		case 'i':
			c.Identities = append(c.Identities, name)
		case 't':
			c.Intel = append(c.Intel, name)
		}
	}
	return New(c, In{Names: event.NewNames(), Read: f.read})
}

func with(kv ...any) *event.Event {
	ev := event.New(event.NewNames())
	ev.Arrival = 1767225600e9 // 2026-01-01
	for i := 0; i < len(kv); i += 2 {
		switch v := kv[i+1].(type) {
		case string:
			ev.Set(kv[i].(event.Key), event.Str(v))
		case float64:
			ev.Set(kv[i].(event.Key), event.FloatOf(v))
		}
	}
	return ev
}

const assetCSV = `# what matters
host,ip,cidr,criticality,role,owner,tags,state
DC01.corp.example,192.0.2.10,,critical,domain controller,it,ad;tier0,
ws-042,,,low,workstation,,,
,,192.0.2.0/24,medium,office,,,
,,192.0.2.128/25,high,servers,,,
old01,,,high,file server,,,decommissioned
lab01,2001:db8::5,,medium,lab,,,sandbox
`

func TestAssets(t *testing.T) {
	r := open(t, files{"a.csv": assetCSV})
	f := func(want string, kv ...any) {
		t.Helper()
		ev := with(kv...)
		r.Apply(ev)
		if got := fmt.Sprintf("%s %s %v", ev.Criticality, ev.AssetRole, ev.AssetWeight); got != want {
			t.Errorf("%v: %q, want %q", kv, got, want)
		}
	}
	f("critical domain controller 1", event.KeyHost, "DC01.corp.example")
	f("critical domain controller 1", event.KeyHost, "dc01")
	f("critical domain controller 1", event.KeyHost, "DC01.CORP.EXAMPLE.")
	f("low workstation 1", event.KeyHost, "WS-042.corp.example")
	f("critical domain controller 1", event.KeyHost, "ws-042", event.KeyDstIP, "192.0.2.10")
	f("medium office 1", event.KeySrcIP, "192.0.2.77")
	f("high servers 1", event.KeySrcIP, "192.0.2.200")
	f("high servers 1", event.KeyHost, "192.0.2.200")
	f("high file server 0.5", event.KeyHost, "old01")
	f("medium lab 0.5", event.KeyHostIP, "2001:db8::5")
	f("  0", event.KeyHost, "unknown", event.KeySrcIP, "198.51.100.1", event.KeyDstIP, "junk")
	f("  0")
}

func TestTableWinsOverRecord(t *testing.T) {
	r := open(t, files{"a.csv": assetCSV})
	ev := with(event.KeyHost, "dc01", event.KeyAssetCriticality, "low")
	r.Apply(ev)
	if ev.Criticality != event.AssetCritical || len(ev.Problems) != 1 || ev.Problems[0].Code != "asset_criticality_differs" {
		t.Errorf("%v %v", ev.Criticality, ev.Problems)
	}
	ev = with(event.KeyHost, "else", event.KeyAssetCriticality, "High")
	r.Apply(ev)
	if ev.Criticality != event.AssetHigh || len(ev.Problems) != 0 {
		t.Errorf("what only the record knows stays: %v %v", ev.Criticality, ev.Problems)
	}
}

const identityJSON = `[
  {"user": "j.meyer", "email": "j.meyer@corp.example", "sid": "S-1-5-21-1-2-3-1104", "risk": 0.75, "tier": "tier1", "department": "finance",
   "aliases": ["CORP\\jmeyer-adm", "arn:aws:iam::111122223333:user/j.meyer"]},
  {"user": "svc-backup", "risk": 0.4, "tier": "service"}
]`

func TestIdentities(t *testing.T) {
	r := open(t, files{"i.json": identityJSON})
	f := func(want string, kv ...any) {
		t.Helper()
		ev := with(kv...)
		r.Apply(ev)
		if got := fmt.Sprintf("%v %s", ev.Identity, ev.Tier); got != want {
			t.Errorf("%v: %q, want %q", kv, got, want)
		}
	}
	f("0.75 tier1", event.KeyUser, "J.Meyer")
	f("0.75 tier1", event.KeyUserEmail, "j.meyer@corp.example")
	f("0.75 tier1", event.KeyUserID, "S-1-5-21-1-2-3-1104")
	f("0.75 tier1", event.KeyUserARN, "arn:aws:iam::111122223333:user/j.meyer")
	f("0.75 tier1", event.KeyUser, "jmeyer-adm", event.KeyUserDomain, "CORP")
	f("0.75 tier1", event.KeyUser, "jmeyer-adm")
	f("0.75 tier1", event.KeyUser, `corp\j.meyer`)
	f("0.4 service", event.KeyUser, "svc-backup", event.KeyTargetUser, "j.meyer")
	f("0.75 tier1", event.KeyUser, "nobody", event.KeyTargetUser, "j.meyer")
	f("0.3 ", event.KeyUser, "nobody", event.KeyIdentityRisk, 0.3)
	f("1 ", event.KeyIdentityRisk, 7.0)
	f("0 ", event.KeyUser, "nobody")
	if p, ok := r.Aliases().Principal(`CORP\JMEYER-ADM`); !ok || p != "j.meyer" {
		t.Errorf("%q %v", p, ok)
	}
	if _, ok := r.Aliases().Principal("nobody"); ok {
		t.Error("nobody is known")
	}
	ev := with(event.KeyIdentityRisk, 7.0)
	r.Apply(ev)
	if len(ev.Problems) != 1 || ev.Problems[0].Code != "identity_risk_out_of_range" {
		t.Errorf("%v", ev.Problems)
	}
}

const intelCSV = `key,risk.score,type,source,expires
203.0.113.66,25,,feed1,
198.51.100.0/24,,,,
*.evil.example,15,,,
hxxps://files[.]example.net/Drop.bin?id=7,,,,
d41d8cd98f00b204e9800998ecf8427e,50,,,
phisher@mail.example,,,,
old.example.org,,,,2025-12-31
late.example.org,,,,2026-01-01
badtool,30,name,,
203.0.113.66,20,,feed2,
`

func TestIntel(t *testing.T) {
	r := open(t, files{"t.csv": intelCSV})
	f := func(want string, kv ...any) {
		t.Helper()
		ev := with(kv...)
		r.Apply(ev)
		var got []string
		for _, h := range ev.Intel {
			got = append(got, fmt.Sprintf("%s %s %s %v", h.Field, h.Indicator, h.Source, h.Score))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%v: %q, want %q", kv, s, want)
		}
	}
	f("src_ip 203.0.113.66 feed1 25", event.KeySrcIP, "203.0.113.66")
	f("dst_ip 203.0.113.66 feed1 25", event.KeyDstIP, "203.0.113.66", event.KeyDomain, "203.0.113.66")
	f("src_ip 203.0.113.66 feed1 25, dst_ip 198.51.100.0/24 t 10", event.KeySrcIP, "::ffff:203.0.113.66", event.KeyDstIP, "198.51.100.9")
	f("dns_query *.evil.example t 15", event.KeyDNSQuery, "a.b.EVIL.example.", event.KeyDomain, "evil.example")
	f("", event.KeyDNSQuery, "notevil.example")
	f("url hxxps://files[.]example.net/Drop.bin?id=7 t 10", event.KeyURL, "http://FILES.example.net/Drop.bin?id=7#x")
	f("", event.KeyURL, "http://files.example.net/drop.bin?id=7")
	f("process_md5 d41d8cd98f00b204e9800998ecf8427e t 50", event.KeyProcessMD5, "D41D8CD98F00B204E9800998ECF8427E")
	f("email_from phisher@mail.example t 10", event.KeyEmailFrom, "Phisher@mail.example")
	f("", event.KeyDomain, "old.example.org")
	f("domain late.example.org t 10", event.KeyDomain, "late.example.org")
	f("process badtool t 30", event.KeyProcess, "BadTool")
	f("dns_answer 203.0.113.66 feed1 25", event.KeyDNSAnswer, "192.0.2.1,203.0.113.66")
	f("email_from *.evil.example t 15", event.KeyEmailFrom, "x@mx.evil.example")
}

func TestShapes(t *testing.T) {
	for name, text := range map[string]string{
		"t.csv":  "indicator;score\n203.0.113.66;25\n",
		"t.tsv":  "indicator\tscore\n203.0.113.66\t25\n",
		"t2.csv": "\xef\xbb\xbf\"Indicator\",\"Score\"\r\n\"203.0.113.66\",\"25\"\r\n",
		"t.json": `{"203.0.113.66": {"risk": {"score": 25}}}`,
		"t.toml": "[[intel]]\nkey = \"203.0.113.66\"\nrisk.score = 25\n",
	} {
		r := open(t, files{name: text})
		ev := with(event.KeySrcIP, "203.0.113.66")
		r.Apply(ev)
		if len(ev.Intel) != 1 || ev.Intel[0].Score != 25 {
			t.Errorf("%s: %v", name, ev.Intel)
		}
	}
	r := open(t, files{"t.txt": "# feed\n203.0.113.66 # seen\n\nevil.example\n"})
	if _, _, n := r.Counts(); n != 2 {
		t.Errorf("plain list: %d indicators", n)
	}
}

func TestRefusals(t *testing.T) {
	f := func(name, text, want string) {
		t.Helper()
		_, err := tryOpen(files{name: text})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v\n want %s", name, err, want)
		}
	}
	f("a.csv", "# c\nhost,criticallity\n", `assets: a.csv:2: unknown column "criticallity": known are aliases, cidr, criticality,`)
	f("a.csv", "host,criticality\nx,low\ny,urgent\n", `assets: a.csv:3: criticality "urgent": must be low, medium, high or critical`)
	f("a.csv", "ip,criticality\n10.0.0.300,low\n", `assets: a.csv:2: ip "10.0.0.300": is no address and no network`)
	f("a.csv", "host,role\nx,a\nX,b\n", `assets: a.csv:3: "X" stands in a.csv:2 as well`)
	f("a.csv", "cidr,role\n10.0.0.0/8,a\n10.1.0.0/8,b\n", `assets: a.csv:3: "10.1.0.0/8" stands in a.csv:2 as well`)
	f("a.csv", "role\na\n", `assets: a.csv:2: a row needs a host, an ip or a cidr`)
	f("a.csv", "host,state\na,gone\n", `assets: a.csv:2: state "gone": must be active, decommissioned or sandbox`)
	f("a.csv", "host,weight\na,0\n", `assets: a.csv:2: weight "0": must be above 0 and at most 1`)
	f("a.csv", "", `assets: a.csv:1: is empty`)
	f("a.csv", "host,host\na,b\n", `assets: a.csv:1: two columns are called "host"`)
	f("a.csv", "host,role\na,b,c\n", `assets: a.csv:2: wrong number of fields`)
	f("a.csv", "host,role\na,\"b\n", `assets: a.csv:2: extraneous or missing " in quoted-field`)
	f("a.xls", "x", `assets: a.xls: must end in .csv, .tsv, .json, .toml or .txt`)
	f("a.txt", "x", `assets: a.txt: a plain list is for intel only`)
	f("i.json", "[\n{\"user\":\"a\",\n\"risk\": 7}]", `identities: i.json:2: risk "7": must be between 0 and 1`)
	f("i.json", "[\n{\"user\":\"a\"},\n{\"user\":\"b\"", `identities: i.json:3: ends in the middle`)
	f("i.json", "[{\"user\":\"a\"},\n{\"user\" \"b\"}]", `identities: i.json:2: `)
	f("i.json", "[1]", `identities: i.json:1: a row must be an object`)
	f("i.json", `"x"`, `identities: i.json:1: must be an array of objects or an object of objects`)
	f("i.json", `[{"user":"a","x":{"a":{"b":{"c":{"d":1}}}}}]`, `identities: i.json:1: a row has more than 4 levels`)
	f("i.json", `[{"user":"a"},{"email":"b","aliases":["A"]}]`, `identities: i.json:1: "A" stands in i.json:1 as well`)
	f("t.toml", "[[intel]]\nkey='a.example'\n\n[[intel]]\nkey='b.example'\nscore=-1\n", `intel: t.toml:4: score "-1": must be between 0 and 100`)
	f("t.toml", "[[assets]]\nhost='a'\n", `intel: t.toml:1: has no [[intel]]`)
	f("t.csv", "key,type\nabc,hash\n", `intel: t.csv:2: "abc": is no MD5, SHA-1, SHA-256 or SHA-512`)
	f("t.csv", "key,expires\nevil.example,tomorrow\n", `intel: t.csv:2: expires "tomorrow": must be a date`)
	c := Defaults()
	c.Intel = []string{"none.csv"}
	if _, err := New(c, In{Dir: "/d", Read: files{}.read}); err == nil || err.Error() != "intel: open /d/none.csv: file does not exist" {
		t.Errorf("%v", err)
	}
}

func TestIgnoredColumns(t *testing.T) {
	c := Defaults()
	c.Assets, c.IgnoreColumns = []string{"a.csv"}, []string{"rack"}
	if _, err := New(c, In{Read: files{"a.csv": "host,Rack\nx,7\n"}.read}); err != nil {
		t.Error(err)
	}
}

func TestAllocations(t *testing.T) {
	r := open(t, files{"a.csv": assetCSV, "i.json": identityJSON, "t.csv": intelCSV})
	ev := with(event.KeyHost, "DC01.corp.example", event.KeySrcIP, "203.0.113.66", event.KeyDstIP, "2001:db8::1", event.KeyUser, "J.Meyer",
		event.KeyUserDomain, "CORP", event.KeyDNSQuery, "a.b.Evil.example", event.KeyURL, "https://files.example.net/x?y=1",
		event.KeyProcessSHA256, strings.Repeat("A", 64), event.KeyEmailFrom, "x@y.example", event.KeyDomain, "fe80::zz", event.KeyAssetCriticality, "Low")
	n := testing.AllocsPerRun(100, func() {
		ev.Intel, ev.Problems = ev.Intel[:0], ev.Problems[:0]
		r.Apply(ev)
	})
	if n != 0 || len(ev.Intel) != 2 {
		t.Errorf("%v allocations, %v", n, ev.Intel)
	}
}
