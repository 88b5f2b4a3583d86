// Package digest hashes the records of a batch with SHA-256, two at a time: [][]byte in, the first 64 bits of each sum out.
//
// The rounds of one message wait for each other, and so one stream of the processor's SHA-256 instructions leaves half of the unit that
// executes them idle. Two messages have nothing to wait for in each other: here they go through one loop side by side, and a lane whose
// message ends is given the next one of the batch.
//
// The door is Hasher, one for each thread; its Sums may be called again and again and allocates nothing. It reads the messages during
// the call, keeps no view of them, and takes bytes of any kind and number. The package imports the standard library alone. Where the
// instructions are missing, on older processors and on other machines than amd64, crypto/sha256 does the work.
//
// Proofs: digest_test.go compares both ways with crypto/sha256 for every length of padding, in batches of every size and by fuzzing.
//
//	digest.go        the door, and the way by crypto/sha256
//	lanes_amd64.go   two lanes, and what feeds them
//	blocks_amd64.s   the rounds (FIPS 180-4, section 6.2.2, by SHA256RNDS2, SHA256MSG1 and SHA256MSG2 of Intel's manual), and whether
//	                 the processor has the instructions
package digest
