package conformance

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prescore/engine/event"
)

// TestCaptures: every line of the captures is read; time and class are set for 98%, and the host and the principal for 98% of those
// lines that name one. A record of a cloud's audit trail names no host. Zeek's weird.log is base_event by its nature: it tells of
// packets that no protocol explains.
func TestCaptures(t *testing.T) {
	index := corpus(t, "captures/index.json")
	var files []string
	err := filepath.WalkDir(filepath.Dir(index), func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && p != index {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t)
	var lines, noTime, noHost, noClass, noWho, wrong int
	for _, p := range files {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(f)
		sc.Buffer(make([]byte, 1<<20), 1<<26)
		gaps := map[string]int{}
		for sc.Scan() {
			line := sc.Text()
			if line == "" || strings.HasPrefix(line, "#") {
				r.read(line, arrived) // a header: the parser learns the columns from it
				continue
			}
			lines++
			ev := r.read(line, arrived)
			bad := false
			miss := func(cond bool, n *int, what string) {
				if cond {
					*n++
					bad = true
					gaps[what+" "+ev.Source]++
				}
			}
			timed := true
			for _, q := range ev.Problems {
				timed = timed && q.Code != "no_timestamp" && q.Code != "bad_timestamp"
			}
			miss(!timed, &noTime, "time")
			miss(ev.Entities[event.Host] == "" && !hostless[ev.Source], &noHost, "host")
			miss(ev.Class == event.BaseEvent && ev.Source != "zeek_weird", &noClass, "class")
			miss(ev.Entities[event.Principal] == "" && namesAccount(ev), &noWho, "principal")
			if bad {
				wrong++
			}
		}
		f.Close()
		if len(gaps) > 0 && testing.Verbose() {
			fmt.Println("  ", filepath.Base(p), gaps)
		}
	}
	report(t, "captures", lines, wrong, lines/50, fmt.Sprintf("without time %d, host %d, class %d, principal %d", noTime, noHost, noClass, noWho))
}

// hostless are sources whose records name no host: audit trails of clouds, auditd without a node, Zeek's logs of things that were seen
// in a connection told of elsewhere.
var hostless = map[string]bool{"cloudtrail": true, "auditd": true, "zeek_pe": true, "zeek_x509": true}

// accountNames are fields that name an account in the formats of the captures.
var accountNames = []string{"SubjectUserName", "TargetUserName", "User", "SourceUser", "AccountName", "UserName", "userIdentity.userName", "userIdentity.arn",
	"userIdentity.principalId", "acct", "auid", "user", "client", "username"}

func namesAccount(ev *event.Event) bool {
	for _, n := range accountNames {
		if f := ev.Find(n); f != nil && f.Value.K == event.String {
			switch f.Value.S {
			case "", "-", "unset", "4294967295", "NOT_TRANSLATED", "(null)":
			default:
				return true
			}
		}
	}
	return false
}
