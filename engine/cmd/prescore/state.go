package main

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"prescore/engine/entity"
	"prescore/engine/store"
)

func stateCommand() *cobra.Command {
	var kind, key string
	c := &cobra.Command{
		Use: "state FILE", Short: "List the entities of a state file", Args: cobra.ExactArgs(1),
		Long: `state reads the file in which an agent keeps its state, without changing it: which entities there are, since when, when one was last seen,
whether it is protected from eviction, and what is kept for it. A file that an agent has open cannot be read: give a copy.`,
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

// kept names what is kept for an entity, and how many bytes of it.
func kept(slots map[string][]byte) string {
	var out []string
	for name, b := range slots {
		out = append(out, fmt.Sprintf("%s %d B", name, len(b)))
	}
	sort.Strings(out)
	return dash(strings.Join(out, ", "))
}
