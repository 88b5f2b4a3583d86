package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"prescore/engine"
	"prescore/engine/strict"
)

func checkCommand() *cobra.Command {
	var o options
	var quiet bool
	c := &cobra.Command{
		Use: "check [FILE]", Short: "Validate a configuration and print what is effective", Args: cobra.MaximumNArgs(1),
		Long: `check reads a configuration as the agent would: strict TOML over the built-in defaults, overrides, environment, tables and
rules. It prints what is effective, and each thing that was left out with its reason. Of the host's own file (fluent-bit.conf or
.yaml) it says which settings lose records.`,
		Example: `  prescore check conf/prescore.toml
  prescore check --quiet --set 'score.alert_at=8' conf/prescore.toml
  prescore check conf/fluent-bit.conf`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && hostFile(args[0]) {
				return checkHost(c, args[0])
			}
			if len(args) == 1 {
				o.config = args[0]
			}
			return checkConfig(c, o, quiet)
		},
	}
	o.setFlag(c)
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print problems alone")
	return c
}

func checkConfig(c *cobra.Command, o options, quiet bool) error {
	e, err := engine.Open(o.offline())
	if err != nil {
		return wrong{err}
	}
	defer e.Close()
	var warnings int
	e.DrainMessages(func(_ int, text string) {
		warnings++
		fmt.Fprintln(c.ErrOrStderr(), "warning:", text)
	})
	if quiet {
		return nil
	}
	cfg, err := engine.Load(o.engine())
	if err != nil {
		return wrong{err}
	}
	text, err := strict.Effective(cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "# %s: valid, %d warnings. What is effective:\n\n%s", o.engine(), warnings, text)
	return nil
}

// hostFile reports whether a file is Fluent Bit's own configuration rather than prescore's.
func hostFile(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".conf", ".yaml", ".yml":
		return true
	}
	return false
}
