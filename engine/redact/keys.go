package redact

// joint are the bytes that may join the words of a name.
var joint = table("_-. ")

// describing are words that, right after a pattern's word, say that the name is about a secret and is none: TokenElevationType,
// PasswordLastSet, password_policy, --password-stdin. All in lower case.
var describing = [...]string{
	"age", "arn", "challenge", "changed", "count", "elevation", "expired", "expires", "expiry", "expiration", "file", "format", "history", "id", "ids",
	"identifier", "issuer", "last", "len", "length", "manager", "must", "name", "names", "never", "not", "policy", "prompt", "properties", "protection",
	"provider", "required", "reset", "stdin", "t", "type", "url", "uri",
}

// leading are words that say the same right before it: elevatedToken is yes or no.
var leading = [...]string{"elevated", "max", "min", "num"}

// closing are patterns that are a secret's name only where they close it: authorizationInfo and pass_count are none.
var closing = [...]string{"authorization", "bearer", "pass"}

func table(s string) (t [256]bool) {
	for i := range len(s) {
		t[s[i]] = true
	}
	return t
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c &^ 0x20
	}
	return c
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// KeyIsSecret reports whether a name is that of a secret. A pattern of 8 letters and more (password, credential) may stand anywhere
// in the name; one of 5 to 7 (token, secret, apikey) must end where a word ends ("authtoken", not "tokenizer"); a shorter one (pwd)
// must be a word of its own. Any level of a dotted name decides (credentials.user), and what a name merely describes (PasswordLastSet) is
// no secret.
func (r *Redactor) KeyIsSecret(name string) bool {
	for i := 0; i+2 < len(name); i++ { // no pattern is shorter than three
		if r.begins(name[i], name[i+1], name[i+2])&1 == 0 {
			continue
		}
		for _, w := range r.first[name[i]] {
			if end := r.match(name, i, r.words[w]); end > 0 {
				return true
			}
		}
	}
	return false
}

// match gives where the pattern w that starts at name[i] ends, 0 where it does not stand there as keys.go demands.
func (r *Redactor) match(name string, i int, w string) int {
	j := i
	for k := 0; k < len(w); {
		if j >= len(name) {
			return 0
		}
		c := name[j]
		if lower(c) == w[k] {
			k++
		} else if k == 0 || !joint[c] {
			return 0
		}
		j++
	}
	starts, ends := wordStarts(name, i), false
	after := j
	if after < len(name) && lower(name[after]) == 's' && wordEnds(name, after+1) {
		after++ // the plural
	}
	for after < len(name) && isDigit(name[after]) {
		after++ // password2
	}
	ends = wordEnds(name, after)
	switch {
	case len(w) < 5 && !(starts && ends):
		return 0
	case len(w) < 8 && !ends:
		return 0
	}
	if describes(name, after) || starts && led(name, i) {
		return 0
	}
	for _, c := range closing {
		if w == c && after < len(name) {
			return 0
		}
	}
	return after
}

// wordStarts reports whether a word starts at name[i]: at the start, after a joint or digit, or at a capital that camel case starts
// a word with.
func wordStarts(name string, i int) bool {
	if i == 0 || !isLetter(name[i-1]) {
		return true
	}
	if !isUpper(name[i]) {
		return false
	}
	return !isUpper(name[i-1]) || i+1 < len(name) && isLetter(name[i+1]) && !isUpper(name[i+1])
}

// wordEnds reports whether a word ends before name[i].
func wordEnds(name string, i int) bool {
	return i >= len(name) || !isLetter(name[i]) || wordStarts(name, i)
}

// describes reports whether what follows at name[i] is one of the describing words.
func describes(name string, i int) bool {
	for i < len(name) && joint[name[i]] {
		i++
	}
	for _, d := range describing {
		if len(name)-i >= len(d) && foldEqual(name[i:i+len(d)], d) && wordEnds(name, i+len(d)) {
			return true
		}
	}
	return false
}

// led reports whether one of the leading words stands before name[i].
func led(name string, i int) bool {
	for i > 0 && joint[name[i-1]] {
		i--
	}
	for _, w := range leading {
		if b := i - len(w); b >= 0 && foldEqual(name[b:i], w) && wordStarts(name, b) {
			return true
		}
	}
	return false
}

// harmless reports whether a value under a secret's name is none: a truth value, null, one of Windows' message numbers (%%1842 is
// yes), or the id of an AWS access key, which is its public half and what an investigation starts from.
func harmless(v string) bool {
	switch len(v) {
	case 2:
		return foldEqual(v, "no") || v == "[]" || v == "{}"
	case 3:
		return foldEqual(v, "yes") || foldEqual(v, "nil")
	case 4:
		return foldEqual(v, "true") || foldEqual(v, "null") || foldEqual(v, "none")
	case 5:
		return foldEqual(v, "false")
	case 6:
		return v[:2] == "%%" && isDigit(v[2]) && isDigit(v[3]) && isDigit(v[4]) && isDigit(v[5])
	case 20:
		return keyID(v)
	}
	return false
}

// keyID reports whether v is the id of an AWS access key: AKIA or, for temporary ones, ASIA, and capitals and digits (IAM User
// Guide, "IAM identifiers").
func keyID(v string) bool {
	if v[:4] != "AKIA" && v[:4] != "ASIA" {
		return false
	}
	for i := range len(v) {
		if !isUpper(v[i]) && !isDigit(v[i]) {
			return false
		}
	}
	return true
}

// foldEqual reports whether s is the lower-case word w in any case.
func foldEqual(s, w string) bool {
	if len(s) != len(w) {
		return false
	}
	for i := range len(s) {
		if lower(s[i]) != w[i] {
			return false
		}
	}
	return true
}
