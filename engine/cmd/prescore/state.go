package main

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"prescore/engine/correlate"
	"prescore/engine/entity"
	"prescore/engine/store"
)

func stateCommand() *cobra.Command {
	var kind, key string
	c := &cobra.Command{
		Use: "state FILE", Short: "List the entities of a state file", Args: cobra.ExactArgs(1),
		Long: `state reads the file in which an agent keeps its state, without changing it: which entities there are, since when, when one was last seen,
whether it is protected from eviction, and what is kept for it: windows of correlations with their open incidents, and logins that link a
host or an address to a principal. A file that an agent has open cannot be read: give a copy.`,
		Example: `  cp /var/lib/fluent-bit/prescore.db /tmp/ && prescore state /tmp/prescore.db
  prescore state --kind principal --key meyer /tmp/prescore.db`,
		RunE: func(c *cobra.Command, args []string) error {
			tw := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(tw, "KIND\tKEY\tFIRST\tLAST\tPROTECTED\tKEPT")
			n := 0
			total, err := store.List(args[0], func(i entity.Info) {
				if kind != "" && i.Kind != kind || !strings.Contains(i.Key, key) {
					return
				}
				n++
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%t\t%s\n", i.Kind, cut(i.Key, maxKey), moment(i.First), moment(i.Last), i.Protected, kept(i.Slots))
			})
			if err != nil {
				return wrong{err}
			}
			if err := tw.Flush(); err != nil {
				return err
			}
			seen := ""
			if total.Seen > 0 {
				seen = ", newest " + moment(total.SeenAt)
			}
			fmt.Fprintf(c.ErrOrStderr(), "%d entities, %d seen ids%s, %d records noted, %d damaged\n", n, total.Seen, seen, total.Notes, total.Damaged)
			if total.Damaged > 0 {
				return quiet{}
			}
			return nil
		},
	}
	c.Flags().StringVarP(&kind, "kind", "k", "", "entities of this kind alone: principal, host, ip, ...")
	c.Flags().StringVarP(&key, "key", "K", "", "entities whose key holds this text")
	return c
}

// maxKey is how much of a key is printed.
const maxKey = 64

func moment(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05") }

// kept says what is kept for an entity: windows and links in words, the rest by its size.
func kept(slots map[string][]byte) string {
	var out []string
	for name, b := range slots {
		text := fmt.Sprintf("%s %d B", name, len(b))
		switch name {
		case "window":
			if w, err := correlate.Describe(b); err == nil {
				text = window(w)
			}
		case "links":
			if links, err := entity.DescribeLinks(b); err == nil {
				text = logins(links)
			}
		}
		out = append(out, text)
	}
	sort.Strings(out)
	return dash(strings.Join(out, "; "))
}

func window(w correlate.WindowInfo) string {
	text := fmt.Sprintf("window of %d to %s", w.Entries, moment(w.Newest))
	if w.Pending {
		text += ", an absence awaited"
	}
	if w.Open {
		text += fmt.Sprintf(", incident %s of %d since %s", w.Incident, w.Count, moment(w.Since))
	}
	return text
}

func logins(links []entity.LinkInfo) string {
	var out []string
	for _, l := range links {
		out = append(out, fmt.Sprintf("login of %s at %s", cut(l.Principal, maxKey), moment(l.At)))
	}
	return strings.Join(out, ", ")
}
