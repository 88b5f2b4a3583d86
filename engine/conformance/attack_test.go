package conformance

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prescore/engine/detect/attack"
	"prescore/engine/event"
)

var updateAttack = flag.Bool("update-attack", false, "write conf/attack/enterprise-*.tsv from the corpus")

// attackVersion is a version of ATT&CK as the corpus has it.
type attackVersion struct {
	License    string
	Tactics    []struct{ ID, Name, Shortname string }
	Techniques []attackTechnique
	Removed    []attackTechnique `json:"removed_since_18_1"`
}

type attackTechnique struct {
	ID, Name   string
	Tactics    []string
	Parent     *string
	Revoked    bool
	Deprecated bool
	RevokedBy  string `json:"revoked_by"`
}

var attackFiles = [attack.NumVersions]string{"attack/enterprise_v18_1.json", "attack/enterprise_v19_1.json"}

func readAttack(t *testing.T, v attack.Version) attackVersion {
	t.Helper()
	data, err := os.ReadFile(corpus(t, attackFiles[v]))
	if err != nil {
		t.Fatal(err)
	}
	var a attackVersion
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// attackFS is the project's data.
var attackFS = os.DirFS("../../conf/attack")

// TestAttack holds that each technique and revocation of both versions resolves with the tactics that MITRE gives it, and that an event
// keeps the id it came with.
func TestAttack(t *testing.T) {
	if *updateAttack {
		writeAttack(t)
	}
	table, err := attack.Load(attackFS)
	if err != nil {
		t.Fatal(err)
	}
	for v := range attack.NumVersions {
		t.Run(v.String(), func(t *testing.T) {
			a := readAttack(t, v)
			wrong, revoked := 0, 0
			for _, c := range a.Techniques {
				if c.Revoked {
					revoked++
				}
				if why := checkTechnique(table, v, c); why != "" {
					wrong++
					t.Logf("%s: %s", c.ID, why)
				}
			}
			for _, c := range a.Tactics {
				for _, spelt := range []string{c.ID, c.Name, c.Shortname, strings.ReplaceAll(c.Shortname, "-", "_"), strings.ReplaceAll(c.Name, " ", "")} {
					want := c.Shortname
					if c.ID == "TA0005" && spelt == c.ID {
						want = "stealth" // one id with another name in each version: the newer holds
					}
					if got, ok := table.Tactic(spelt); !ok || got != want {
						wrong++
						t.Logf("tactic %q: %q", spelt, got)
					}
				}
			}
			for _, c := range a.Removed {
				i, ok := table.Technique(c.ID)
				if !ok || i.In[v].Status != attack.Removed || !slices.Equal(i.Tactics(v), c.Tactics) {
					wrong++
					t.Logf("removed %s: %+v", c.ID, i)
				}
			}
			cases := len(a.Techniques) + len(a.Tactics) + len(a.Removed)
			report(t, attackFiles[v], cases, wrong, 0, fmt.Sprintf("%d revoked with their successors", revoked))
		})
	}
}

func checkTechnique(table *attack.Table, v attack.Version, c attackTechnique) string {
	i, ok := table.Technique(c.ID)
	if !ok {
		return "is not known"
	}
	e := i.In[v]
	want := attack.Active
	switch {
	case c.Revoked:
		want = attack.Revoked
	case c.Deprecated:
		want = attack.Deprecated
	}
	if e.Status != want || e.Name != c.Name || !slices.Equal(e.Tactics, c.Tactics) || e.Successor != c.RevokedBy {
		return fmt.Sprintf("got %+v, want %v and %+v", e, want, c)
	}
	if c.Parent != nil && i.Parent != *c.Parent {
		return fmt.Sprintf("parent %q, want %q", i.Parent, *c.Parent)
	}
	if c.RevokedBy != "" {
		if s, ok := table.Technique(table.Successor(c.ID)); !ok || s.In[v].Status == attack.Revoked {
			return fmt.Sprintf("successor %q is none", table.Successor(c.ID))
		}
	}
	return ""
}

// TestAttackOnRecord holds that what a source names stays as it is, known or not, and that known ids bring their tactics.
func TestAttackOnRecord(t *testing.T) {
	names := event.NewNames()
	r, err := attack.New(attack.Defaults(), attack.In{FS: attackFS, Names: names})
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New(names)
	cases, wrong := 0, 0
	apply := func(id string, tactics bool) {
		cases++
		ev.Reset()
		ev.Add("threat.technique.id", event.Str(id), 0)
		r.Apply(ev)
		if len(ev.Techniques) != 1 || ev.Techniques[0] != id || len(ev.Tactics) > 0 != tactics {
			wrong++
			t.Logf("%s: %v %v", id, ev.Techniques, ev.Tactics)
		}
	}
	for v := range attack.NumVersions {
		for _, c := range readAttack(t, v).Techniques {
			apply(c.ID, len(c.Tactics) > 0)
		}
	}
	for _, id := range []string{"T9999", "T9999.001", "T1059.999", "AML.T0051", "CAR-2020-05-001", "T0000"} {
		apply(id, false)
	}
	report(t, "attack (ids on a record)", cases, wrong, 0, "")
}

// likely are removed ids whose successor has the same title, or, here, one that says the same. Version 19.1's own revocations are not
// in the corpus.
var likely = map[string]string{
	"T1562.002": "T1685.001", "T1562.003": "T1690", "T1562.004": "T1686", "T1562.007": "T1686.001", "T1562.008": "T1685.002",
	"T1562.011": "T1685.003", "T1562.012": "T1685.004", "T1562.013": "T1686.002",
}

// writeAttack writes the data files.
func writeAttack(t *testing.T) {
	for v := range attack.NumVersions {
		a := readAttack(t, v)
		var b strings.Builder
		fmt.Fprintf(&b, "# ATT&CK for Enterprise %s: tactics (id, shortname, name) and techniques (id, status, tactics, successor, name).\n", v)
		fmt.Fprintf(&b, "# %s. See NOTICE.\n", strings.TrimSuffix(strings.Split(a.License, " (")[0], "."))
		for _, c := range a.Tactics {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", c.ID, c.Shortname, c.Name)
		}
		now := map[string]string{}
		for _, c := range a.Techniques {
			status := attack.Active
			if c.Revoked {
				status = attack.Revoked
			} else if c.Deprecated {
				status = attack.Deprecated
			}
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", c.ID, status, strings.Join(c.Tactics, ","), c.RevokedBy, c.Name)
			now[c.Name] = c.ID
		}
		for _, c := range a.Removed {
			next := now[c.Name]
			if next == "" {
				next = likely[c.ID]
			}
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", c.ID, attack.Removed, strings.Join(c.Tactics, ","), next, c.Name)
		}
		if err := os.WriteFile(filepath.Join("../../conf/attack", "enterprise-"+v.String()+".tsv"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
