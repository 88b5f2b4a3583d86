package project

import (
	"slices"

	"prescore/engine/event"
)

// repeats are the columns of a schema that say what another column says, or the key prescore beside the view: names for ids, lists of
// what stands in several places, so that it can be searched for in one.
var repeats = map[string][]string{
	ECS: {"event.risk_score", "host.hostname", "source.address", "destination.address",
		"related.ip", "related.user", "related.hosts", "related.hash"},
	OCSF: {"category_name", "class_name", "type_name"},
}

// lean gives columns without those that repeat. event.start stays where the record tells a start of its own.
func lean(schema string, cols []column) []column {
	cols = slices.DeleteFunc(cols, func(c column) bool { return slices.Contains(repeats[schema], c.path) })
	for i := range cols {
		if cols[i].op == ecsStart && schema == ECS {
			cols[i].any = keysOf(event.KeyStartTime)
		}
	}
	return cols
}
