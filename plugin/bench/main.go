// Command bench measures what prescore costs a real Fluent Bit: the same events through tail to null, once for each way of filtering
// them, in processor seconds and peak memory as the operating system counts them. Runs are interleaved and medians taken, so that a
// noisy machine disturbs all ways alike. It prints one table: microseconds a record above no filter, and the ratio to the Lua script.
// What an agent takes to start and stop, measured with one record, is told by itself and is in neither: it is paid once, not by records.
//
//	go run ./plugin/bench -agent fluent-bit -build build -events 1000000 -rounds 5 [-rules DIR]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// maxRun bounds one run: an agent that does not end by itself is stopped and the run refused.
const maxRun = 10 * time.Minute

type cost struct {
	seconds float64
	peakMiB float64
}

func main() {
	agent := flag.String("agent", "fluent-bit", "the Fluent Bit to measure in")
	build := flag.String("build", "build", "the folder with the shared object")
	events := flag.Int("events", 1_000_000, "records a run")
	rounds := flag.Int("rounds", 5, "runs of each way")
	rules := flag.String("rules", "", "a folder of Sigma rules, for the lanes with all and with 100 of them")
	only := flag.String("only", "", "a regular expression: measure the ways whose names match, and the bare agent")
	flag.Parse()
	pick, err := regexp.Compile(*only)
	if err == nil {
		err = bench(*agent, *build, *events, *rounds, slices.DeleteFunc(ways(*rules), func(w way) bool { return !w.bare && !pick.MatchString(w.name) }))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(agent, build string, events, rounds int, all []way) error {
	dir, err := os.MkdirTemp(memory(), "prescore-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := prepare(dir, build, events); err != nil {
		return err
	}
	for round := range rounds {
		for i := range all {
			w := &all[(i+round)%len(all)]
			for _, m := range []struct {
				input string
				seen  *[]cost
			}{{"one-" + w.input, &w.starts}, {w.input, &w.seen}} {
				c, err := run(agent, dir, m.input, w)
				if err != nil {
					return fmt.Errorf("%s: %w", w.name, err)
				}
				*m.seen = append(*m.seen, c)
			}
			c := w.seen[round]
			fmt.Fprintf(os.Stderr, "round %d  %-34s %6.2f s  %6.1f MiB\n", round+1, w.name, c.seconds, c.peakMiB)
		}
	}
	return print(agent, all, events, rounds)
}

// memory names a folder in memory where the system has one: on a disk, the page cache's work for the input is a third of the bare
// agent's time, and as noisy as the disk.
func memory() string {
	const shm = "/dev/shm"
	if fi, err := os.Stat(shm); err == nil && fi.IsDir() && os.Getenv("TMPDIR") == "" {
		return shm
	}
	return ""
}

// prepare writes the events, the script, the parsers and the objects into dir.
func prepare(dir, build string, events int) error {
	script, err := os.ReadFile("fixtures/bench/severity.lua")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "severity.lua"), script, 0o600); err != nil {
		return err
	}
	parsers := "[PARSER]\n    Name json\n    Format json\n"
	if err := os.WriteFile(filepath.Join(dir, "parsers.conf"), []byte(parsers), 0o600); err != nil {
		return err
	}
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	out, err := exec.Command(cc, "-O2", "-shared", "-fPIC", "-o", filepath.Join(dir, "flb-filter_copy.so"), "plugin/testdata/copy.c").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", cc, err, out)
	}
	abs, err := filepath.Abs(build)
	if err != nil {
		return err
	}
	plugins := "[PLUGINS]\n    Path " + dir + "/flb-filter_copy.so\n    Path " + abs + "/flb-filter_prescore.so\n    Path " + abs + "/out_prescore.so\n"
	if err := os.WriteFile(filepath.Join(dir, "plugins.conf"), []byte(plugins), 0o600); err != nil {
		return err
	}
	for name, write := range inputs {
		if err := write(filepath.Join(dir, "one-"+name), 1); err != nil {
			return err
		}
		if err := write(filepath.Join(dir, name), events); err != nil {
			return err
		}
	}
	return nil
}

// run lets the agent read the input once, and gives what that took.
func run(agent, dir, input string, w *way) (cost, error) {
	var b strings.Builder
	b.WriteString("[SERVICE]\n    Flush 1\n    Log_Level warn\n    Parsers_File " + dir + "/parsers.conf\n    Plugins_File " + dir + "/plugins.conf\n")
	b.WriteString("[INPUT]\n    Name tail\n    Path " + dir + "/" + input + "\n    Tag bench\n    Read_from_Head on\n    Exit_On_Eof on\n    Mem_Buf_Limit 64M\n")
	if w.parsed {
		b.WriteString("    Parser json\n")
	}
	b.WriteString(strings.ReplaceAll(w.filter, "$DIR", dir))
	if b.WriteString("\n" + w.output); w.output == "" {
		b.WriteString("[OUTPUT]\n    Name null\n    Match *\n")
	}
	conf := filepath.Join(dir, "run.conf")
	if err := os.WriteFile(conf, []byte(b.String()), 0o600); err != nil {
		return cost{}, err
	}
	cmd := exec.Command(agent, "-c", conf)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	stop := time.AfterFunc(maxRun, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !stop.Stop() || err != nil {
		return cost{}, fmt.Errorf("the agent did not end well: %v\n%s", err, log.String())
	}
	if strings.Contains(log.String(), "[error]") {
		return cost{}, fmt.Errorf("the agent complains:\n%s", log.String())
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds(), float64(u.Maxrss) / 1024}, nil
}

func median(seen []cost, of func(cost) float64) float64 {
	v := make([]float64, len(seen))
	for i, c := range seen {
		v[i] = of(c)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func print(agent string, all []way, events, rounds int) error {
	seconds := func(w way) float64 { return median(w.seen, func(c cost) float64 { return c.seconds }) }
	start := func(w way) float64 { return median(w.starts, func(c cost) float64 { return c.seconds }) }
	records := func(w way) float64 { return seconds(w) - start(w) }
	bare := map[string]float64{}
	var lua float64
	for _, w := range all {
		if w.bare {
			bare[w.peers()] = records(w)
		}
		if w.lua {
			lua = records(w) - bare[w.peers()]
		}
	}
	version, err := exec.Command(agent, "--version").Output()
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(version), "\n")
	fmt.Printf("%s, %s, %s/%s, %d processors%s, %d events, %d rounds, %s\n\n", first, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), model(), events, rounds,
		time.Now().Format("2006-01-02"))
	tw := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "way\tprocessor s\tof them start\tµs a record above none\tratio to Lua\tpeak MiB")
	for _, w := range all {
		above, ratio := records(w)-bare[w.peers()], "-"
		if lua > 0 {
			ratio = fmt.Sprintf("%.2f", above/lua)
		}
		fmt.Fprintf(tw, "%s\t%.2f\t%.2f\t%.2f\t%s\t%.0f\n", w.name, seconds(w), start(w), above*1e6/float64(events), ratio, median(w.seen, func(c cost) float64 { return c.peakMiB }))
	}
	return tw.Flush()
}

// model gives the processor's name as Linux tells it, " (AMD EPYC)", or nothing.
func model() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(data), "model name")
	line, _, _ := strings.Cut(after, "\n")
	if name := strings.Trim(line, "\t :"); name != "" {
		return " (" + name + ")"
	}
	return ""
}
