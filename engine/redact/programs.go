package redact

import "strings"

// programs take a password with a short flag: which, and whether it may be glued to it (-pSECRET). -p means a port, a path or a
// process to most others.
var programs = [...]struct {
	name  string
	flag  string
	glued bool
}{
	{"mysql", "p", true}, {"mysqldump", "p", true}, {"mysqladmin", "p", true}, {"mariadb", "p", true}, {"sshpass", "p", true},
	{"psexec", "p", false}, {"psexec64", "p", false}, {"paexec", "p", false}, {"docker", "p", false}, {"podman", "p", false},
	{"evil-winrm", "p", false}, {"crackmapexec", "p", false}, {"netexec", "p", false}, {"nxc", "p", false}, {"7z", "p", true},
	{"7za", "p", true}, {"rar", "hp", true}, {"zip", "P", false}, {"unzip", "P", false}, {"plink", "pw", false}, {"pscp", "pw", false},
	{"putty", "pw", false}, {"ldapsearch", "w", false}, {"ldapmodify", "w", false}, {"redis-cli", "a", false}, {"sqlcmd", "P", false},
	{"bcp", "P", false}, {"mongo", "p", false}, {"mongosh", "p", false}, {"mongodump", "p", false}, {"winexe", "p", false},
	{"az", "p", false},
}

// programsBy are the places in programs of the names that start with a letter or digit, in either case.
var programsBy = func() (t [256][]uint8) {
	for i := range programs {
		c := programs[i].name[0]
		t[c] = append(t[c], uint8(i))
		if u := upper(c); u != c {
			t[u] = append(t[u], uint8(i))
		}
	}
	return t
}()

// needsLogin reports programs whose -p is a password after their word login only: docker run -p is a port.
func needsLogin(name string) bool { return name == "docker" || name == "podman" || name == "az" }

// short finds the password after a one- or two-letter flag s[n:e] at s[i] of a program that stands at most maxProg bytes before it.
func short(s string, i, n, e int) (start, end int, ok bool) {
	switch s[n] {
	case 'p', 'P', 'h', 'w', 'a':
	default:
		return 0, 0, false
	}
	if n+1 >= len(s) { // no value
		return 0, 0, false
	}
	low := max(0, i-maxProg)
	for b := low; b < i; b++ {
		if len(programsBy[s[b]]) == 0 || b > low && keyByte[s[b-1]] {
			continue
		}
		w := b
		for w < i && keyByte[s[w]] && s[w] != '.' {
			w++
		}
		if start, end, ok = passFlag(s, s[b:w], s[w:i], n); ok {
			return start, end, true
		}
		b = w
	}
	return 0, 0, false
}

// passFlag gives the value of the flag at s[n] where the program called word takes a password there; between is what stands between
// the two.
func passFlag(s, word, between string, n int) (start, end int, ok bool) {
	for _, k := range programsBy[word[0]] {
		p := &programs[k]
		if !foldEqual(word, p.name) || !strings.HasPrefix(s[n:], p.flag) || needsLogin(p.name) && !strings.Contains(between, " login") {
			continue
		}
		rest := n + len(p.flag)
		switch {
		case rest < len(s) && s[rest] == ' ':
			return valueAt(s, skipBlanks(s, rest), 0)
		case p.glued && rest < len(s):
			return valueAt(s, rest, 0)
		}
	}
	return 0, 0, false
}

// netUser finds the password of the Windows command `net user NAME PASSWORD` that starts at s[i].
func netUser(s string, i int) (start, end int, ok bool) {
	if len(s)-i < len("net user a b") {
		return 0, 0, false
	}
	if s[i] == '"' {
		i++
	}
	w := strings.IndexByte(s[i:], ' ')
	if w < 3 {
		return 0, 0, false
	}
	w += i
	switch s[w-1] { // of net, net1, net.exe, in quotes or not
	case 't', 'T', '1', 'e', 'E', '"':
	default:
		return 0, 0, false
	}
	name := strings.TrimSuffix(s[i:w], "\"")
	if n := len(name) - 4; n > 0 && foldEqual(name[n:], ".exe") {
		name = name[:n]
	}
	if c := name[len(name)-1]; c == '1' {
		name = name[:len(name)-1]
	}
	n := len(name) - 3
	if n < 0 || !foldEqual(name[n:], "net") || n > 0 && name[n-1] != '\\' {
		return 0, 0, false
	}
	u := skipBlanks(s, w)
	if u+5 > len(s) || !foldEqual(s[u:u+4], "user") || s[u+4] != ' ' {
		return 0, 0, false
	}
	p := skipBlanks(s, u+5)
	for p < len(s) && s[p] != ' ' {
		p++
	}
	p = skipBlanks(s, p)
	if p >= len(s) || s[p] == '/' || s[p] == '*' {
		return 0, 0, false
	}
	return valueAt(s, p, 0)
}
