// Package store keeps entity state in a file, so that it survives a restart: it turns what entity.Store says has changed into
// batches written behind the record path, and a file back into entities.
//
//	s, err := store.New(cfg, store.In{State: st, Dir: dir, Say: say})  // checks the options, touches no file
//	s.Load()     // at start: what the file holds, into the state; afterwards state lives in memory whatever becomes of the file
//	s.Start()    // writes every interval, on a goroutine of its own
//	s.Soon()     // writes at once, behind the record path: an incident was opened
//	s.Close()    // writes what is left and lets go of the file
//
// On a hot reload the new engine takes the old one's entities from memory (entity.Store.Adopt) and does not call Load.
//
// The file is a go.etcd.io/bbolt database and must never harm the host. bbolt maps it into memory and trusts it: of damaged files a
// few in a hundred kill a process that opens them plainly. So every use of the handle happens on one goroutine under
// debug.SetPanicOnFault and recover; every operation has a deadline, past which the handle is abandoned with its goroutine; the
// freelist is bbolt's default; Check is never called; every value carries a CRC-32C over key and value. A file that fails is set
// aside under another name, with a message, and a new one written from memory; one that is another program's is left alone; one
// that cannot be opened or written is tried again.
//
// The bucket "entities" has a value an entity. The buckets "seen" and "notes" are journals: batches by number, each of what came since
// the one before, the oldest deleted as soon as the others are as many bytes as the state can hold.
//
// It imports entity, option and bbolt. Proofs: store_test.go (model), seen_test.go (journals), damage_test.go (random damages), crash_test.go (kill -9),
// trouble_test.go (locked, foreign, vanished, read-only, full).
package store
