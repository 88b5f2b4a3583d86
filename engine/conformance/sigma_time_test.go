//go:build unix

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"prescore/engine/detect"
)

// processorTime is what this process has used of the processor so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentOf makes the process of TestSigmaResident the one that is measured.
const residentOf = "PRESCORE_SIGMA_RESIDENT"

// TestSigmaResident holds what the system keeps in memory for all rules over what it keeps for one within their budget, in a process of
// its own.
func TestSigmaResident(t *testing.T) {
	if os.Getenv(residentOf) != "" {
		load := func(change func(*detect.Config)) (*way, int) {
			w := newWay(t, change)
			w.rules = nil
			for range 2 { // what was read of the corpus is the test's garbage, not the rules'
				debug.FreeOSMemory()
			}
			return w, resident(t)
		}
		none, before := load(func(c *detect.Config) { c.Only = someRules(t, 1) })
		all, after := load(nil)
		fmt.Printf("resident %d\n", after-before)
		runtime.KeepAlive(none)
		runtime.KeepAlive(all)
		return
	}
	corpus(t, "sigma/rules_all.ndjson")
	resident(t)
	c := exec.Command(os.Args[0], "-test.run", "^TestSigmaResident$", "-test.count", "1")
	c.Env = append(os.Environ(), residentOf+"=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, after, ok := strings.Cut(string(out), "resident ")
	if !ok {
		t.Fatalf("the process of its own says nothing: %s", out)
	}
	var n int
	if _, err := fmt.Sscan(after, &n); err != nil {
		t.Fatal(err)
	}
	t.Logf("all rules keep %d KiB resident", n>>10)
	if n > sigmaMemory && !raceDetector { // which keeps a shadow
		t.Errorf("all rules keep %d bytes resident, at most %d", n, sigmaMemory)
	}
}

// resident is how much of this process the system keeps in memory, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("resident memory is read from Linux's /proc/self/statm: ", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
