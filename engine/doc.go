// Package engine is the way of a record: one loop over concrete rooms in fixed order.
//
//	chunk -> decode -> parse -> normalise -> enrich -> detect -> correlate -> score -> mitigate -> encode -> chunk
//
// A few records go together (batch.go): decode to detect, which hold no state, take all of them one after the other before the next
// room begins, because the code of the whole way is more than a processor's cache holds; through correlate to score each goes by
// itself. What comes out is what came out one by one. Once parse has them all, they are hashed together (digest, identify.go).
//
// A room is a package below this one, named after what it does. Its door is
//
//	type Config struct { ... }                       // its options, toml tags in snake_case, each with its default's reason
//	func Defaults() Config
//	func New(cfg Config, in In) (*Room, error)       // In: what it is given: the Names table, the folder that relative paths start
//	                                                 // at, tables of other rooms. Constructing is validating: option.Refuse
//	func (r *Room) Apply(ev *event.Event)            // several threads at once, each with an Event of its own
//
// and where it reads files `Files() []string` (what to watch) and `Warnings() []string` (what it left out, and why, for the log).
// Names are interned in New, never later. Apply may add to an event and never removes what was there. A room that depends on time
// takes it from ev.Arrival; one that depends on state takes the state in In. Only this package imports rooms (doors_test.go).
package engine
