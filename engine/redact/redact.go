package redact

import (
	"strings"

	"prescore/engine/option"
)

// Bounds of the configuration.
const (
	maxPatterns = 256 // patterns: each is tried at the letters it starts with, so that the list stays cheap but not free
	maxPattern  = 64  // bytes of one pattern
	maxMask     = 32  // bytes of the mask: output grows by at most this much for each secret
)

// What is redacted.
const (
	ScopeWritten = "written" // what prescore itself writes: the prescore key, findings, logs
	ScopeRecord  = "record"  // the record's own values as well
)

// Config is the table [redact].
type Config struct {
	// Patterns are the names of secrets: words, joined with underscores.
	Patterns []string `toml:"patterns"`
	// Extra are the user's own names, so that the built-in ones need not be repeated.
	Extra []string `toml:"extra"`
	// Mask stands in place of a secret.
	Mask string `toml:"mask"`
	// Scope is what is redacted: "written" (what prescore writes) or "record" (the record itself as well).
	Scope string `toml:"scope"`
}

// Defaults gives the built-in options.
func Defaults() Config {
	return Config{
		Patterns: []string{
			"password", "passwd", "passphrase", "passcode", "pwd", "pass", "token", "secret", "api_key", "access_key", "secret_key",
			"private_key", "encryption_key", "credential", "authorization", "bearer", "session_key", "pin_code",
		},
		Mask:  "***",
		Scope: ScopeWritten,
	}
}

// Redactor masks secrets. What it says does not change after New; any number of threads may ask.
type Redactor struct {
	mask   string
	words  []string    // patterns in lower case without joints
	first  [256][]int  // by first letter in either case: indexes into words
	starts [256]uint64 // by first letter in either case: the low half has a bit for the low five bits of what may come second, the high half of what may come third
	known  known
}

// New makes a Redactor. Options it cannot use are refused.
func New(cfg Config) (*Redactor, error) {
	if len(cfg.Mask) == 0 || len(cfg.Mask) > maxMask {
		return nil, option.Refuse("mask", "must have 1 to %d bytes, not %d", maxMask, len(cfg.Mask))
	}
	for i := range len(cfg.Mask) {
		if c := cfg.Mask[i]; c <= ' ' || c >= 0x7f || endsValue[c] {
			return nil, option.Refuse("mask", "must be printable ASCII without blanks, quotes, separators and brackets")
		}
	}
	if cfg.Scope != ScopeWritten && cfg.Scope != ScopeRecord {
		return nil, option.Refuse("scope", "must be %q or %q, not %q", ScopeWritten, ScopeRecord, cfg.Scope)
	}
	r := &Redactor{mask: cfg.Mask}
	if err := r.learn("patterns", cfg.Patterns); err != nil {
		return nil, err
	}
	return r, r.learn("extra", cfg.Extra)
}

func (r *Redactor) learn(key string, patterns []string) error {
	for _, p := range patterns {
		if len(r.words) == maxPatterns {
			return option.Refuse(key, "must be at most %d patterns with the built-in ones", maxPatterns)
		}
		w := make([]byte, 0, len(p))
		for i := range len(p) {
			switch c := lower(p[i]); {
			case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
				w = append(w, c)
			case !joint[c]:
				return option.Refuse(key, "pattern %q: must be words of letters and digits, joined with _, - or .", p)
			}
		}
		if len(w) < 3 || len(w) > maxPattern {
			return option.Refuse(key, "pattern %q: must have 3 to %d letters and digits", p, maxPattern)
		}
		n := len(r.words)
		r.words = append(r.words, string(w))
		for i, c := range []byte{w[0], upper(w[0])} {
			if c != w[0] || i == 0 {
				r.first[c] = append(r.first[c], n)
			}
			joints := uint64(1<<('_'&31) | 1<<('-'&31) | 1<<('.'&31) | 1<<(' '&31)) // they may stand anywhere in a word
			second := joints | 1<<(w[1]&31)
			r.starts[c] |= second | (second|1<<(w[2]&31))<<32
		}
	}
	return nil
}

// begins reports, in its lowest bit, whether a pattern may begin with the bytes a, b and c.
func (r *Redactor) begins(a, b, c byte) uint64 {
	s := r.starts[a]
	return s >> (b & 31) & (s >> 32 >> (c & 31))
}

// noByte is a byte that no pattern has.
const noByte = '~'

// Mask gives what stands in place of a secret.
func (r *Redactor) Mask() string { return r.mask }

// Masks reports whether a field is to be masked whole: its name is that of a secret and its value can be one. It differs from
// KeyIsSecret for PWD, which is a password in a connection string and the working directory in an environment, and for values that
// say yes, no or null. An empty value is one that is not known (a structure): the name alone decides.
func (r *Redactor) Masks(name, value string) bool {
	return r.nameIsSecret(name) && !workingDir(name, value) && !harmless(value)
}

// workingDir reports whether name and value are the shell's PWD or OLDPWD, which sudo and others log.
func workingDir(name, value string) bool {
	return (strings.HasSuffix(name, "PWD")) && len(value) > 0 && (value[0] == '/' || value[0] == '~')
}

// MayHold reports whether AppendValue would mask something in value. Clean text costs about a nanosecond for 8 bytes.
func (r *Redactor) MayHold(value string) bool {
	if len(value) < minSecret {
		return false
	}
	_, _, ok := r.find(value, 0)
	return ok
}

// minSecret is the length of the shortest text with a secret in it: a name of minName, a separator and one byte.
const minSecret = minName + 2

// AppendValue appends value to dst with each secret in it replaced by the mask. The result is at most len(value) plus the mask's
// length for each secret; text without a secret is appended as it is.
func (r *Redactor) AppendValue(dst []byte, value string) []byte {
	at := 0
	for at < len(value) {
		from, to, ok := r.find(value, at)
		if !ok {
			break
		}
		dst = append(dst, value[at:from]...)
		dst = append(dst, r.mask...)
		at = to
	}
	return append(dst, value[at:]...)
}
