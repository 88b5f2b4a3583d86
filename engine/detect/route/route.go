package route

import (
	"slices"
	"strings"
	"sync/atomic"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/option"
)

// Row is one [[logsource]] of the table: the log source, and the conditions under which an event is of it. A condition that is
// empty holds.
type Row struct {
	Product  string `toml:"product"`
	Category string `toml:"category"`
	Service  string `toml:"service"`

	Source    []string            `toml:"source"`
	NotSource []string            `toml:"not_source"`
	Class     []string            `toml:"class"`
	Activity  []string            `toml:"activity"`
	OS        []string            `toml:"os"`
	Channel   []string            `toml:"channel"`
	Provider  []string            `toml:"provider"`
	EventID   []int64             `toml:"event_id"`
	Field     map[string][]string `toml:"field"`
}

// File is the layout of conf/logsources.toml.
type File struct {
	Logsource []Row `toml:"logsource"`
}

// LogSource gives what events of the row are.
func (r *Row) LogSource() sigma.LogSource {
	return sigma.LogSource{Product: strings.ToLower(r.Product), Category: strings.ToLower(r.Category), Service: strings.ToLower(r.Service)}
}

// row is a compiled Row: what the index has not answered yet.
type row struct {
	notSource []string
	activity  []string
	classes   []event.Class
	os        uint8 // bits of osWindows, ...
	provider  []string
	eventID   []int64
	channel   []string // folded
	indexed   bool     // channel and event id are looked up under the source
	field     []fieldCond
}

type fieldCond struct {
	id     event.NameID
	values []string // folded
}

// Router is a compiled table. It is read by several threads.
type Router struct {
	sources   []sigma.LogSource // by row
	rows      []row
	bySource  map[string]*group
	byClass   map[event.Class][]uint16 // rows that name a class and no source
	any       []uint16                 // rows that name neither
	channelID event.NameID
	eventID   event.NameID
	provider  event.NameID
	plans     plans
	unplanned atomic.Uint64
}

// group is the rows of one source.
type group struct {
	plain     []uint16               // rows that ask for no channel
	byChannel map[string]*channelSet // folded channel
}

type channelSet struct {
	plain []uint16
	byID  map[int64][]uint16
}

