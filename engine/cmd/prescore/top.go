package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

type top struct {
	rows  int
	by    string
	route string
	all   bool
}

// orders are what top can sort by; the first is the default.
var orders = []string{"severity", "risk", "time", "count"}

func topCommand() *cobra.Command {
	var o top
	c := &cobra.Command{
		Use: "top [FILE...]", Short: "Show the most severe of scored events, with the reasons",
		Long: `top reads records that carry the key prescore (NDJSON as replay writes it, or as Fluent Bit's outputs do) and prints a table of the
most severe ones: when, where, who, the score, the techniques, and why. Events that differ in time alone are one row with a count.
Without a file, or with "-", it reads standard input.`,
		Example: `  prescore replay /var/log/auth.log | prescore top
  prescore top --rows 20 --by risk scored.ndjson
  prescore top --route quarantine --by time scored.ndjson`,
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	c.Flags().IntVarP(&o.rows, "rows", "n", 12, "how many rows")
	c.Flags().StringVarP(&o.by, "by", "b", orders[0], "order: "+strings.Join(orders, ", "))
	c.Flags().StringVarP(&o.route, "route", "r", "", "records of this route alone: pass, alert, suppressed, quarantine")
	c.Flags().BoolVarP(&o.all, "all", "a", false, "a row each, also where they differ in time alone")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(orders, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("route", cobra.FixedCompletions(routes, cobra.ShellCompDirectiveNoFileComp))
	return c
}

var routes = []string{"pass", "alert", "suppressed", "quarantine"}

func (o *top) run(c *cobra.Command, args []string) error {
	if !slices.Contains(orders, o.by) {
		return fmt.Errorf("--by must be %s, not %q", strings.Join(orders, ", "), o.by)
	}
	if o.route != "" && !slices.Contains(routes, o.route) {
		return fmt.Errorf("--route must be %s, not %q", strings.Join(routes, ", "), o.route)
	}
	if o.rows < 1 {
		return fmt.Errorf("--rows must be 1 or more, not %d", o.rows)
	}
	t := table{rows: map[string]*row{}, each: o.all, route: o.route}
	if err := eachFile(args, c.InOrStdin(), t.read); err != nil {
		return err
	}
	if t.scored == 0 {
		return wrong{fmt.Errorf("no scored record among %d lines: top reads what replay or the agent wrote", t.lines)}
	}
	t.print(c.OutOrStdout(), o)
	return nil
}

// eachFile gives each file named to do, "-" and none being standard input.
func eachFile(names []string, stdin io.Reader, do func(name string, r io.Reader) error) error {
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, n := range names {
		if n == "-" {
			if err := do("standard input", stdin); err != nil {
				return err
			}
			continue
		}
		f, err := os.Open(n)
		if err != nil {
			return err
		}
		err = do(n, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// table gathers scored records into rows.
type table struct {
	rows          map[string]*row
	each          bool
	route         string
	lines, scored int
	alerts, added int
}

// row is one line of the table: a record, and how many are like it.
type row struct {
	scored
	why   string
	count int
	at    int // its place in the input, for a stable order
}

func (t *table) read(name string, r io.Reader) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), maxLine)
	for sc.Scan() {
		if len(sc.Bytes()) > 0 {
			t.lines++
			t.add(sc.Bytes())
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (t *table) add(line []byte) {
	s, ok := readScored(line)
	if !ok {
		return
	}
	t.scored++
	if s.Kind != "" && s.Kind != "event" {
		t.added++
	}
	if s.Route == "alert" {
		t.alerts++
	}
	if t.route != "" && s.Route != t.route {
		return
	}
	r := &row{scored: s, why: s.why(), count: 1, at: t.scored}
	if s.Kind == kindIncident { // what it came to is its newest record's to say
		t.rows[s.ID] = r
		return
	}
	key := strings.Join([]string{s.Kind, s.Host(), s.Who(), s.Source, s.Route, r.why, fmt.Sprint(s.Severity)}, "\x00")
	if t.each {
		key = fmt.Sprint(t.scored)
	}
	old := t.rows[key]
	switch {
	case old == nil:
		t.rows[key] = r
	case r.Risk > old.Risk:
		r.count = old.count + 1
		t.rows[key] = r
	default:
		old.count++
	}
}

// sorted gives the rows in an order; equals by time, then as they came.
func (t *table) sorted(by string) []*row {
	all := make([]*row, 0, len(t.rows))
	for _, r := range t.rows {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *row) int {
		for _, d := range [...]float64{order(by, a, b), order("severity", a, b), order("risk", a, b)} {
			if d != 0 {
				return sign(d)
			}
		}
		if d := strings.Compare(a.Time, b.Time); d != 0 {
			return d
		}
		return a.at - b.at
	})
	return all
}

// order is below 0 where a stands before b.
func order(by string, a, b *row) float64 {
	switch by {
	case "severity":
		return float64(b.Severity - a.Severity)
	case "risk":
		return b.Risk - a.Risk
	case "count":
		return float64(b.count - a.count)
	}
	return float64(strings.Compare(a.Time, b.Time))
}

func sign(d float64) int {
	if d < 0 {
		return -1
	}
	return 1
}

// The widths of the columns that hold text of any length.
const (
	maxName = 22
	maxWhy  = 72
)

func (t *table) print(w io.Writer, o *top) {
	all := t.sorted(o.by)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "TIME\tHOST\tWHO\tSEV\tRISK\tROUTE\tTECHNIQUE\tN\tWHY")
	for _, r := range all[:min(len(all), o.rows)] {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\n", clock(r.Time), cut(dash(r.Host()), maxName), cut(dash(r.Who()), maxName),
			r.Severity, number(r.Risk), r.Route, dash(r.Technique()), r.count, cut(r.why, maxWhy))
	}
	_ = tw.Flush()
	if rest := len(all) - o.rows; rest > 0 {
		fmt.Fprintf(w, "and %s more; ", plural(rest, "row"))
	}
	fmt.Fprintf(w, "%d of %s", t.alerts, plural(t.scored-t.added, "scored record"))
	if t.added > 0 {
		fmt.Fprintf(w, " and %s of incidents", plural(t.added, "record"))
	}
	fmt.Fprintln(w, " are alerts")
}

// clock gives a time of the record contract without its year and fraction.
func clock(t string) string {
	if len(t) >= len("2006-01-02T15:04:05") && t[10] == 'T' {
		return t[5:10] + " " + t[11:19]
	}
	return dash(t)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// cut shortens s to n characters, control characters shown as spaces.
func cut(s string, n int) string {
	r := []rune(s)
	for i, c := range r {
		if c < ' ' || c == 0x7f {
			r[i] = ' '
		}
	}
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}
