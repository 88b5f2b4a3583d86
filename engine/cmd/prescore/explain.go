package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prescore/engine"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/wire"
)

func explainCommand() *cobra.Command {
	var o options
	var given, tag, rule string
	var asJSON bool
	c := &cobra.Command{
		Use: "explain [FILE]", Short: "Say why one event got its score, room by room", Args: cobra.MaximumNArgs(1),
		Long:    `explain takes one event (from -e, a file, or standard input: a JSON object or a line of text) through the engine, and says what each room made of it.`,
		Example: "  prescore explain -e '{\"event_type\":\"process_creation\",\"process_name\":\"powershell.exe\",\"host\":\"ws-042\"}'\n  tail -1 /var/log/auth.log | prescore explain\n  prescore explain --json event.json\n  prescore explain --rule 'LSASS written to a file' event.json",
		RunE: func(c *cobra.Command, args []string) error {
			line, err := oneEvent(c.InOrStdin(), given, args)
			if err != nil {
				return err
			}
			opts := o.offline()
			opts.Replay = true
			e, err := engine.Open(opts)
			if err != nil {
				return wrong{err}
			}
			defer e.Close()
			src := source{as: "auto", now: time.Now()}
			rec, err := src.add(nil, line)
			if err != nil {
				return err
			}
			if rule != "" {
				return explainRule(c.OutOrStdout(), e, rec, tag, src.now, rule)
			}
			return explain(c.OutOrStdout(), e, rec, tag, src.now, asJSON)
		},
	}
	o.flags(c)
	c.Flags().StringVarP(&given, "event", "e", "", "the event itself")
	c.Flags().StringVarP(&rule, "rule", "r", "", "say instead why this rule matches or not: its id, name or title")
	c.Flags().StringVarP(&tag, "tag", "t", "explain", "the host's tag of the record")
	c.Flags().BoolVarP(&asJSON, "json", "j", false, "print the scored record as JSON instead")
	return c
}

// maxEvent bounds what explain reads, in bytes: one event, not a log.
const maxEvent = 16 << 20

// oneEvent reads the event: all of a JSON document that may span lines, else the first line that is not empty.
func oneEvent(stdin io.Reader, given string, args []string) ([]byte, error) {
	text := []byte(given)
	switch {
	case given != "" && len(args) > 0:
		return nil, errors.New("an event by -e and by a file: give one of them")
	case given == "":
		if len(args) == 1 && args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return nil, err
			}
			defer f.Close()
			stdin = f
		}
		var err error
		if text, err = io.ReadAll(io.LimitReader(stdin, maxEvent)); err != nil {
			return nil, err
		}
	}
	if line := firstEvent(text); len(line) > 0 {
		return line, nil
	}
	return nil, errors.New("no event: give one by -e, by a file, or on standard input")
}

func explain(w io.Writer, e *engine.Engine, rec []byte, tag string, now time.Time, asJSON bool) error {
	t := teller{w: w, mask: e.Mask}
	if asJSON {
		t.w = io.Discard
	}
	body, err := e.Inspect(rec, tag, now, t.room)
	if err != nil {
		return err
	}
	if asJSON {
		text, err := wire.AppendJSON(nil, body)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := json.Indent(&out, text, "", "  "); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", out.Bytes())
	}
	return nil
}

// explainRule says which parts of a rule's condition hold for an event.
func explainRule(w io.Writer, e *engine.Engine, rec []byte, tag string, now time.Time, rule string) error {
	known := false
	_, err := e.Inspect(rec, tag, now, func(room string, ev *event.Event) {
		if room != "detect" {
			return
		}
		x, ok := e.ExplainRule(rule, ev)
		if !ok {
			return
		}
		known = true
		fmt.Fprintf(w, "rule       %s (%s)\n", x.Rule.Title, x.Rule.Ident())
		if x.Routed {
			fmt.Fprintf(w, "source     the event is of its log source %s\n", x.Rule.Source)
		} else {
			fmt.Fprintf(w, "source     the event is not of its log source %s: the rule does not see it\n", x.Rule.Source)
		}
		tellTrace(w, e, &x.Trace, 0)
		fmt.Fprintf(w, "matches    %s\n", yesNo(x.Matched && x.Routed))
	})
	if err == nil && !known {
		err = wrong{fmt.Errorf("no rule has the id, name or title %q; prescore rules list shows them", rule)}
	}
	return err
}

// tellTrace prints a part of a condition and what is below it.
func tellTrace(w io.Writer, e *engine.Engine, t *sigma.Trace, depth int) {
	have := ""
	if t.Have != nil {
		shown := make([]string, len(t.Have))
		for i, h := range t.Have {
			shown[i] = strconv.Quote(short(e.Mask("", h)))
		}
		have = "   has " + strings.Join(shown, ", ")
	}
	fmt.Fprintf(w, "%-10s %s%s%s\n", yesNo(t.Matched), strings.Repeat("  ", depth), t.Text, have)
	for i := range t.Kids {
		tellTrace(w, e, &t.Kids[i], depth+1)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
