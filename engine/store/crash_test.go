package store

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prescore/engine/correlate"
	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/option"
)

var kills = flag.Int("kills", 100, "how often TestCrash kills its child")

// The child of TestCrash: an agent that correlates a stream of events, resumed where it is told, until it is killed.
const (
	crashInterval = 20 * time.Millisecond
	crashLong     = 300 * time.Millisecond // a life with several writes in it
	crashGroup    = 40                     // events of one account
	crashResend   = 200                    // events at least that the host sends again after a crash: more than go by in an interval
)

func TestMain(m *testing.M) {
	if path := os.Getenv("PRESCORE_CRASH_CHILD"); path != "" {
		crashChild(path, os.Getenv("PRESCORE_CRASH_FROM"), os.Getenv("PRESCORE_CRASH_AGAIN"))
		return
	}
	os.Exit(m.Run())
}

const crashRules = `
[[rules]]
id = "brute"
title = "brute"
type = "event_count"
group_by = ["principal"]
within = "1h"
condition = { gte = 5 }
[[rules.steps]]
classes = ["authentication"]
`

func crashChild(path, from, again string) {
	names := event.NewNames()
	st, err := entity.New(entity.Defaults(), entity.In{Names: names})
	fatal(err)
	room, err := correlate.New(correlate.Defaults(), correlate.In{
		State: st, Names: names, Shipped: []correlate.File{{Name: "rules.toml", Text: []byte(crashRules)}},
	})
	fatal(err)
	cfg := Defaults()
	cfg.Path, cfg.Interval = path, option.Duration(crashInterval)
	s, err := New(cfg, In{State: st, Say: func(text string) { fmt.Println("says", text) }})
	fatal(err)
	s.Load()
	var at, first int
	_, err = fmt.Sscan(from, &at)
	fatal(err)
	_, err = fmt.Sscan(again, &first)
	fatal(err)
	newest := -1
	st.Export(func(k, v []byte) {
		info, err := entity.Describe(k, v)
		fatal(err)
		w, err := correlate.Describe(info.Slots["window"])
		fatal(err)
		newest = max(newest, int(w.Newest/second)-1_700_000_000)
	})
	fmt.Println("loaded", newest)
	s.Start()
	ev := event.New(names)
	var kept keeper
	fresh := -1
	for i := first; ; i++ {
		ev.Reset()
		ev.ID, ev.IDGiven = fmt.Sprint("e", i), true
		ev.Arrival = 1_700_000_000*second + int64(i)*second
		ev.Set(event.KeyTime, event.TimeOf(ev.Arrival))
		ev.Class, ev.Baseline = event.Authentication, 3
		ev.Entities[event.Principal] = fmt.Sprint("user", i/crashGroup)
		room.Apply(ev)
		st.Scored(ev)
		if !ev.Replayed && fresh < 0 {
			fresh = i
			fmt.Println("fresh", i)
		}
		for _, in := range ev.Incidents {
			fmt.Println("incident", in.State, in.Group[0].Value, in.ID)
		}
		if i >= at {
			fmt.Println("at", i)
			if k, ok := kept.see(i, s.n.writes.Load()); ok {
				fmt.Println("kept", k)
			}
			time.Sleep(200 * time.Microsecond)
		}
	}
}

// keeper says which events are in the file: of two writes that ended after an event was applied, the second began after it. How long
// a write takes is the disk's affair; that what was written is there again is not.
type keeper struct {
	writes uint64
	last   [2]int // the newest event when each of the last two writes was seen
}

func (k *keeper) see(i int, writes uint64) (kept int, ok bool) {
	if writes == k.writes {
		return 0, false
	}
	if writes > k.writes+1 { // several since the last look: all but the last began after the event before this one
		k.last[1] = i - 1
	}
	kept, k.last[0], k.last[1], k.writes = k.last[0], k.last[1], i, writes
	return kept, kept > 0
}

func fatal(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(3)
	}
}

// TestCrash kills an agent at random moments, over and over. It must start each time with all that a write had brought into the file,
// windows and the ids of the records in them, writes must come at their interval, and an incident that was told must never get a second
// id.
func TestCrash(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = min(n, 10)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	rng := rand.New(rand.NewSource(5))
	ids := map[string]string{}
	at, repeated := 0, 0
	due := -1 // the newest event of which the child had said that it is in the file
	worst := 0
	for kill := range n {
		life := time.Duration(10+rng.Intn(120)) * time.Millisecond
		if kill%5 == 4 {
			life += crashLong
		}
		at, due = crash(t, path, at, due, kill, life, ids, &repeated, &worst)
	}
	if due < 0 {
		t.Error("nothing was ever written")
	}
	if len(ids) < n/2 {
		t.Errorf("only %d incidents in %d lives", len(ids), n)
	}
	t.Logf("%d kills, %d events, %d incidents, %d told again under their own id; at worst %d events were not in the file", n, at, len(ids), repeated, worst)
}

// crash runs one life of the child and gives how far it came, and which event must be in the file by then.
func crash(t *testing.T, path string, at, due, kill int, life time.Duration, ids map[string]string, repeated, worst *int) (int, int) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PRESCORE_CRASH_CHILD="+path, "PRESCORE_CRASH_FROM="+fmt.Sprint(at),
		// Where the disk was slow more than an interval's events are not in the file; a host sends again what was not acknowledged.
		"PRESCORE_CRASH_AGAIN="+fmt.Sprint(max(0, min(at-crashResend, due))))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var timer *time.Timer
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		switch f[0] {
		case "loaded":
			var newest int
			if _, err := fmt.Sscan(f[1], &newest); err != nil {
				t.Fatal(err)
			}
			if newest < due {
				t.Errorf("life %d: restored up to event %d, but %d was in the file before the kill", kill, newest, due)
			}
			*worst = max(*worst, at-1-newest)
			timer = time.AfterFunc(life, func() { _ = cmd.Process.Kill() }) // it may be over already
		case "fresh":
			var fresh int
			if _, err := fmt.Sscan(f[1], &fresh); err != nil {
				t.Fatal(err)
			}
			if fresh <= due {
				t.Errorf("life %d: event %d came again and counted again, but %d was in the file before the kill", kill, fresh, due)
			}
		case "says", "error":
			t.Errorf("life %d: %s", kill, sc.Text())
		case "incident":
			if old, there := ids[f[2]]; there && old != f[3] {
				t.Errorf("life %d: incident of %s has id %s, had %s", kill, f[2], f[3], old)
			} else if there && f[1] == "open" {
				*repeated++
			}
			ids[f[2]] = f[3]
		case "kept":
			if _, err := fmt.Sscan(f[1], &due); err != nil {
				t.Fatal(err)
			}
		case "at":
			if _, err := fmt.Sscan(f[1], &at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if timer == nil {
		t.Fatalf("life %d: the child did not start", kill)
	}
	timer.Stop()
	_ = cmd.Wait() // killed: that is the point
	return at + 1, due
}
