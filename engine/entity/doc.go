// Package entity is the only place where state lives: what prescore remembers of principals, hosts, addresses and every other
// kind of thing between two records, in a fixed amount of memory.
//
// It turns (kind, key, arrival) into an *Entity under the lock of its shard. Rooms hang typed slots on entities (NewSlot):
// correlation windows, risk, duplicate fingerprints, rate buckets. Its door:
//
//	st, err := entity.New(cfg, entity.In{...})
//	slot, err := entity.NewSlot(st, entity.SlotSpec[T]{...})   // when the engine opens, before the first Get
//	c := st.Get(kind, key, arrival)                            // something happened: creates, touches, locks the shard
//	if c.E != nil { v := slot.Of(c.E); ...; slot.Put(&c, v, size) }
//	c.Close()                                                  // accounts, evicts, unlocks
//	st.Peek(kind, key)                                         // nothing happened: neither creates nor touches
//
//	c := st.Find(kind, key, arrival)                           // Get, but makes nobody; c.Note leaves word for who comes (c.Noted)
//
// Hold one Cursor at a time: two would be two locks. Expect, Resolve, Seen and Scored serve the engine's loop.
//
// Bounds (config.go) are entries and bytes over all shards. Two segments per shard, ordered by golang-lru's simplelru: a newcomer enters
// probation, what has weight or history is protected; under a flood of newcomers a doorkeeper admits on the second sight only.
// What was evicted is remembered as a ghost, so that its next record is flagged rather than silently counted from nothing.
// Who comes to a full shard takes the place and the memory of who goes: the segments order places, an index finds them.
// Every loss is a counter (Counters).
//
// Stored are entities (Changes, Restore) and two journals in batches: seen ids (TakeSeen, RestoreSeen) and notes (TakeNotes,
// RestoreNotes). A hot reload takes all of it over in memory (Adopt).
//
// It imports event, option and golang-lru. Entities live until evicted or deleted; keys are cloned here and nowhere else. Bad
// input cannot fail it: keys are clipped, times clamped. Proofs: shard_test.go (model, flood), segment_test.go (model), places_test.go
// (memory used again), identity_test.go, seen_test.go and notes_test.go (models, fuzz), record_test.go (round trip, fuzz),
// entity_bench_test.go.
package entity
