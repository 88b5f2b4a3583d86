package enrich

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"prescore/engine/event"
	"prescore/engine/option"
)

// In is what the room is given.
type In struct {
	Names *event.Names                      // not used by the tables themselves: they are keyed by canonical fields
	Dir   string                            // where relative paths start
	Read  func(path string) ([]byte, error) // reads a file
}

// Room holds the tables. It does not change after New.
type Room struct {
	assets    []Asset
	hosts     map[string]int32 // folded host name -> asset
	assetNets networks

	aliases *Aliases

	intel     []indicator
	intelNets networks
	domains   map[string]int32
	urls      map[string]int32
	hashes    map[string]int32
	emails    map[string]int32
	names     map[string]int32

	files    []string
	warnings []string
}

// where is the row that a key came from.
type where struct {
	path string
	line int
}

func (w where) String() string { return fmt.Sprintf("%s:%d", w.path, w.line) }

// builder fills a Room and forgets what only the check of a table needs.
type builder struct {
	cfg           Config
	room          *Room
	aliases       *Aliases
	addresses     netBuilder
	assetAt       []where // by asset
	identityAt    []where // by identity
	short         map[string][]int32
	bare          map[string][]int32
	ambiguous     int
	intelPrefixes map[netip.Prefix]int32
	kept          map[string]string
}

// New reads the tables. A file that cannot be read and a row that is wrong are refused as the option that named the file, the reason
// starting with file and line.
func New(cfg Config, in In) (*Room, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &Room{
		hosts: map[string]int32{}, aliases: &Aliases{of: map[string]int32{}},
		domains: map[string]int32{}, urls: map[string]int32{}, hashes: map[string]int32{}, emails: map[string]int32{}, names: map[string]int32{},
	}
	r.intelNets.single = map[netip.Addr]int32{}
	b := &builder{
		cfg: cfg, room: r, aliases: r.aliases, addresses: newNetBuilder(), kept: map[string]string{},
		short: map[string][]int32{}, bare: map[string][]int32{}, intelPrefixes: map[netip.Prefix]int32{},
	}
	for _, kind := range []struct {
		key   string
		files []string
		known columns
		add   func(path string, r row) error
	}{{"assets", cfg.Assets, assetColumns, b.asset}, {"identities", cfg.Identities, identityColumns, b.identity}, {"intel", cfg.Intel, intelColumns, b.indicator}} {
		total := 0
		for _, name := range kind.files {
			path := name
			if !filepath.IsAbs(path) {
				path = filepath.Join(in.Dir, path)
			}
			r.files = append(r.files, path)
			n, err := b.load(path, in.Read, kind.known, kind.key, kind.add)
			if err != nil {
				return nil, option.Refuse(kind.key, "%s", err)
			}
			if n == 0 {
				b.warn("%s: %s has no rows", kind.key, path)
			}
			if total += n; total > maxRows {
				return nil, option.Refuse(kind.key, "%s: more than %d rows with the files before it", path, maxRows)
			}
		}
	}
	b.finish()
	return r, nil
}

func (b *builder) load(path string, readFile func(string) ([]byte, error), known columns, kind string, add func(string, row) error) (int, error) {
	data, err := readFile(path)
	if err != nil {
		return 0, err
	}
	if filepath.Ext(path) == ".txt" && kind != "intel" {
		return 0, fmt.Errorf("%s: a plain list is for intel only", path)
	}
	return read(path, data, known, b.cfg.IgnoreColumns, kind, func(r row) error { return add(path, r) })
}

// keep gives a copy of s, the same one for equal texts: what a Room keeps must not hold the file's lines.
func (b *builder) keep(s string) string {
	if k, ok := b.kept[s]; ok {
		return k
	}
	k := strings.Clone(s)
	b.kept[k] = k
	return k
}

func (b *builder) warn(format string, args ...any) {
	b.room.warnings = append(b.room.warnings, fmt.Sprintf(format, args...))
}

func (b *builder) finish() {
	b.shortNames()
	b.bareNames()
	b.room.assetNets = b.addresses.done()
	all := make([]prefixValue, 0, len(b.intelPrefixes))
	for p, n := range b.intelPrefixes {
		all = append(all, prefixValue{p, n})
	}
	b.room.intelNets.build(all)
}

// netBuilder gathers the addresses and networks of assets.
type netBuilder struct {
	single   map[netip.Addr]int32
	prefixes map[netip.Prefix]int32
}

func newNetBuilder() netBuilder {
	return netBuilder{single: map[netip.Addr]int32{}, prefixes: map[netip.Prefix]int32{}}
}

// addr and prefix note whose an address or network is; they give the one it was before, -1 where it was nobody's.
func (b *netBuilder) addr(a netip.Addr, n int32) int32 {
	if old, twice := b.single[a]; twice && old != n {
		return old
	}
	b.single[a] = n
	return -1
}

func (b *netBuilder) prefix(p netip.Prefix, n int32) int32 {
	if old, twice := b.prefixes[p]; twice && old != n {
		return old
	}
	b.prefixes[p] = n
	return -1
}

// plainPrefix masks a prefix and turns one of mapped IPv4 addresses into IPv4; false where an IPv6 prefix shorter than that mapping
// would hold all of IPv4 by accident of how addresses are numbered.
func plainPrefix(p netip.Prefix) (netip.Prefix, bool) {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(a.Unmap(), p.Bits()-96).Masked(), true
	}
	p = p.Masked()
	mapped := netip.MustParseAddr("::ffff:0:0")
	return p, p.Addr().Is4() || !p.Contains(mapped.WithZone("")) && !(p.Addr().Is6() && netip.PrefixFrom(mapped, 96).Contains(p.Addr()))
}

func (b *netBuilder) done() networks {
	n := networks{single: b.single}
	all := make([]prefixValue, 0, len(b.prefixes))
	for p, v := range b.prefixes {
		all = append(all, prefixValue{p, v})
	}
	n.build(all)
	return n
}

// Files gives the files the tables came from, to be watched for changes.
func (r *Room) Files() []string { return r.files }

// Warnings says what was left out of the tables and why, a line each.
func (r *Room) Warnings() []string { return r.warnings }

// Aliases says which names are one principal.
func (r *Room) Aliases() *Aliases { return r.aliases }

// Counts gives how many assets, identities and indicators there are.
func (r *Room) Counts() (assets, identities, indicators int) {
	return len(r.assets), len(r.aliases.identities), len(r.intel)
}
