package strict

import (
	"errors"
	"strings"
	"testing"

	"prescore/engine/option"
)

type inner struct {
	AlertAt int             `toml:"alert_at"`
	Name    string          `toml:"name"`
	Every   option.Duration `toml:"every"`
	Limit   option.Size     `toml:"limit"`
	List    []string        `toml:"list"`
}

type config struct {
	Score inner            `toml:"score"`
	Tags  []inner          `toml:"tag"`
	Map   map[string]inner `toml:"map"`
}

func defaults() config { return config{Score: inner{AlertAt: 7, Name: "x"}} }

func TestDecode(t *testing.T) {
	f := func(t *testing.T, in, want string) {
		t.Helper()
		cfg := defaults()
		_, err := Decode("a.toml", []byte(in), &cfg)
		if err == nil {
			t.Fatalf("%q was accepted", in)
		}
		if err.Error() != want {
			t.Errorf("%q:\n got  %s\n want %s", in, err, want)
		}
	}
	f(t, "[score]\nalert_att = 3\n", `a.toml:2:1: unknown option "score.alert_att"; did you mean "score.alert_at"?`)
	f(t, "[score]\nzzzzzzzz = 3\n", "a.toml:2:1: unknown option \"score.zzzzzzzz\"; `prescore check` lists the options there are")
	f(t, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r = 1", `a.toml:1:1: a key of more than 16 parts`)
	for _, in := range []string{"[score]\nalert_at = \"x\"\n", "[score\n", "[score]\nevery = \"3 fortnights\"\n", "[score]\nlimit = \"-1\""} {
		cfg := defaults()
		_, err := Decode("a.toml", []byte(in), &cfg)
		if err == nil || !strings.HasPrefix(err.Error(), "a.toml:") {
			t.Errorf("%q: %v", in, err)
		}
	}
	cfg := defaults()
	if _, err := Decode("a.toml", []byte("\xef\xbb\xbf[score]\nevery = \"2d\"\nlimit=\"4KiB\"\n"), &cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.Score.AlertAt != 7 || cfg.Score.Every != 2*86400e9 || cfg.Score.Limit != 4096 {
		t.Errorf("%+v", cfg)
	}
}

func TestLocate(t *testing.T) {
	cfg := defaults()
	f, err := Decode("a.toml", []byte("# c\n[score]\n\nalert_at = 99\n"), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	got := f.Locate("score", option.Refuse("alert_at", "must be below %d", 11)).Error()
	if want := `a.toml:4:1: option "score.alert_at" must be below 11`; got != want {
		t.Error(got)
	}
	if err := f.Override("score.alert_at=88", &cfg); err != nil {
		t.Fatal(err)
	}
	got = f.Locate("score", option.Refuse("alert_at", "must be below %d", 11)).Error()
	if want := `set "score.alert_at=88": option "score.alert_at" must be below 11`; got != want {
		t.Error(got)
	}
	plain := errors.New("x")
	if f.Locate("score", plain) != plain || f.Locate("score", nil) != nil {
		t.Error("errors of others are not to be changed")
	}
}

func TestOverride(t *testing.T) {
	cfg := defaults()
	f, _ := Decode("a.toml", nil, &cfg)
	if err := f.Override(` score.alert_at=8 ; score.name=a b ;score.every = 5m; score.list = ["x;y", "z"]; `, &cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.Score.AlertAt != 8 || cfg.Score.Name != "a b" || cfg.Score.Every != 300e9 || len(cfg.Score.List) != 2 || cfg.Score.List[0] != "x;y" {
		t.Errorf("%+v", cfg)
	}
	for in, want := range map[string]string{
		"score.alert_ta=3": `set "score.alert_ta=3": unknown option "score.alert_ta"; did you mean "score.alert_at"?`,
		"score":            `set "score": must be key=value, several with ; between them`,
	} {
		if err := f.Override(in, &cfg); err == nil || err.Error() != want {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestExpand(t *testing.T) {
	env := func(n string) (string, bool) { return "v-" + n, n == "A" }
	cfg := defaults()
	f, err := Decode("a.toml", []byte("[score]\nname = \"${A}/${B:-b}\"\nlist=[\"${A}\"]\n[map.k]\nname=\"${A}\"\n"), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Expand(&cfg, env); err != nil {
		t.Fatal(err)
	}
	if cfg.Score.Name != "v-A/b" || cfg.Score.List[0] != "v-A" || cfg.Map["k"].Name != "v-A" {
		t.Errorf("%+v", cfg)
	}
	f, _ = Decode("a.toml", []byte("[score]\nname = \"${C}\"\n"), &cfg)
	want := `a.toml:2:1: option "score.name": the environment variable C is not set; set it, or write ${C:-default}`
	if err := f.Expand(&cfg, env); err == nil || err.Error() != want {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("[score]\nalert_at=1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cfg := defaults()
		if _, err := Decode("f", b, &cfg); err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("no position: %v", err)
		}
	})
}
