package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"prescore/engine"
	"prescore/engine/decode"
	"prescore/engine/wire"
)

type replay struct {
	options
	as, tag, out string
	quiet        bool
}

func replayCommand() *cobra.Command {
	var o replay
	c := &cobra.Command{
		Use: "replay [FILE...]", Short: "Score logs: lines or NDJSON in, enriched NDJSON out, a summary at the end",
		Long: `replay reads each line as the agent's tail would (a line that is a JSON object becomes a record of its members), scores it, and
writes one JSON object a line: the record with the key prescore. Time runs as the events say. The summary goes to standard error.`,
		Example: `  prescore replay /var/log/auth.log > scored.ndjson
  prescore replay --config conf/prescore.toml *.ndjson | jq -c 'select(.prescore.route == "alert")'
  zcat old.gz | prescore replay -`,
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.flags(c)
	c.Flags().StringVar(&o.as, "as", "auto", "what a line is: line (text under log), record (a JSON object), auto")
	c.Flags().StringVarP(&o.tag, "tag", "t", "", "the host's tag of the records; the file's name without its ending where not given")
	c.Flags().StringVarP(&o.out, "output", "o", "-", "where the records go")
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no summary")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions([]string{"auto", "line", "record"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (o *replay) run(c *cobra.Command, args []string) error {
	if o.as != "auto" && o.as != "line" && o.as != "record" {
		return fmt.Errorf("--as must be line, record or auto, not %q", o.as)
	}
	opts := o.offline()
	opts.Replay = true
	e, err := engine.Open(opts)
	if err != nil {
		return wrong{err}
	}
	defer e.Close()
	sources, size, closeAll, err := openAll(args, c.InOrStdin())
	if err != nil {
		return err
	}
	defer closeAll()
	w, closeOut, err := o.writer(c)
	if err != nil {
		return err
	}
	s := newSummary()
	bar := o.bar(size)
	start := time.Now()
	for _, src := range sources {
		src.as = o.as
		if err := o.file(e, src, w, s, bar); err != nil {
			return err
		}
	}
	if err := closeOut(); err != nil {
		return err
	}
	s.took = time.Since(start)
	if bar != nil {
		_ = bar.Finish()
		_ = bar.Clear()
	}
	if !o.quiet {
		e.DrainMessages(func(_ int, text string) { fmt.Fprintln(c.ErrOrStderr(), "prescore:", text) })
		s.print(c.ErrOrStderr())
	}
	if s.in != s.out {
		return wrong{fmt.Errorf("%d records went in, %d came out", s.in, s.out)}
	}
	return nil
}

// file replays one source.
func (o *replay) file(e *engine.Engine, src *source, w io.Writer, s *summary, bar *progressbar.ProgressBar) error {
	tag := o.tag
	if tag == "" {
		base := filepath.Base(src.name)
		tag = base[:len(base)-len(filepath.Ext(base))]
	}
	var chunk, out, text []byte
	for done := false; !done; {
		var err error
		before, read := src.lines, src.read
		if chunk, err = src.next(chunk[:0]); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		done = err != nil
		s.in += src.lines - before
		if out, err = score(e, out[:0], chunk, tag, src.now); err != nil {
			return err
		}
		if text, err = s.take(text[:0], out); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		if bar != nil {
			_ = bar.Add64(src.read - read)
		}
	}
	return nil
}

func score(e *engine.Engine, dst, chunk []byte, tag string, now time.Time) ([]byte, error) {
	out, _, modified := e.Filter(dst, chunk, tag, now)
	if !modified {
		return append(dst, chunk...), nil
	}
	return out, nil
}

// take appends the bodies of a scored chunk as JSON, a line each, and counts what they say.
func (s *summary) take(dst, chunk []byte) ([]byte, error) {
	for len(chunk) > 0 {
		s.ev.Reset()
		rec, err := decode.Next(s.ev, chunk)
		if err != nil {
			return dst, err
		}
		s.count(s.ev)
		body := rec.Body
		if rec.Kind == decode.Other || rec.Kind == decode.Marker {
			body = chunk[:rec.Size]
		}
		if dst, err = wire.AppendJSON(dst, body); err != nil {
			return dst, err
		}
		dst = append(dst, '\n')
		chunk = chunk[rec.Size:]
	}
	return dst, nil
}

func (o *replay) writer(c *cobra.Command) (io.Writer, func() error, error) {
	if o.out == "-" {
		w := bufio.NewWriterSize(c.OutOrStdout(), 1<<16)
		return w, w.Flush, nil
	}
	f, err := os.Create(o.out)
	if err != nil {
		return nil, nil, err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	return w, func() error { return errors.Join(w.Flush(), f.Close()) }, nil
}

// bar gives a progress bar where standard error is a terminal and the size is known.
func (o *replay) bar(size int64) *progressbar.ProgressBar {
	if o.quiet || size == 0 || !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return progressbar.DefaultBytes(size, "replay")
}
