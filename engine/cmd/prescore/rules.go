package main

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"prescore/conf"
	"prescore/engine"
	"prescore/engine/detect"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "Look at Sigma rules: lint, list, test, coverage", Args: cobra.NoArgs,
		Long: `rules reads Sigma rules as the agent would: those that the configuration names, or the files, folders and patterns that are given
instead. Without either, the rules that come with prescore.`,
		Example: `  prescore rules lint my-rules/
  prescore rules list --config conf/prescore.toml
  prescore rules test cases.ndjson
  prescore rules coverage sigma/rules`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(lintCommand(), listCommand(), testCommand(), coverageCommand())
	return c
}

// ruleRoom reads rules: the paths given, or what the configuration names.
func ruleRoom(o options, paths []string) (detect.Config, detect.In, error) {
	cfg, err := engine.Load(o.engine())
	if err != nil {
		return detect.Config{}, detect.In{}, wrong{err}
	}
	in := detect.In{Names: event.NewNames(), Dir: filepath.Dir(o.config), Starter: conf.Rules(), Logsources: conf.Logsources}
	d := cfg.Detect.Config
	if len(paths) > 0 {
		in.Dir, d.Rules, d.Starter = ".", paths, false
	}
	return d, in, nil
}

func lintCommand() *cobra.Command {
	var o options
	var strictly bool
	c := &cobra.Command{
		Use: "lint [PATH...]", Short: "Say what is wrong with rules, by file and line",
		Long: `lint says what keeps a rule out ("error"), and what is odd about one that runs ("warning"): unknown fields of the rule, modifiers that do
nothing, log sources that no event is of. It fails where a rule is kept out, with --strict also where one is odd.`,
		Example: `  prescore rules lint my-rules/
  prescore rules lint --strict 'rules/**/*.yml'`,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, in, err := ruleRoom(o, args)
			if err != nil {
				return err
			}
			problems, err := detect.Lint(cfg, in)
			if err != nil {
				return wrong{err}
			}
			fatal := 0
			for _, p := range problems {
				word := "warning"
				if p.Fatal {
					word = "error"
					fatal++
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", word, p)
			}
			fmt.Fprintf(c.ErrOrStderr(), "%s, %s\n", plural(fatal, "error"), plural(len(problems)-fatal, "warning"))
			if fatal > 0 || strictly && len(problems) > 0 {
				return quiet{}
			}
			return nil
		},
	}
	o.flags(c)
	c.Flags().BoolVar(&strictly, "strict", false, "fail on warnings too")
	return c
}

func listCommand() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use: "list [PATH...]", Short: "List rules: level, log source, techniques, title",
		Example: `  prescore rules list
  prescore rules list my-rules/ | grep T1003`,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := readRules(o, args)
			if err != nil {
				return err
			}
			tw := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(tw, "LEVEL\tSOURCE\tTECHNIQUES\tID\tTITLE")
			for _, ru := range r.Rules() {
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", dash(ru.Level.String()), ru.Source, dash(strings.Join(techniques(ru.Tags), " ")), dash(ru.ID), ru.Title)
			}
			for _, co := range r.Correlations() {
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", dash(co.Level.String()), "correlation", dash(strings.Join(techniques(co.Tags), " ")), dash(co.ID), co.Title)
			}
			return tw.Flush()
		},
	}
	o.flags(c)
	return c
}

func readRules(o options, paths []string) (*detect.Room, error) {
	cfg, in, err := ruleRoom(o, paths)
	if err != nil {
		return nil, err
	}
	r, err := detect.New(cfg, in)
	if err != nil {
		return nil, wrong{err}
	}
	return r, nil
}

// techniques gives the techniques among a rule's tags, as ATT&CK writes them.
func techniques(tags []string) []string {
	var out []string
	for _, t := range tags {
		if id, ok := strings.CutPrefix(strings.ToLower(t), "attack.t"); ok && len(id) > 0 && id[0] >= '0' && id[0] <= '9' {
			out = append(out, "T"+strings.ToUpper(id))
		}
	}
	return out
}

func coverageCommand() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use: "coverage [PATH...]", Short: "Count rules by log source and by ATT&CK technique",
		Example: `  prescore rules coverage
  prescore rules coverage sigma/rules`,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := readRules(o, args)
			if err != nil {
				return err
			}
			sources, techs := map[string]int{}, map[string]int{}
			without := 0
			for _, ru := range r.Rules() {
				sources[ru.Source.String()]++
				list := techniques(ru.Tags)
				for _, t := range list {
					techs[t]++
				}
				if len(list) == 0 {
					without++
				}
			}
			tw := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(tw, "%s, %s of them without a technique; %s; %s\n", plural(len(r.Rules()), "rule"), fmt.Sprint(without),
				plural(len(r.Correlations()), "correlation"), plural(len(techs), "technique"))
			for _, part := range []struct {
				title string
				m     map[string]int
			}{{"LOG SOURCE", sources}, {"TECHNIQUE", techs}} {
				fmt.Fprintf(tw, "\n%s\tRULES\n", part.title)
				for _, k := range byCount(part.m) {
					fmt.Fprintf(tw, "%s\t%d\n", k, part.m[k])
				}
			}
			return tw.Flush()
		},
	}
	o.flags(c)
	return c
}

// ruleNames gives what a test case may call a rule: its id, name, title, or the end of its file's path without .yml.
func ruleNames(r *detect.Room) map[string]*sigma.Rule {
	all := map[string]*sigma.Rule{}
	sorted := append([]*sigma.Rule(nil), r.Rules()...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].File < sorted[j].File })
	for _, ru := range sorted {
		names := []string{ru.ID, ru.Name, ru.Title}
		file := strings.TrimSuffix(strings.TrimSuffix(filepath.ToSlash(ru.File), ".yml"), ".yaml")
		for parts := strings.Split(file, "/"); len(parts) > 0; parts = parts[1:] {
			names = append(names, strings.Join(parts, "/"))
		}
		for _, n := range names {
			if _, taken := all[n]; n != "" && !taken {
				all[n] = ru
			}
		}
	}
	return all
}
