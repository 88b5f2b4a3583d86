package conf_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"prescore/engine/enrich"
	"prescore/engine/event"
)

// TestTables holds that the sample tables are read and say what the demo needs.
func TestTables(t *testing.T) {
	c := enrich.Defaults()
	c.Assets, c.Identities, c.Intel = []string{"assets.csv"}, []string{"identities.csv"}, []string{"intel.csv"}
	r, err := enrich.New(c, enrich.In{Dir: "tables", Read: os.ReadFile})
	if err != nil {
		t.Fatal(err)
	}
	if w := r.Warnings(); len(w) > 0 {
		t.Error(w)
	}
	ev := event.New(event.NewNames())
	ev.Set(event.KeyHost, event.Str("DC01"))
	ev.Set(event.KeyUser, event.Str("J.Meyer"))
	ev.Set(event.KeySrcIP, event.Str("203.0.113.66"))
	r.Apply(ev)
	if ev.Criticality != event.AssetCritical || ev.Identity != 0.75 || len(ev.Intel) != 1 || ev.Intel[0].Score != 25 {
		t.Errorf("%v %v %v", ev.Criticality, ev.Identity, ev.Intel)
	}
}

// TestRelativeRisk holds that the sample names rules that there are.
func TestRelativeRisk(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range starters(t).Rules {
		ids[r.ID] = true
	}
	f, err := os.Open("tables/relative_risk.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rd := csv.NewReader(f)
	rd.Comment = '#'
	rows, err := rd.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if _, err := strconv.ParseFloat(row[1], 64); err != nil || !ids[row[0]] {
			t.Errorf("%v: is no starter rule and score", row)
		}
	}
}
