package project

import "prescore/engine/event"

// flatColumns is prescore's own vocabulary: every key under its name, as it is.
func flatColumns() []column {
	cols := make([]column, 0, event.NumKeys)
	for k := event.Key(1); k < event.NumKeys; k++ {
		cols = append(cols, column{path: event.Vocabulary[k].Name, key: k})
	}
	return cols
}
