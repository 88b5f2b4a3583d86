// Package correlate turns events and findings over time into findings, score deltas and incidents.
//
// It reads Sigma correlations (translated into Rule by the engine) and native rules in TOML (native.go), and keeps one window per
// rule and group as a slot of an entity. Its door:
//
//	r, err := correlate.New(cfg, correlate.In{State: st, ...})
//	r.Apply(ev)           // identity, clock, replays, then every rule; adds findings, ev.Incidents, deltas into ev.Baseline
//	list := r.Tick(now)   // what is due without a record: absences, closed incidents
//
// Windows are incremental: a window is a ring of entries in order of event time, and what is counted over it (events, distinct
// values by a counted set of 64-bit hashes, sums, order statistics) changes by what enters and leaves; nothing is rescanned on a
// record that comes in order. Numbers are exact up to the bound of entries of a window (max_window, or the rule's threshold where
// that is higher); past it event counts are coarsened and the others forget their oldest, and the incident says Approximate.
//
// Time is event time as entity.Store clamps it. A window keeps what is younger than its newest entry less timespan and lateness, so
// a late record counts where it belongs and one from the future, which the clock holds within lateness, empties nothing.
//
// A later step of a sequence opens no window: it leaves a note with its group (note.go), which is read when an earlier step opens one.
// What a late record may have missed, because a bound cut it, is said on the record (StateTruncated) and on the incident, and counted.
//
// Each hit takes the lock of its group's shard and no other; Apply is safe for several threads. It imports event, option, strict and
// entity. Rules are checked in New: what is wrong is refused by the rule's name. Findings' strings live as long as the room,
// incidents own their memory. Proofs: cases_test.go (the shipped rules), window_test.go (model of every type), state_test.go
// (restarts), shuffle_test.go, note_test.go (notes change nothing), refs_test.go (model), wide_test.go (late records), attack_test.go,
// conformance/correlation_test.go, correlate_bench_test.go.
package correlate
