package correlate

import (
	"sync"
	"sync/atomic"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// Room is the correlate room.
type Room struct {
	cfg      Config
	st       *entity.Store
	names    *event.Names
	slot     entity.Slot[cell]
	known    entity.Slot[struct{}]
	lateness int64
	byKind   []*rule // by kind of entity
	rules    []*rule // each after those it refers to
	alts     []alt
	touch    uint32 // kinds of entity whose first sight rules ask for
	risky    uint32 // kinds of entity whose risk rules ask for
	risks    entity.Slot[accumulated]
	halfLife int64 // of accumulated risk, nanoseconds

	byFinding   map[string][]int32 // indexes of alts
	byTechnique map[string][]int32
	byTactic    map[string][]int32
	byClass     [event.ClassSlots][]int32 // by the class' slot
	bySource    map[string]sourced
	every       [4][]int32 // by what the event has: see has

	shared []where // conditions on fields that alternatives may have in common, each tested once an event: see alt.need

	names16 names16
	pool    sync.Pool
	outbox  outbox
	weights [event.Critical + 1]float64
	floors  [event.Critical + 1]float64 // baseline that a Sigma correlation of the level raises a record to
	n       struct {
		hits, noGroup, noted, fired, chains, late, refused                                  striped
		works                                                                               atomic.Uint64
		opened, updated, closed, absent, cut, cutSearch, cutSteps, coarse, cutRefs, cutLate atomic.Uint64
	}
	warnings []string
	files    []string
}

// New compiles the rules, or refuses one by its name or an option.
func New(cfg Config, in In) (*Room, error) {
	if err := cfg.check(in.State.Clock()); err != nil {
		return nil, err
	}
	r := &Room{
		cfg: cfg, st: in.State, names: in.Names, lateness: int64(cfg.Lateness), halfLife: int64(cfg.RiskHalfLife),
		byFinding: map[string][]int32{}, byTechnique: map[string][]int32{}, byTactic: map[string][]int32{},
		bySource: map[string]sourced{},
		weights:  [event.Critical + 1]float64{1, cfg.Weights.Informational, cfg.Weights.Low, cfg.Weights.Medium, cfg.Weights.High, cfg.Weights.Critical},
	}
	r.names16.init()
	r.floors = levels(in.LevelBaseline, levelBaseline)
	r.pool.New = func() any { return &work{stripe: int(r.n.works.Add(1) % stripes)} }
	rules, err := r.load(in)
	if err != nil {
		return nil, err
	}
	if err := r.addSlots(); err != nil {
		return nil, err
	}
	if err := r.compile(rules, in); err != nil {
		return nil, err
	}
	r.st.OnRestore(r.restored)
	return r, nil
}

// Warnings gives what was left out, and why, for the log.
func (r *Room) Warnings() []string { return r.warnings }

// Counters gives the room's counters by name, for observe. correlation_rules is what is there now, the rest only grows.
func (r *Room) Counters() []entity.Counter {
	return []entity.Counter{
		{Name: "correlation_rules", Value: uint64(len(r.rules))},
		{Name: "correlation_hits", Value: r.n.hits.total()},      // records that took part in a rule
		{Name: "correlation_fired", Value: r.n.fired.total()},    // records for which a rule held
		{Name: "correlation_chained", Value: r.n.chains.total()}, // of these, told on to other rules
		{Name: "correlation_absent", Value: r.n.absent.Load()},   // absences that held
		{Name: "incidents_opened", Value: r.n.opened.Load()},
		{Name: "incidents_updated", Value: r.n.updated.Load()},
		{Name: "incidents_closed", Value: r.n.closed.Load()},
		{Name: "incidents_cut", Value: r.n.cut.Load()},                  // not told, over maxIncidents
		{Name: "correlation_coarsened", Value: r.n.coarse.Load()},       // windows that met max_window
		{Name: "correlation_searches_cut", Value: r.n.cutSearch.Load()}, // searches for a sequence that met maxSearch
		{Name: "correlation_steps_cut", Value: r.n.cutSteps.Load()},     // occurrences of a step forgotten over maxStepKept
		{Name: "correlation_entities_cut", Value: r.n.cutRefs.Load()},   // entities not told over maxRefs
		{Name: "correlation_late_cut", Value: r.n.cutLate.Load()},       // late records that may have missed what maxStepKept or maxSearch cut
		{Name: "correlation_late", Value: r.n.late.total()},             // records too late for their window
		{Name: "correlation_refused", Value: r.n.refused.total()},       // records whose group was refused admission
		{Name: "correlation_noted", Value: r.n.noted.total()},           // later steps of a sequence that has not begun
		{Name: "correlation_without_group", Value: r.n.noGroup.total()}, // records without any field of the group
	}
}

// sourced are the alternatives entered for a source.
type sourced struct {
	name string
	alts []int32
}

// work is what one record needs on its way through the rules. Reused.
type work struct {
	hits   []hit
	stamps []uint32 // by alternative: the epoch that hit its rule's step
	rules  []uint32 // by rule: the epoch that counted it
	epoch  uint32
	first  [event.NumEntityKinds]int64
	path   [maxSteps]int
	picked []bool // by entry of the window looked at; mark makes it large enough
	cut    cuts
	stripe int // of striped counters
	budget int // entries that may still be looked at, for one record

	trace struct { // of the record of that epoch: see Room.trace
		epoch uint32
		form  idForm
		src   uint16
		id    [16]byte
	}
	techs, srcs16 lastName

	told told

	source sourced // of the record before, and what is entered for it: records come in rows of one kind

	known, held uint64 // of Room.shared: which were tested for this record, and which of these held

	seen   counted
	srcs   counted
	fired  []fired
	groups []byte
	values []uint64
	noted  cell   // a note under way: its refs alone are used
	text   []byte // its text
}

// cuts counts what met a bound on the way of one record.
type cuts struct{ search, steps, coarse, refs, late uint64 }

// bounds adds what met a bound to the room's counters; most of it is nothing, and threads share these.
func (r *Room) bounds(w *work) {
	add := func(to *atomic.Uint64, n uint64) {
		if n != 0 {
			to.Add(n)
		}
	}
	add(&r.n.cutSearch, w.cut.search)
	add(&r.n.cutSteps, w.cut.steps)
	add(&r.n.coarse, w.cut.coarse)
	add(&r.n.cutRefs, w.cut.refs)
	add(&r.n.cutLate, w.cut.late)
	w.cut = cuts{}
}

// hit is a record that is a step of a rule. from is the index of the firing that made it so, -1 where the event itself did.
type hit struct {
	alt  int32
	from int32
	tech string
}

// fired is a rule that held for this record, with its group's key in work.groups.
type fired struct {
	rule     *rule
	from, to int
}

func (w *work) begin(r *Room) {
	w.epoch++
	if len(w.stamps) < len(r.alts) {
		w.stamps = make([]uint32, len(r.alts))
		w.rules = make([]uint32, len(r.rules))
		w.epoch, w.trace.epoch, w.told.epoch = 1, 0, 0
	}
	if w.epoch == 0 { // once in four billion records
		clear(w.stamps)
		clear(w.rules)
		w.epoch, w.trace.epoch, w.told.epoch = 1, 0, 0
	}
	w.hits, w.fired, w.groups = w.hits[:0], w.fired[:0], w.groups[:0]
	w.known, w.held = 0, 0
}

// outbox holds incidents that came up where no record could carry them: closed because their group was evicted.
type outbox struct {
	mu   sync.Mutex
	list []event.Incident
}

func (o *outbox) put(i event.Incident) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.list) >= maxIncidents {
		return false
	}
	o.list = append(o.list, i)
	return true
}

func (o *outbox) take() []event.Incident {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.list
	o.list = nil
	return l
}
