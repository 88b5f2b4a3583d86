package encode

import (
	"sync"

	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/option"
)

// The layouts.
const (
	LayoutNested  = "nested"
	LayoutMerge   = "merge"
	LayoutReplace = "replace"
)

// Config is the table [output].
type Config struct {
	// Schema names the view of the normalised event: "ecs" (Elastic Common Schema 9), "ocsf" (OCSF 1.8), "flat" (prescore's own
	// vocabulary) or "none".
	Schema string `toml:"schema"`
	// Layout says where the view stands: "nested" (under prescore.fields), "merge" (its keys at the top level beside the original
	// ones; an original key of the same name moves under "original") or "replace" (the view is the record; the original values move
	// into event.original for ECS, unmapped for OCSF, original for flat).
	Layout string `toml:"layout"`
	// Fields chooses what the view may hold: "all", or names of the vocabulary ("user", "src_ip").
	Fields []string `toml:"fields"`
	// Repeat says whether the view repeats values as its schema recommends: ECS in related.*, host.hostname, *.address, event.start
	// and event.risk_score, OCSF as names of its class.
	Repeat bool `toml:"repeat"`
}

// Defaults gives the built-in options: ECS, because more pipelines expect it than anything else, beside the untouched record.
func Defaults() Config {
	return Config{Schema: project.ECS, Layout: LayoutNested, Fields: []string{"all"}, Repeat: true}
}

// Redactor masks secrets. encode asks it for what it writes itself, and for the record where In.RewriteRecord says so.
type Redactor interface {
	Masks(name, value string) bool               // the field is a secret by its name
	MayHold(value string) bool                   // AppendValue would change the text
	AppendValue(dst []byte, value string) []byte // the text with the secrets in it masked
	Mask() string                                // what stands in place of a whole value
}

// In is what the room is given.
type In struct {
	Names         *event.Names // the engine's table
	Redact        Redactor     // nil: nothing is masked
	RewriteRecord bool         // mask the original record's own values too; its bytes then differ from the input's
}

// Room encodes events; it does not change after New and is used by any number of threads.
type Room struct {
	names   *event.Names
	view    *project.View // nil for schema "none"
	layout  layout
	redact  Redactor
	rewrite bool
	events  sync.Pool // of incidents, see asEvent: one is too large to be made for each
}

type layout uint8

const (
	nested layout = iota
	merge
	replace
)

// New makes the room. An option it cannot use is refused.
func New(cfg Config, in In) (*Room, error) {
	r := &Room{names: in.Names, redact: in.Redact, rewrite: in.RewriteRecord && in.Redact != nil}
	r.events.New = func() any { return event.New(in.Names) }
	switch cfg.Layout {
	case LayoutNested:
		r.layout = nested
	case LayoutMerge:
		r.layout = merge
	case LayoutReplace:
		r.layout = replace
	default:
		return nil, option.Refuse("layout", "must be \"nested\", \"merge\" or \"replace\", not %q", cfg.Layout)
	}
	keep, err := chosen(cfg.Fields)
	if err != nil {
		return nil, err
	}
	switch cfg.Schema {
	case project.ECS, project.OCSF, project.Flat:
		lay := project.New
		if !cfg.Repeat {
			lay = project.NewLean
		}
		r.view = lay(cfg.Schema, keep, r.secret)
	case "none":
		if r.layout == replace {
			return nil, option.Refuse("layout", "must not be \"replace\" with schema \"none\": there is no view to replace the record with")
		}
		r.layout = nested
	default:
		return nil, option.Refuse("schema", "must be \"ecs\", \"ocsf\", \"flat\" or \"none\", not %q", cfg.Schema)
	}
	return r, nil
}

// secret reports whether a field of the vocabulary is masked whole.
func (r *Room) secret(name string) bool { return r.redact != nil && r.redact.Masks(name, "value") }

// chosen turns the option fields into the set of keys that the view may hold.
func chosen(names []string) (project.Mask, error) {
	var keep project.Mask
	for _, n := range names {
		if n == "all" {
			if len(names) > 1 {
				return keep, option.Refuse("fields", "must be [\"all\"] or a list of names, not both")
			}
			return project.AllKeys(), nil
		}
		k, ok := event.KeyNamed(n)
		if !ok {
			return keep, option.Refuse("fields", "%q is not a field of the vocabulary", n)
		}
		keep.Set(k)
	}
	return keep, nil
}
