package zeek

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// show writes the fields as "name=value|...".
func show(ev *event.Event) string {
	var b strings.Builder
	for i, f := range ev.Fields {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.Name + "=" + f.Value.Text(&ev.Arena))
	}
	for _, p := range ev.Problems {
		b.WriteString("!" + p.Code)
	}
	return b.String()
}

func TestRow(t *testing.T) {
	l := New("dns", "ts\tuid\tport\tflag\tset\tempty\tnone\ttext\tdur", "time\tstring\tport\tbool\tset[string]\tvector[string]\tcount\tstring\tinterval")
	f := func(row, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if !l.Fits(row) {
			t.Errorf("%q does not fit", row)
		}
		if l.Row(ev, row, 1); show(ev) != want {
			t.Errorf("%q\n got %s\nwant %s", row, show(ev), want)
		}
	}
	f("1693975906.500310\tCx\t53\tT\ta,b\t(empty)\t-\tx\\x09y\\\\\t0.5", "zeek.path=dns|ts=1693975906.500310|uid=Cx|port=53|flag=true|set=a|set=b|empty=|none=|text=x\ty\\|dur=0.5")
	for _, row := range []string{"x\tCx\t53\tT\ta\t-\t-\tx\t0.5", "1.0\tCx\t53\tmaybe\ta\t-\t-\tx\t0.5", "1.0\tCx", "1.0\tCx\t53\tT\ta\t-\t-\tx\t0.5\tmore"} {
		if l.Fits(row) {
			t.Errorf("%q fits", row)
		}
	}
}

func TestKnown(t *testing.T) {
	f := func(row, path string) {
		t.Helper()
		l := Known(row)
		if l == nil && path != "" || l != nil && l.Path != path {
			t.Errorf("%q: %v, want %s", row, l, path)
		}
	}
	f("1693975906.500310\tCPg\t192.168.56.30\t62431\t192.168.56.4\t53\tudp\tdns\t0.001578\t39\t55\tSF\tF\tF\t0\tDd\t1\t67\t1\t83\t-", "conn")
	f("1693976008.717929\tCoj\t192.168.56.30\t57084\t192.168.56.4\t445\t-\t-\t-\tPIPE", "") // smb_mapping or dce_rpc: not for us to guess
	f("1693976008.717929\tCoj\t192.168.56.30", "")
}

func TestDirective(t *testing.T) {
	if name, value, ok := Directive("#fields\tts\tuid\r"); name != "fields" || value != "ts\tuid" || !ok {
		t.Error(name, value, ok)
	}
	if _, _, ok := Directive("# a comment"); ok {
		t.Error("a comment is a directive")
	}
}
