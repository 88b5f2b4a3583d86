// Package redact keeps secrets out of what prescore itself writes: the view of a record, matches of findings, log lines.
//
// It turns text into text with the secrets masked. Two questions decide: is the name of a field that of a secret (KeyIsSecret),
// and does a value hold a secret under such a name inside it (MayHold, AppendValue): key=value, key: value, "key":"value",
// <key>value</key>, --key value, /key:value, the -p of programs that take a password there, net user NAME PASSWORD,
// ://user:password@host, and what follows Bearer or Basic.
//
// A pattern is a word, or several joined with underscores ("api_key"), and matches a name case-insensitively, whatever joins its
// words there: api_key, apikey, apiKey, X-API-Key. Where it must start and end is keys.go's to say.
//
// When in doubt it masks. A secret whose end cannot be known (an unclosed quote) is masked to the end of the text. Known limits: a
// password as a bare word ("sshpass hunter2") has no name and stays; so does one that is encoded as a whole (base64).
//
// It is a leaf: it imports engine/option alone, any room may import it, and a Redactor is safe for several threads. Nothing is
// allocated beyond dst. The work is linear in the text: each name is looked at from its separator backwards, at most maxKey bytes,
// and a masked value is never read again. Proofs: redact_test.go, fuzz_test.go.
package redact
