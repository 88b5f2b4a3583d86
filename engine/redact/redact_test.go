package redact

import (
	"strings"
	"testing"
)

func standard(t testing.TB) *Redactor {
	t.Helper()
	r, err := New(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKeyIsSecret(t *testing.T) {
	r := standard(t)
	f := func(name string, want bool) {
		t.Helper()
		if got := r.KeyIsSecret(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	for _, n := range strings.Fields(`password Password PASSWORD user_password userPassword db-password dbpassword passwd PWD pwd sa_pwd
		token access_token accessToken AccessToken authtoken X-Auth-Token tokens refresh_token2 secret client_secret clientSecret secrets
		SECRET_KEY aws_secret_access_key api_key apikey apiKey ApiKey APIKey API_KEY x-api-key api.key credential credentials
		UserCredentials requestParameters.password credentials.sessionToken authorization Authorization http.headers.authorization
		proxy-authorization access_key accesskey privateKey passphrase rootPassword1 passwordHash db.pass`) {
		f(n, true)
	}
	for _, n := range strings.Fields(`user process command_line TokenElevationType PasswordLastSet password_policy tokenizer secretary
		compass bypass passenger cpwd accessKeyId userIdentity.accessKeyId keyboard pass_count authorizationInfo monkey tokenIssuerType
		PasswordHistoryLength elevatedToken secretName bypass_code_ids passwd_t password-stdin api key path a p`) {
		f(n, false)
	}
	f("", false)
}

func TestAppendValue(t *testing.T) {
	r := standard(t)
	f := func(in, want string) {
		t.Helper()
		if got := string(r.AppendValue(nil, in)); got != want {
			t.Errorf("\n  in   %s\n  got  %s\n  want %s", in, got, want)
		}
		if may := r.MayHold(in); may != (in != want) {
			t.Errorf("%s: MayHold says %v", in, may)
		}
	}
	// name and separator
	f(`password=hunter2`, `password=***`)
	f(`user=bob password=hunter2 host=x`, `user=bob password=*** host=x`)
	f(`PASSWORD = hunter2`, `PASSWORD = ***`)
	f(`api_key: abc123, user: bob`, `api_key: ***, user: bob`)
	f(`?user=bob&access_token=abc.def-g&x=1`, `?user=bob&access_token=***&x=1`)
	f(`Server=db;Uid=sa;Pwd=s3cr,et!;Timeout=3`, `Server=db;Uid=sa;Pwd=***;Timeout=3`)
	f(`password="two words" x`, `password="***" x`)
	f(`password='it\'s' x`, `password='***' x`)
	f(`password="never closed and on`, `password="***`)
	f(`secret := "x"`, `secret := "***"`)
	f(`:token => 'x'`, `:token => '***'`)
	f(`token=a,b,c`, `token=***`)
	f(`{user=bob, password=x,y}`, `{user=bob, password=***}`)
	f(`password=`, `password=`)
	f(`the password is wrong`, `the password is wrong`)
	f(`Failed password for root from 192.0.2.7 port 22 ssh2`, `Failed password for root from 192.0.2.7 port 22 ssh2`)
	f(`PWD=/home/bob ; USER=root ; COMMAND=/bin/ls`, `PWD=/home/bob ; USER=root ; COMMAND=/bin/ls`)
	f(`UID=sa;PWD=x`, `UID=sa;PWD=***`)
	f(`12:30:45 C:\Windows\x.exe a=b`, `12:30:45 C:\Windows\x.exe a=b`)
	f(`"elevatedToken":"%%1842","spf_pass":false`, `"elevatedToken":"%%1842","spf_pass":false`)
	f(`"secret":null,"token":"%%1842","password":true,"credentials":[]`, `"secret":null,"token":"%%1842","password":true,"credentials":[]`)
	f(`Description: NTLM Shared Library, Basic: Basic accounts`, `Description: NTLM Shared Library, Basic: Basic accounts`)
	f(`access_key=AKIAIOSFODNN7EXAMPLE secret_access_key=wJalrXUtnFEMI/K7MDENG`, `access_key=AKIAIOSFODNN7EXAMPLE secret_access_key=***`)
	// JSON and XML
	f(`{"user":"bob","password":"x y","n":1}`, `{"user":"bob","password":"***","n":1}`)
	f(`{"password" : 1234, "n":1}`, `{"password" : ***, "n":1}`)
	f(`{"apiKey":"a\"b"}`, `{"apiKey":"***"}`)
	f(`{\"password\":\"x\",\"n\":1}`, `{\"password\":\"***\",\"n\":1}`)
	f(`{"credentials":{"user":"b","pw":"}"},"n":1}`, `{"credentials":***,"n":1}`)
	f(`{"tokens":["a","b"],"n":1}`, `{"tokens":***,"n":1}`)
	f(`<user>bob</user><password>x y</password>`, `<user>bob</user><password>***</password>`)
	f(`<Data Name="Password">x</Data>`, `<Data Name="Password">***</Data>`)
	// flags
	f(`tool --password hunter2 --host x`, `tool --password *** --host x`)
	f(`tool --password=hunter2 --host x`, `tool --password=*** --host x`)
	f(`tool --api-key "a b" -v`, `tool --api-key "***" -v`)
	f(`Connect-X -Credential $c -Verbose`, `Connect-X -Credential *** -Verbose`)
	f(`tool /password:hunter2 /v`, `tool /password:*** /v`)
	f(`tool /token hunter2`, `tool /token ***`)
	f(`docker login --password-stdin -u x`, `docker login --password-stdin -u x`)
	f(`psql --no-password -h x`, `psql --no-password -h x`)
	f(`"--password", "hunter2", "-v"`, `"--password", "***", "-v"`)
	f(`sh -c "tool --password hunter2"`, `sh -c "tool --password ***"`)
	f(`sh -c "tool password=a b"`, `sh -c "tool password=*** b"`)
	f(`mysql -u root -p hunter2 db`, `mysql -u root -p *** db`)
	f(`/usr/bin/mysqldump -uroot -phunter2 db`, `/usr/bin/mysqldump -uroot -p*** db`)
	f(`C:\tools\PsExec.exe \\srv -u a -p hunter2 cmd`, `C:\tools\PsExec.exe \\srv -u a -p *** cmd`)
	f(`docker login -u x -p hunter2 r`, `docker login -u x -p *** r`)
	f(`docker run -p 80:80 nginx`, `docker run -p 80:80 nginx`)
	f(`ssh -p 2222 host`, `ssh -p 2222 host`)
	f(`mkdir -p /tmp/x`, `mkdir -p /tmp/x`)
	f(`net user bob P@ss /add`, `net user bob *** /add`)
	f(`C:\Windows\System32\net.exe user bob P@ss /add`, `C:\Windows\System32\net.exe user bob *** /add`)
	f(`cmd.exe /c net user bob P@ss /add`, `cmd.exe /c net user bob *** /add`)
	f(`net user bob /delete`, `net user bob /delete`)
	f(`net use Z: \\srv\share`, `net use Z: \\srv\share`)
	// the web
	f(`GET https://bob:hunter2@example.com/x`, `GET https://bob:***@example.com/x`)
	f(`ftp://bob:p@ss@example.com`, `ftp://bob:***@example.com`)
	f(`https://example.com:8443/x@y`, `https://example.com:8443/x@y`)
	f(`Authorization: Bearer abc.def user=bob`, `Authorization: Bearer *** user=bob`)
	f(`curl -H "Authorization: Bearer abc" https://x`, `curl -H "Authorization: Bearer ***" https://x`)
	f(`curl -H 'X-Auth: Basic dTpwYXNz' x`, `curl -H 'X-Auth: Basic ***' x`)
	f(`"Authorization":"Basic dTpw"`, `"Authorization":"Basic ***"`)
	f(`"X-Auth":"Bearer eyJhbGci.x.y","n":1`, `"X-Auth":"Bearer ***","n":1`)
	f(`Authorization: Digest username="a", response="b"`, `Authorization: Digest ***`)
}

func TestMasksWorkingDirectory(t *testing.T) {
	r := standard(t)
	if !r.Masks("credentials", "") || r.Masks("secret", "null") || r.Masks("user", "") {
		t.Error("a structure under a secret's name is a secret, null is none")
	}
	if r.Masks("PWD", "/root") || !r.Masks("PWD", "hunter2") || !r.Masks("password", "/root") {
		t.Error("PWD is a secret unless it is a path; password always is")
	}
}

func TestUserPatterns(t *testing.T) {
	c := Defaults()
	c.Extra, c.Mask = []string{"ssn", "Card-Number"}, "[gone]"
	if _, err := New(c); err == nil {
		t.Error("a mask that ends a value was taken: masking twice would differ from masking once")
	}
	c.Mask = "XXXX"
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	got := string(r.AppendValue(nil, `ssn=1 class_name=2 customerSSN=3 card_number: 4 cardnumber=5 "CardNumber":"6" password=7`))
	if want := `ssn=XXXX class_name=2 customerSSN=XXXX card_number: XXXX cardnumber=XXXX "CardNumber":"XXXX" password=XXXX`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestRefusals(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		c := Defaults()
		change(&c)
		if _, err := New(c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(func(c *Config) { c.Mask = "" }, `mask: must have 1 to 32 bytes, not 0`)
	f(func(c *Config) { c.Mask = "a b" }, `mask: must be printable ASCII without blanks, quotes, separators and brackets`)
	f(func(c *Config) { c.Scope = "all" }, `scope: must be "written" or "record", not "all"`)
	f(func(c *Config) { c.Extra = []string{"k"} }, `extra: pattern "k": must have 3 to 64 letters and digits`)
	f(func(c *Config) { c.Patterns = []string{"a*b"} }, `patterns: pattern "a*b": must be words of letters and digits, joined with _, - or .`)
	f(func(c *Config) { c.Extra = make([]string, 0); c.Patterns = many(300) }, `patterns: must be at most 256 patterns with the built-in ones`)
}

func many(n int) (p []string) {
	for range n {
		p = append(p, "word")
	}
	return p
}

const cleanLine = `"C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --lang=en-US --field-trial-handle=1718,i,156 ` +
	`/prefetch:1 --renderer-client-id=42 C:\Users\bob\AppData\Local\Temp\report-final.docx /k /d c:\work\x64\release\bin some more words ` +
	`that a command line of the usual kind might have here 0.1`

func TestAllocations(t *testing.T) {
	r := standard(t)
	dst := make([]byte, 0, 4096)
	n := testing.AllocsPerRun(100, func() {
		dst = r.AppendValue(dst[:0], `mysql -uroot -phunter2 --token x https://a:b@c "password":"x"`)
		if r.MayHold(cleanLine) || r.KeyIsSecret("process.command_line") {
			t.Fatal("clean text was found to hold a secret")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkMayHold(b *testing.B) {
	r := standard(b)
	f := func(name, text string) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if r.MayHold(text) {
					b.Fatal("a clean line was found to hold a secret")
				}
			}
		})
	}
	f("prose300", strings.Repeat("Accepted publickey for bob from here ", 9)[:300])
	f("command300", cleanLine[:300])
	// What a view has of an endpoint's event.
	for _, v := range []string{"high", "svchost.exe", "EVT-00000012", "process_creation", `C:\Windows\explorer.exe`,
		`C:\Windows\System32\svchost.exe -k netsvcs -p`, `C:\Program Files\Browser\browser.exe --type=renderer --lang=en`} {
		f(v, v)
	}
}

// BenchmarkView asks for the texts that views of the demo's logs have most often; one operation is all of them.
func BenchmarkView(b *testing.B) {
	r := standard(b)
	for name, texts := range map[string][]string{
		"cloud": {"111122223333", "1.09", "GetObject", "s3.amazonaws.com", "IAMUser", "aws-cli/2.13.5 Python/3.11.4 Linux/5.15.0-kali3-amd64 exe/x86_64.kali.2023",
			"arn:aws:iam::111122223333:user/svc-health", "AWS::S3::Object", "arn:aws:sts::111122223333:assumed-role/ci-deploy/gitlab-runner-7",
			"AROA5D934EC130750BA8C:gitlab-runner-7", "eu-central-1", "User: x is not authorized to perform: s3:GetValue on resource: prod/db"},
		"linux": {"sshd", "sudo", "session_opened", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", "0)", "password", "/home/j.meyer",
			"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.66  user=j.meyer", "11: disconnected by user"},
		"firewall": {"lan", "wan1", "fw01", "FGT60FTK20099999", "forward", "allowed", "12", "close", "United States", "HTTPS"},
		"windows": {"process-created", "S-1-5-18", "Microsoft Corporation", "Microsoft® Windows® Operating System", "svchost.exe", "10.0.22621.1", "CORP", `C:\Users\j.meyer\`,
			"1", "0x4f2a1", `C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule`, "NT AUTHORITY", "Host Process for Windows Services", `C:\Windows\system32\SearchIndexer.exe /Embedding`},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range texts {
					if r.MayHold(s) {
						b.Fatalf("%q is clean", s)
					}
				}
			}
		})
	}
}

func BenchmarkKeyIsSecret(b *testing.B) {
	r := standard(b)
	for b.Loop() {
		if r.KeyIsSecret("requestParameters.instanceType") {
			b.Fatal("not a secret")
		}
	}
}
