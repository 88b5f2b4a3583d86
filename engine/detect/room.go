package detect

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync/atomic"

	"prescore/engine/detect/match"
	"prescore/engine/detect/route"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/option"
	"prescore/engine/redact"
	"prescore/engine/strict"
)

// In is what the room is given.
type In struct {
	Names      *event.Names
	Dir        string           // where relative paths start
	Starter    fs.FS            // the rules that come with prescore, *.yml at any depth; nil for none
	Logsources []byte           // the table of log sources, TOML as conf/logsources.toml
	Redact     *redact.Redactor // masks secrets in Matches; nil masks nothing
}

// Counts are the bounds that events met, and the findings, since the room was made.
type Counts struct {
	Findings    uint64
	FindingsCut uint64 // findings over max_findings, left out
	ValuesCut   uint64 // values looked at to sigma.MaxScan only
	RegexCut    uint64 // regular expressions that saw part of a value only
	FieldsCut   uint64 // fields with more values than are looked at
	Forgotten   uint64 // values whose place in the matcher's memory another took: they are looked at anew
	Unplanned   uint64 // events that were routed without a plan, for another had its place
}

// Room is a compiled set of rules.
type Room struct {
	cfg      Config
	set      *sigma.Set
	matcher  *match.Matcher
	all      []uint16 // every lane, where routing is off
	findings []event.Finding
	redact   *redact.Redactor
	secret   []bool // by the matcher's fields: the name is that of a secret
	files    []string
	warnings []string

	counts [6]atomic.Uint64
}

// New reads and compiles the rules. A rule that cannot be used is a problem and a warning; an option that cannot be used, a file
// of rules that is not there, or a table that cannot be read is refused.
func New(cfg Config, in In) (*Room, error) { return build(cfg, in, false) }

// build is New; with advise it also collects what is odd about the rules.
func build(cfg Config, in In, advise bool) (*Room, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &Room{cfg: cfg, redact: in.Redact}
	level, _ := event.LevelNamed(cfg.MinLevel)
	r.set = sigma.NewSet(sigma.Options{Advise: advise, Placeholders: cfg.Placeholders, Want: sigma.Selection{
		Status: cfg.Status, Product: cfg.Products, Tags: cfg.Tags, IDs: cfg.Only, NotIDs: cfg.Exclude, MinLevel: uint8(level)}})
	if err := r.read(in); err != nil {
		return nil, err
	}
	if n := len(r.set.Rules); n > maxRules {
		return nil, option.Refuse("rules", "are %d; at most %d run", n, maxRules)
	}
	router, err := r.router(in)
	if err != nil {
		return nil, err
	}
	if r.matcher, err = match.New(r.set.Rules, router, match.NewFields(in.Names)); err != nil {
		return nil, option.Refuse("rules", "%v", err)
	}
	if fields := r.matcher.Fields(); r.redact != nil {
		for id := range fields.Len() {
			r.secret = append(r.secret, r.redact.KeyIsSecret(fields.Name(id)))
		}
	}
	if cfg.Routing == RoutingAll {
		r.all = r.matcher.All()
	}
	if err := r.prepare(in.Dir); err != nil {
		return nil, err
	}
	r.warn()
	return r, nil
}

// read reads the starter rules and the configured files.
func (r *Room) read(in In) error {
	if r.cfg.Starter && in.Starter != nil {
		err := fs.WalkDir(in.Starter, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") {
				return err
			}
			text, err := fs.ReadFile(in.Starter, path)
			if err == nil {
				r.set.Add("starter/"+path, text)
			}
			return err
		})
		if err != nil {
			return option.Refuse("starter_rules", "cannot be read: %v", err)
		}
	}
	files, err := find(in.Dir, r.cfg.Rules)
	if err != nil {
		return err
	}
	r.files = files.watch
	var text []byte
	for _, f := range files.files {
		if text, err = readInto(text[:0], f); err != nil {
			r.set.Problems = append(r.set.Problems, sigma.Problem{File: f, Text: "cannot be read: " + err.Error(), Fatal: true})
			continue
		}
		r.set.Add(f, text)
	}
	r.set.Close()
	return nil
}

// router compiles the table of log sources with the configuration's own rows.
func (r *Room) router(in In) (*route.Router, error) {
	var table route.File
	if _, err := strict.Decode("logsources.toml", in.Logsources, &table); err != nil {
		return nil, err
	}
	return route.New(append(table.Logsource, r.cfg.Logsource...), in.Names, "logsource")
}

// prepare makes the finding of each rule, all but its matches.
func (r *Room) prepare(dir string) error {
	var add map[string]float64
	if path := r.cfg.RelativeRisk; path != "" {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return option.Refuse("relative_risk", "%s: cannot be read: %v", path, err)
		}
		if add, err = relative(path, data); err != nil {
			return err
		}
		r.files = append(r.files, path)
	}
	r.findings = make([]event.Finding, len(r.set.Rules))
	for i, ru := range r.set.Rules {
		risk := ru.Risk
		if math.IsNaN(risk) {
			risk = r.cfg.Risk.Of(ru.Level)
		}
		r.findings[i] = event.Finding{Rule: ru.Ident(), Title: ru.Title, Level: ru.Level, Risk: risk + add[ru.Ident()],
			Techniques: ru.Techniques(), Tactics: ru.Tactics(), Silent: ru.Silent}
	}
	return nil
}

// warn collects what was left out, for the log.
func (r *Room) warn() {
	for _, p := range r.set.Problems {
		r.warnings = append(r.warnings, p.String())
	}
	if r.all != nil {
		return
	}
	var lines []string
	for src, n := range r.matcher.Unrouted() {
		lines = append(lines, fmt.Sprintf("detect: %d rules for log source %s never run: no row of the table of log sources covers it", n, src))
	}
	sort.Strings(lines)
	r.warnings = append(r.warnings, lines...)
}

// Files gives the files and folders whose change makes another room.
func (r *Room) Files() []string { return r.files }

// Warnings gives what was left out, and why.
func (r *Room) Warnings() []string { return r.warnings }

// Problems gives what was wrong with the rules, by file and line; Lint gives also what is merely odd.
func (r *Room) Problems() []sigma.Problem { return r.set.Problems }

// Rules gives the rules that are loaded.
func (r *Room) Rules() []*sigma.Rule { return r.set.Rules }

// Copies is how many rules were read twice, word for word; one of them runs.
func (r *Room) Copies() int { return r.set.Copies }

// Skipped is how many rules the options left out.
func (r *Room) Skipped() int { return r.set.Skipped }

// Correlations gives the Sigma correlations among the rules, each after all that it refers to.
func (r *Room) Correlations() []*sigma.Correlation { return r.set.Correlations }

// Record gives an event as rules see it: a field is found under its own name or under any other that means the same.
func (r *Room) Record(ev *event.Event) sigma.Record {
	return match.Record{Event: ev, Fields: r.matcher.Fields()}
}

// Counts gives the counters.
func (r *Room) Counts() Counts {
	return Counts{r.counts[0].Load(), r.counts[1].Load(), r.counts[2].Load(), r.counts[3].Load(), r.counts[4].Load(), r.counts[5].Load(), r.matcher.Unplanned()}
}
