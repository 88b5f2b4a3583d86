package encode

import (
	"prescore/engine/encode/fixed"
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// classPairs are the members class, class_uid and activity of one class, encoded, by activity_id.
type classPairs struct {
	uid        event.Class
	activities []somePairs
	other      somePairs // of event.ActivityOther
}

// somePairs are n members, encoded.
type somePairs struct {
	text fixed.Long
	n    int
}

// classPairsAt has those of the vocabulary's classes, by slot: for most records three members are one move.
var classPairsAt = func() (t [project.Slots]classPairs) {
	for _, category := range []event.Class{1000, 2000, 3000, 4000, 5000, 6000, 201000} {
		for uid := category; uid < category+project.ClassesEach; uid++ {
			if uid.Name() == "" {
				continue
			}
			p := classPairs{uid: uid, other: pairsOf(uid, event.ActivityOther)}
			for id, last := uint8(0), lastActivity(uid); id <= last; id++ {
				p.activities = append(p.activities, pairsOf(uid, id))
			}
			t[project.Slot(uid)] = p
		}
	}
	return t
}()

// lastActivity gives the highest activity_id that the class has a name for, Other apart.
func lastActivity(uid event.Class) (last uint8) {
	for id := range uint8(event.ActivityOther) {
		if uid.Activity(id) != "" {
			last = id
		}
	}
	return last
}

func pairsOf(uid event.Class, activity uint8) somePairs {
	var dst []byte
	dst, o := class(nil, object{}, uid, activity)
	return somePairs{long(string(dst)), o.n}
}

// class appends class, class_uid and activity, those of them that say something.
func class(dst []byte, o object, uid event.Class, activity uint8) ([]byte, object) {
	if uid == event.BaseEvent {
		return dst, o
	}
	dst = o.str(dst, &keyClass, uid.Name())
	o.n++
	dst = wire.AppendInt(keyClassUID.Append(dst), int64(uid))
	return o.str(dst, &keyActivity, uid.Activity(activity)), o
}

// classOf is class by way of the table.
func (o *object) class(dst []byte, uid event.Class, activity uint8) []byte {
	p := &classPairsAt[project.Slot(uid)]
	pairs := &p.other
	switch {
	case p.uid != uid || uid == event.BaseEvent:
		dst, *o = class(dst, *o, uid, activity)
		return dst
	case int(activity) < len(p.activities):
		pairs = &p.activities[activity]
	case activity != event.ActivityOther: // no name
		pairs = &p.activities[0]
	}
	o.n += pairs.n
	dst, _ = pairs.text.Append(dst)
	return dst
}