// New compiles a table; key is the option's name in errors. Names are interned.
func New(rows []Row, names *event.Names, key string) (*Router, error) {
	r := &Router{
		bySource: map[string]*group{}, byClass: map[event.Class][]uint16{},
		channelID: names.Intern("Channel"), eventID: names.Intern("EventID"), provider: names.Intern("Provider_Name"),
	}
	for i := range rows {
		if err := r.add(&rows[i], names, key); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Router) add(in *Row, names *event.Names, key string) error {
	n := uint16(len(r.rows))
	c := row{notSource: in.NotSource, activity: in.Activity, eventID: in.EventID}
	if (in.LogSource() == sigma.LogSource{}) {
		return option.Refuse(key, "a logsource needs a product, a category or a service")
	}
	for _, name := range in.Class {
		cl, ok := event.ClassNamed(name)
		if !ok {
			return option.Refuse(key, "unknown class %q", name)
		}
		c.classes = append(c.classes, cl)
	}
	for _, name := range in.OS {
		i := slices.Index(osNames, name)
		if i < 0 {
			return option.Refuse(key, "unknown os %q: write %s", name, strings.Join(osNames, ", "))
		}
		c.os |= 1 << i
	}
	for _, p := range in.Provider {
		c.provider = append(c.provider, sigma.Fold(p))
	}
	for name, vals := range in.Field {
		f := fieldCond{id: names.Intern(name)}
		for _, v := range vals {
			f.values = append(f.values, sigma.Fold(v))
		}
		c.field = append(c.field, f)
	}
	for _, ch := range in.Channel {
		c.channel = append(c.channel, sigma.Fold(ch))
	}
	c.indexed = len(in.Source) > 0 && len(c.channel) > 0
	r.sources = append(r.sources, in.LogSource())
	r.rows = append(r.rows, c)
	switch {
	case len(in.Source) > 0:
		for _, s := range in.Source {
			r.index(s, &c, n)
		}
	case len(c.classes) > 0:
		for _, cl := range c.classes {
			r.byClass[cl] = append(r.byClass[cl], n)
		}
	default:
		r.any = append(r.any, n)
	}
	return nil
}

// index files a row under a source, its channels and its event ids.
func (r *Router) index(source string, c *row, n uint16) {
	g := r.bySource[source]
	if g == nil {
		g = &group{byChannel: map[string]*channelSet{}}
		r.bySource[source] = g
	}
	if len(c.channel) == 0 {
		g.plain = append(g.plain, n)
	}
	for _, ch := range c.channel {
		s := g.byChannel[ch]
		if s == nil {
			s = &channelSet{byID: map[int64][]uint16{}}
			g.byChannel[ch] = s
		}
		if len(c.eventID) == 0 {
			s.plain = append(s.plain, n)
		}
		for _, id := range c.eventID {
			s.byID[id] = append(s.byID[id], n)
		}
	}
}

// Unplanned is how many events found the place of their plan taken (maxPlans).
func (r *Router) Unplanned() uint64 { return r.unplanned.Load() }

// LogSources gives what each row stands for, by index.
func (r *Router) LogSources() []sigma.LogSource { return r.sources }

// maxChannel bounds the channel names that are looked up: Windows allows 255 characters.
const maxChannel = 256

// Rows appends the indexes of the rows that fit an event.
func (r *Router) Rows(ev *event.Event, dst []uint16) []uint16 {
	p := r.plan(ev)
	if p == nil {
		return r.look(ev, dst)
	}
	dst = append(dst, p.sure...)
	os := unknownOS
	for _, n := range p.rest {
		if r.rows[n].asked(ev, r, &os) {
			dst = append(dst, n)
		}
	}
	if p.group != nil {
		if f := r.channelOf(ev); f != nil {
			dst = r.inChannel(ev, p.channel(f.Value.S), dst)
		}
	}
	return dst
}

// look is Rows without a plan.
func (r *Router) look(ev *event.Event, dst []uint16) []uint16 {
	if g := r.bySource[ev.Source]; g != nil {
		dst = r.keep(ev, g.plain, dst)
		if f := r.channelOf(ev); f != nil {
			dst = r.inChannel(ev, g.find(f.Value.S), dst)
		}
	}
	return r.keep(ev, r.any, r.keep(ev, r.byClass[ev.Class], dst))
}

// channelOf gives the field of an event's channel, nil where there is none that a row could name.
func (r *Router) channelOf(ev *event.Event) *event.Field {
	if f := ev.First(r.channelID); f != nil && f.Value.K == event.String && len(f.Value.S) <= maxChannel {
		return f
	}
	return nil
}

// find gives the rows of a channel, nil where there are none.
func (g *group) find(channel string) *channelSet {
	var buf [3 * maxChannel]byte
	return g.byChannel[string(sigma.AppendFold(buf[:0], channel))]
}

// inChannel appends the rows of a channel that fit an event.
func (r *Router) inChannel(ev *event.Event, s *channelSet, dst []uint16) []uint16 {
	if s == nil {
		return dst
	}
	dst = r.keep(ev, s.plain, dst)
	if id := ev.First(r.eventID); id != nil {
		if n, ok := id.Value.Int64(); ok {
			dst = r.keep(ev, s.byID[n], dst)
		}
	}
	return dst
}

// keep appends those of the candidates whose other conditions hold.
func (r *Router) keep(ev *event.Event, candidates, dst []uint16) []uint16 {
	os := unknownOS
	for _, n := range candidates {
		if c := &r.rows[n]; c.known(ev) && c.asked(ev, r, &os) {
			dst = append(dst, n)
		}
	}
	return dst
}

// known reports whether the conditions on source, class and activity hold.
func (c *row) known(ev *event.Event) bool {
	if len(c.notSource) > 0 && slices.Contains(c.notSource, ev.Source) {
		return false
	}
	if len(c.classes) > 0 && !slices.Contains(c.classes, ev.Class) {
		return false
	}
	return len(c.activity) == 0 || slices.Contains(c.activity, ev.Class.Activity(ev.Activity))
}

// open reports whether there are no other conditions than known's.
func (c *row) open() bool {
	return c.os == 0 && len(c.provider) == 0 && len(c.eventID) == 0 && len(c.channel) == 0 && len(c.field) == 0
}

// asked reports whether the other conditions hold; os is the event's once it was asked for.
func (c *row) asked(ev *event.Event, r *Router, os *uint8) bool {
	if c.os != 0 {
		if *os == unknownOS {
			*os = osOf(ev)
		}
		if c.os&*os == 0 {
			return false
		}
	}
	if len(c.provider) > 0 && !anyFold(ev, r.provider, c.provider) {
		return false
	}
	if len(c.channel) > 0 && !c.indexed && !anyFold(ev, r.channelID, c.channel) {
		return false
	}
	if len(c.eventID) > 0 && !c.indexed {
		f := ev.First(r.eventID)
		if f == nil {
			return false
		}
		if n, ok := f.Value.Int64(); !ok || !slices.Contains(c.eventID, n) {
			return false
		}
	}
	for i := range c.field {
		if !anyFold(ev, c.field[i].id, c.field[i].values) {
			return false
		}
	}
	return true
}

// anyFold reports whether a field of the event has one of the values, without case.
func anyFold(ev *event.Event, id event.NameID, values []string) bool {
	for f := ev.First(id); f != nil; f = ev.Next(f) {
		for _, v := range values {
			if strings.EqualFold(f.Value.S, v) {
				return true
			}
		}
	}
	return false
}

// osNames are the operating systems that rules are written for; bit i of a mask stands for the i-th.
var osNames = []string{"windows", "linux", "macos"}

const (
	osWindows = 1 << iota
	osLinux
	osMac
)

// unknownOS is an operating system that was not asked for yet.
const unknownOS = uint8(0xff)

// osOf tells an event's operating system: from the host's, else from how its paths look; 0 where neither tells.
func osOf(ev *event.Event) uint8 {
	if os := ev.Str(event.KeyHostOS); os != "" {
		switch {
		case hasFold(os, "windows"):
			return osWindows
		case hasFold(os, "mac") || hasFold(os, "darwin") || hasFold(os, "os x"):
			return osMac
		case hasFold(os, "linux") || hasFold(os, "ubuntu") || hasFold(os, "debian") || hasFold(os, "centos") || hasFold(os, "red hat") || hasFold(os, "rhel"):
			return osLinux
		}
	}
	for _, k := range []event.Key{event.KeyProcessPath, event.KeyParentPath, event.KeyFilePath, event.KeyProcess, event.KeyRegistryPath} {
		switch p := ev.Str(k); {
		case p == "":
		case strings.Contains(p, `\`) || len(p) > 4 && strings.EqualFold(p[len(p)-4:], ".exe"):
			return osWindows
		case strings.HasPrefix(p, "/Applications/") || strings.HasPrefix(p, "/System/") || strings.HasPrefix(p, "/Users/") || strings.HasPrefix(p, "/Library/"):
			return osMac
		case p[0] == '/':
			return osLinux
		}
	}
	return 0
}

// hasFold reports whether s holds sub, which is lower-case ASCII, without case.
func hasFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i]|0x20 == sub[0] && strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}
