package cef

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

func show(ev *event.Event) string {
	var b strings.Builder
	for i, f := range ev.Fields {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.Name[strings.IndexByte(f.Name, '.')+1:] + "=" + f.Value.Text(&ev.Arena))
	}
	return b.String()
}

func TestCEF(t *testing.T) {
	f := func(in string, o Options, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if ok := CEF(ev, in, 1, o); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %v %s\nwant %s", in, ok, show(ev), want)
		}
	}
	const h, w = "CEF:0|V|P|1|id|N|5|", "version=0|device_vendor=V|device_product=P|device_version=1|device_event_class_id=id|name=N|severity=5"
	f(h, Options{}, w)
	f(h+"   ", Options{}, w)
	f(h+"a=1 b= c=x y  d=\\=z", Options{}, w+"|a=1|b=|c=x y|d==z")
	f(h+"request=https://h/?q=1&r=2 src=::1", Options{}, w+"|request=https://h/?q=1&r=2|src=::1")
	f(h+"cs1Label=Rule Name cs1=allow all", Options{}, w+"|cs1Label=Rule Name|cs1=allow all|Rule Name=allow all")
	f(h+`p=C:\\a\nb\xc3`, Options{}, w+"|p=C:\\a\nb\\xc3")
	f(h+`a=1@b=2 3@c=4`, Options{Pair: '@'}, w+"|a=1|b=2 3|c=4")
	f(h+`a#1 b#2\#3`, Options{Value: '#'}, w+"|a=1|b=2#3")
	f(`CEF:0|V\|x|P\\|1|id|N|5`, Options{}, `version=0|device_vendor=V|x|device_product=P\|device_version=1|device_event_class_id=id|name=N|severity=5`)
	f(`CEF:0|V|P|1|id|N|`, Options{}, "")
	f(`CEF:x|V|P|1|id|N|5|`, Options{}, "")
	f(`CEF:0|V\`, Options{}, "")
}

func TestLEEF(t *testing.T) {
	f := func(in string, o Options, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if ok := LEEF(ev, in, 1, o); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %v %s\nwant %s", in, ok, show(ev), want)
		}
	}
	f("LEEF:1.0|V|P|1|id|a=1\tb=x y=z", Options{}, "version=1.0|vendor=V|product=P|product_version=1|event_id=id|a=1|b=x y=z")
	f("LEEF:2.0|V|P|1|id|x5e|a=1^b=2", Options{}, "version=2.0|vendor=V|product=P|product_version=1|event_id=id|delimiter=x5e|a=1|b=2")
	f("LEEF:2.0|V|P|1|id|a=1\tb=2|3", Options{}, "version=2.0|vendor=V|product=P|product_version=1|event_id=id|a=1|b=2|3")
	f("LEEF:1.0|V|P|1|id|a=1 2 b=3", Options{}, "version=1.0|vendor=V|product=P|product_version=1|event_id=id|a=1 2|b=3")
	f("LEEF:1.0|V|P|1", Options{}, "")
}
