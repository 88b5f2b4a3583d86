package conformance

import (
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"prescore/conf"
	"prescore/engine/detect"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// plainEvery is how many pairs of event and rule stand for one that is evaluated the plain way: all of them take minutes.
const plainEvery = 40

// TestSigmaIndexedIsPlain holds what the matcher finds equal to the plain evaluator, over every rule and every line of the match sets
// and captures, a sample of the pairs that do not match and all that do.
func TestSigmaIndexedIsPlain(t *testing.T) {
	w := newWay(t, func(c *detect.Config) { c.Routing, c.MaxFindings = detect.RoutingAll, 256 })
	r := rand.New(rand.NewSource(1))
	pairs, wrong := 0, 0
	for lane, lines := range sigmaLanes(t, w) {
		for range 2 { // values that came before are answered out of memory
			for _, l := range lines {
				w.pass(l)
			}
		}
		for _, l := range lines {
			got := w.line(l)
			rec := w.detect.Record(w.ev)
			for i := r.Intn(plainEvery); i < len(w.detect.Rules()); i += 1 + r.Intn(2*plainEvery) {
				ru := w.detect.Rules()[i]
				pairs++
				if sigma.Eval(ru.Cond, rec) != got[ru.ID] {
					wrong++
					t.Logf("%s: %s %s: indexed %v\n%s", lane, ru.ID, ru.Title, got[ru.ID], sigma.Explain(ru.Cond, rec))
				}
			}
			for id := range got {
				pairs++
				if !sigma.Eval(w.loaded[id].Cond, rec) {
					wrong++
					t.Logf("%s: %s: indexed matches, plain does not", lane, id)
				}
			}
		}
	}
	report(t, "sigma (indexed as plain)", pairs, wrong, 0, "")
}

// maxLoad is how long reading and compiling four thousand rules may take on one core.
const maxLoad = time.Second

// TestSigmaLoad holds the time to load all rules, a file each, as users have them. It counts the processor's time, since a shared
// machine's clock says little.
func TestSigmaLoad(t *testing.T) {
	dir := t.TempDir()
	n := 0
	eachLine(t, "sigma/rules_all.ndjson", func(i int, r sigmaRule) {
		n++
		file := filepath.Join(dir, filepath.FromSlash(r.Path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(r.Yaml), 0o644); err != nil {
			t.Fatal(err)
		}
	})
	cfg := detect.Defaults()
	cfg.Rules = []string{dir + "/**/*.yml"}
	took := maxLoad * 100
	for range 3 { // the best of three: other processes cost caches
		start := processorTime()
		room, err := detect.New(cfg, detect.In{Names: event.NewNames(), Logsources: conf.Logsources})
		if err != nil {
			t.Fatal(err)
		}
		took = min(took, processorTime()-start)
		t.Logf("%d rules in %v", len(room.Rules()), took)
	}
	if limit := maxLoad * time.Duration(n) / 4000; took > limit && !raceDetector { // which makes everything several times slower
		t.Errorf("%d rules take %v, at most %v", n, took, limit)
	}
}
