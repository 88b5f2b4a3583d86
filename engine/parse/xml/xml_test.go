package xml

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
		b.WriteString(f.Name + "=" + f.Value.Text(&ev.Arena))
	}
	for _, p := range ev.Problems {
		b.WriteString("|!" + p.Code)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	f := func(in string, kind Result, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if got := Parse(ev, in, 1); got != kind || show(ev) != want {
			t.Errorf("%s\n got %d %s\nwant %d %s", in, got, show(ev), kind, want)
		}
	}
	f(`<?xml version='1.0'?><!-- c --><Event xmlns='u'><System><Provider Name='P' Guid='{g}'/><EventID Qualifiers='7'>4624</EventID>`+
		`<TimeCreated SystemTime='2020-01-01T00:00:00Z'/><Correlation/><Execution ProcessID='4' ThreadID='8'/><Security UserID='S-1'/></System>`+
		`<EventData><Data Name='A B'>x&amp;&#x41;</Data><Data Name='E'/><Data Name="N"><![CDATA[<b>]]>&lt;<!-- -->t</Data></EventData>`+
		`<RenderingInfo Culture='en'><Message>m</Message><Level>Info</Level></RenderingInfo></Event>`, Windows,
		`Provider_Name=P|Provider_Guid={g}|EventID_Qualifiers=7|EventID=4624|TimeCreated=2020-01-01T00:00:00Z|Execution_ProcessID=4|Execution_ThreadID=8|Security_UserID=S-1|`+
			`A B=x&A|AB=x&A|E=|N=<b><t|Message=m|RenderingInfo_Level=Info`)
	f(`<Event><System><EventID>400</EventID></System><EventData><Data>a</Data><Data>b</Data><Binary>00</Binary></EventData></Event>`, Windows,
		`EventID=400|Binary=00|Data=a, b`)
	f(`<Event><System><EventID>1102</EventID></System><UserData><LogFileCleared xmlns='x'><SubjectUserName>u</SubjectUserName></LogFileCleared></UserData></Event>`, Windows,
		`EventID=1102|SubjectUserName=u`)
	f(`<Event><System><EventID>1</EventID><Computer>host`, Windows, `EventID=1|!xml_cut`)
	f(`<Event><System><EventID>1</EventID></Sys`+`tem2></Event>`, Windows, `EventID=1|!bad_xml`)
	f(`<EventData xmlns="u"><Data Name="A">x</Data><Data>y</Data></EventData>`, Windows, `A=x|Data=y`)
	f(`<a href="h">t</a>`, Generic, `a.@href=h|a.text=t`)
	f(`<a><b>1</b><b/><c>x</c></a>`, Generic, `a.b=1|a.b=|a.c=x`)
	f(`<a><b></a>`, Bad, ``)
	f(`<a`, Bad, ``)
	f(`<1>text`, Bad, ``)
	f(strings.Repeat("<a>", event.MaxDepth+1)+"x"+strings.Repeat("</a>", event.MaxDepth+1), Generic,
		strings.Repeat("a.", event.MaxDepth-1)+"a=<a>x</a>|!too_deep")
}
