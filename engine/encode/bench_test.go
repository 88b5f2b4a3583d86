package encode

import (
	"testing"

	"prescore/engine/encode/project"
	"prescore/engine/event"
)

// wide sets keys until the event has n of them, with texts and numbers as a process event has.
func wide(ev *event.Event, n int) {
	keys := []event.Key{event.KeyEventCode, event.KeyAction, event.KeyOutcome, event.KeyLogName, event.KeyLogProvider, event.KeyUserDomain,
		event.KeyUserID, event.KeyLogonID, event.KeySessionID, event.KeyProcessPath, event.KeyProcessGUID, event.KeyProcessCWD,
		event.KeyProcessIntegrity, event.KeyProcessMD5, event.KeyProcessSHA1, event.KeyProcessSHA256, event.KeyProcessImphash, event.KeyParent,
		event.KeyParentPath, event.KeyParentCmdline, event.KeyParentGUID, event.KeySrcIP, event.KeyDstIP, event.KeySrcHost, event.KeyDstHost,
		event.KeyMessage, event.KeyVendor, event.KeyProduct}
	have := 0
	for _, w := range ev.Keys() {
		for ; w != 0; w &= w - 1 {
			have++
		}
	}
	for _, k := range keys {
		if have == n {
			return
		}
		ev.Set(k, event.Str("0123456789abcdef"))
		have++
	}
}

// BenchmarkView writes the view alone, of 25 keys.
func BenchmarkView(b *testing.B) {
	for _, schema := range []string{project.Flat, project.ECS, project.OCSF} {
		b.Run(schema, func(b *testing.B) {
			r := room(b, schema, LayoutNested, false)
			ev := seed(b, []byte{0x80})
			wide(ev, 25)
			var plan project.Plan
			buf := make([]byte, 0, 1<<14)
			b.ReportAllocs()
			for b.Loop() {
				r.view.Plan(&plan, ev, 0)
				buf = r.view.Append(buf[:0], &plan, ev, nil)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

// BenchmarkAppend writes whole records of 25 keys.
func BenchmarkAppend(b *testing.B) {
	raw := fromJSON(b, `{"log":"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8","stream":"stdout","n":1}`)
	for _, schema := range []string{"none", project.Flat, project.ECS, project.OCSF} {
		for _, layout := range []string{LayoutNested, LayoutMerge, LayoutReplace} {
			if schema == "none" && layout != LayoutNested {
				continue
			}
			b.Run(schema+"/"+layout, func(b *testing.B) {
				r := room(b, schema, layout, false)
				ev := seed(b, raw)
				wide(ev, 25)
				buf := make([]byte, 0, 1<<14)
				b.ReportAllocs()
				for b.Loop() {
					buf = r.Append(buf[:0], ev)
				}
				b.SetBytes(int64(len(buf)))
			})
		}
	}
}
