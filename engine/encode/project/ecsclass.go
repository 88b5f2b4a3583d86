package project

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// ecsClass says what ECS calls the events of a class.
type ecsClass struct {
	uid        event.Class
	categories string   // event.category, encoded
	types      []string // event.type by activity_id, encoded elements without the array's head; the last stands for all others
	counts     []int    // how many elements each of types has
	control    bool     // a control's allowed and denied are types of these categories
}

// ecsClassText has a line for each class: its uid, its categories, and for each activity_id from 0 on its types, joined with "+";
// the last also stands for the activities after it. Each type is one that ECS expects with one of the categories.
const ecsClassText = `
1001   file info creation access change deletion change change change access access change change change change access
1002   driver info start end change
1003   driver info change
1004   process info change change change change change change access change change
1005   library start start
1006   configuration info creation change deletion change change access
1007   process info start end access change change
1008   host info change change access change change start end change
1009   process info info
201001 registry access creation access change deletion change
201002 registry access access change change deletion change
201004 configuration info creation change change change change change deletion change
2001   intrusion_detection info info
2002   vulnerability info info
2003   configuration info info
2004   intrusion_detection info info
2005   intrusion_detection info info
2006   intrusion_detection info info
3001   iam user+info user+creation user+change user+change user+change user+change user+deletion user+change
3002   authentication info start end start start start info start info
3003   iam admin admin
3004   iam info creation info change deletion change
3005   iam user+info user+change
3006   iam group+info group+change group+change group+change group+change group+deletion group+creation group+change
4001   network connection connection+start connection+end connection+end connection+end connection+denied connection connection+start connection
4002   web access access
4003   network protocol protocol
4004   network protocol protocol
4005   network protocol protocol
4006   network protocol protocol
4007   network protocol protocol
4008   network protocol protocol
4009   email info info
4010   file access creation access change deletion change creation change change access change
4013   network protocol protocol
4014   network connection connection+start connection+end connection
5001   host info info
5002   configuration info info
6001   web access access
6002   package info installation deletion start info start change
6003   api info creation access change deletion info
6004   web access access
6005   database info access change access access change change change access change
6006   file access creation access change deletion change creation change access change
6007   malware info info
6008   web error error
`

var (
	ecsClasses = tableOf(parseClasses(ecsClassText))
	ecsOther   = &ecsClass{categories: encodeList("host"), types: []string{key("info")}, counts: []int{1}}
	// A finding of a network sensor, and a web request that a sensor saw, are network events too.
	ecsNetworkFinding = &ecsClass{categories: encodeList("network", "intrusion_detection"), types: []string{key("info")}, counts: []int{1}, control: true}
	ecsNetworkWeb     = &ecsClass{categories: encodeList("network", "web"), types: []string{key("protocol") + key("access")}, counts: []int{2}, control: true}

	kindAlert, kindEvent, kindState, kindError = key("alert"), key("event"), key("state"), key("pipeline_error")

	typeAllowed, typeDenied, typeInfo = key("allowed"), key("denied"), key("info")
)

func encodeList(ss ...string) string {
	b := wire.AppendArray(nil, len(ss))
	for _, s := range ss {
		b = wire.AppendStr(b, s)
	}
	return string(b)
}

func parseClasses(text string) map[event.Class]*ecsClass {
	m := map[event.Class]*ecsClass{}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		f := strings.Fields(line)
		c := &ecsClass{categories: encodeList(strings.Split(f[1], "+")...)}
		switch f[1] {
		case "network", "intrusion_detection", "api":
			c.control = true
		}
		for _, types := range f[2:] {
			l := strings.Split(types, "+")
			enc := ""
			for _, t := range l {
				enc += key(t)
			}
			c.types, c.counts = append(c.types, enc), append(c.counts, len(l))
		}
		uid := 0
		for _, d := range f[0] {
			uid = uid*10 + int(d-'0')
		}
		c.uid = event.Class(uid)
		m[c.uid] = c
	}
	return m
}

func tableOf(m map[event.Class]*ecsClass) (t [Slots]*ecsClass) {
	for uid, c := range m {
		t[Slot(uid)] = c
	}
	return t
}

// categoryOf gives what ECS calls the event.
func categoryOf(ev *event.Event) *ecsClass {
	if ev.Has(event.KeySrcIP) && ev.Has(event.KeyDstIP) {
		switch ev.Class {
		case event.SecurityFinding, event.DetectionFinding:
			return ecsNetworkFinding
		case event.HTTPActivity:
			return ecsNetworkWeb
		}
	}
	if c := ecsClasses[Slot(ev.Class)]; c != nil && c.uid == ev.Class {
		return c
	}
	return ecsOther
}

// types appends event.type: what the activity is, and whether a control let it pass.
func (p *Plan) types(dst []byte) []byte {
	c := categoryOf(p.ev)
	i := min(int(p.ev.Activity), len(c.types)-1)
	verdict := ""
	if c.control {
		verdict = verdictOf(p.ev.Str(event.KeyDisposition))
	}
	switch {
	case verdict == "" || strings.Contains(c.types[i], verdict):
		return append(wire.AppendArray(dst, c.counts[i]), c.types[i]...)
	case c.types[i] == typeInfo: // which says nothing beside it
		return append(wire.AppendArray(dst, 1), verdict...)
	}
	dst = append(wire.AppendArray(dst, c.counts[i]+1), c.types[i]...)
	return append(dst, verdict...)
}

// verdictOf gives the type for what a control did, "" where it says neither.
func verdictOf(disposition string) string {
	switch lowerWord(disposition) {
	case "allowed", "allow", "accept", "accepted", "pass", "passed", "permit", "permitted":
		return typeAllowed
	case "blocked", "block", "denied", "deny", "drop", "dropped", "reject", "rejected", "refused", "reset":
		return typeDenied
	}
	return ""
}

// lowerWord gives s where it is a short lower-case word but for its first letter, which may be a capital.
func lowerWord(s string) string {
	if len(s) == 0 || len(s) > 16 || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	for _, w := range capitalised {
		if w[1:] == s[1:] && w[0] == s[0]|0x20 {
			return w
		}
	}
	return s
}

var capitalised = []string{"allowed", "blocked", "denied", "dropped", "rejected", "allow", "deny", "drop", "block", "accept", "pass", "permit"}

// ecsKindOf gives event.kind.
func ecsKindOf(ev *event.Event) string {
	switch {
	case ev.Invalid:
		return kindError
	case ev.Class.Category() == 2:
		return kindAlert
	case ev.Class == event.DeviceInventory:
		return kindState
	}
	return kindEvent
}
