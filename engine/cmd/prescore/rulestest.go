package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prescore/engine"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// ruleCase is one line of a file of test cases.
type ruleCase struct {
	Rule  string          `json:"rule"`  // its id, name, title or file
	Want  *bool           `json:"want"`  // whether it matches; true where not said
	Log   string          `json:"log"`   // a line, as tail delivers it
	Event json.RawMessage `json:"event"` // or a record
}

func testCommand() *cobra.Command {
	var o options
	var with []string
	c := &cobra.Command{
		Use: "test FILE...", Short: "Hold rules to records that they must match, and to such that they must not", Args: cobra.MinimumNArgs(1),
		Long: `test reads cases, one JSON object a line: rule (id, name, title or the end of its file's path), want (true or false), and the record: log, a
line of text, or event, an object. Each record takes the whole way through the engine, so that parsing, mapping and log source are tested
with the rule. "-" is standard input.`,
		Example: `  prescore rules test conf/testdata/rules.ndjson
  prescore rules test --rules my-rules/ my-rules/cases.ndjson
  echo '{"rule":"linux/sudo_shell","want":false,"log":"cron[1]: hello"}' | prescore rules test -`,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := newRuleTest(o, with, c.OutOrStdout())
			if err != nil {
				return err
			}
			defer t.e.Close()
			if err := eachFile(args, c.InOrStdin(), t.file); err != nil {
				return err
			}
			fmt.Fprintf(c.ErrOrStderr(), "%s, %d wrong\n", plural(t.cases, "case"), t.bad)
			if t.cases == 0 {
				return wrong{fmt.Errorf("no case in %s", strings.Join(args, ", "))}
			}
			if t.bad > 0 {
				return quiet{}
			}
			return nil
		},
	}
	o.flags(c)
	c.Flags().StringSliceVarP(&with, "rules", "r", nil, "rules to use besides those of the configuration: files, folders, patterns")
	return c
}

// ruleTest runs cases through an engine.
type ruleTest struct {
	e     *engine.Engine
	rules map[string]*sigma.Rule
	w     io.Writer
	cases int
	bad   int
}

func newRuleTest(o options, with []string, w io.Writer) (*ruleTest, error) {
	if len(with) > 0 {
		cfg, err := engine.Load(o.engine())
		if err != nil {
			return nil, wrong{err}
		}
		all, err := absolute(append(slices.Clone(cfg.Detect.Rules), with...), len(cfg.Detect.Rules))
		if err != nil {
			return nil, err
		}
		quoted, err := json.Marshal(all) // a JSON list of texts is a TOML one too
		if err != nil {
			return nil, err
		}
		o.set = strings.TrimPrefix(o.set+"; detect.rules="+string(quoted), "; ")
	}
	opts := o.offline()
	opts.Replay = true
	e, err := engine.Open(opts)
	if err != nil {
		return nil, wrong{err}
	}
	r, err := readRules(o, nil)
	if err != nil {
		e.Close()
		return nil, err
	}
	return &ruleTest{e: e, rules: ruleNames(r), w: w}, nil
}

func (t *ruleTest) file(name string, r io.Reader) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), maxLine)
	for n := 1; sc.Scan(); n++ {
		if len(strings.TrimSpace(sc.Text())) == 0 {
			continue
		}
		if err := t.run(fmt.Sprintf("%s:%d", name, n), sc.Bytes()); err != nil {
			return err
		}
	}
	return sc.Err()
}

// run runs one case and says what is wrong.
func (t *ruleTest) run(at string, line []byte) error {
	var c ruleCase
	if err := json.Unmarshal(line, &c); err != nil {
		return wrong{fmt.Errorf("%s: is no case: %w", at, err)}
	}
	rule, ok := t.rules[c.Rule]
	switch {
	case !ok:
		return wrong{fmt.Errorf("%s: no rule %q is loaded", at, c.Rule)}
	case (c.Log == "") == (len(c.Event) == 0):
		return wrong{fmt.Errorf("%s: needs log or event, and not both", at)}
	}
	src := source{as: "line", now: time.Now()}
	text := []byte(c.Log)
	if len(c.Event) > 0 {
		src.as, text = "record", c.Event
	}
	rec, err := src.add(nil, text)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	var found []string
	matched := false
	see := func(room string, ev *event.Event) {
		if room != "detect" {
			return
		}
		for _, f := range ev.Findings {
			found = append(found, strings.Clone(f.Title))
			matched = matched || f.Rule == rule.Ident()
		}
	}
	if _, err := t.e.Inspect(rec, "test", src.now, see); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	t.cases++
	if want := c.Want == nil || *c.Want; matched != want {
		t.bad++
		word := "does not match"
		if matched {
			word = "matches"
		}
		fmt.Fprintf(t.w, "%s: rule %q %s", at, rule.Title, word)
		if len(found) > 0 && !matched {
			fmt.Fprintf(t.w, "; what does: %s", strings.Join(found, ", "))
		}
		fmt.Fprintln(t.w)
	}
	return nil
}

// absolute makes the paths from number n on absolute: those before it start at the configuration's folder.
func absolute(paths []string, n int) ([]string, error) {
	for i, p := range paths[n:] {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		paths[n+i] = abs
	}
	return paths, nil
}
