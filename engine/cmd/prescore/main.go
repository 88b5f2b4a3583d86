// Command prescore is the engine without the agent: it checks configurations, replays logs, and explains scores.
//
// Exit codes: 0 done; 1 what was asked about is wrong (a configuration refused, records lost); 2 wrong usage, or a file that cannot
// be read.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"prescore/engine"
)

// The exit codes.
const (
	exitWrong = 1
	exitUsage = 2
)

// quiet is an error that was said already.
type quiet struct{}

func (quiet) Error() string { return "" }

// wrong is an error about what was asked about, not about how it was asked.
type wrong struct{ error }

func main() { os.Exit(run()) }

func run() int {
	err := root().Execute()
	var w wrong
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet{}):
		return exitWrong
	case errors.As(err, &w):
		fmt.Fprintln(os.Stderr, err)
		return exitWrong
	}
	fmt.Fprintln(os.Stderr, "prescore:", err)
	return exitUsage
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "prescore",
		Short: "Score security events: severity, risk and the reasons, as the agent would",
		Long: `prescore scores security events inside Fluent Bit. This command runs the same engine without the agent:
check a configuration before it is deployed, replay logs through it, and see why an event got its score.`,
		Example: `  prescore explain -e '{"event_type":"process_creation","process_name":"powershell.exe","host":"ws-042"}'
  prescore replay /var/log/auth.log | head -1
  prescore check /etc/prescore/prescore.toml`,
		SilenceUsage: true, SilenceErrors: true, Version: version(),
	}
	c.SetVersionTemplate("prescore {{.Version}}\n")
	c.AddCommand(checkCommand(), explainCommand(), replayCommand(), rulesCommand(), stateCommand(), topCommand(), versionCommand())
	return c
}

// version is the build's, with the Go that made it and the machine it is for.
func version() string {
	return fmt.Sprintf("%s %s %s/%s", engine.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Example: "  prescore version",
		Run:     func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "prescore", version()) },
	}
}
