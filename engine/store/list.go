package store

import (
	"fmt"
	"time"

	"prescore/engine/entity"
)

// listTimeout bounds what a person waits for a file.
const listTimeout = 30 * time.Second

// List reads a state file for people, without changing it: each calls for every entity, in order of kind and key, the views in it
// valid during the call. It gives how many values are damaged. A file that an agent has open cannot be read.
func List(path string, each func(entity.Info)) (damaged int, err error) {
	if !ours(path) {
		return 0, fmt.Errorf("%s: not a state file, or it cannot be read", path)
	}
	h := newHandle()
	defer h.end()
	if err := h.do(openTimeout+listTimeout, func(h *handle) error { return h.openForReading(path) }); err != nil {
		if locked(err) {
			return 0, fmt.Errorf("%s: an agent has it open; list a copy of it", path)
		}
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	err = h.do(listTimeout, func(h *handle) error {
		bad, err := h.read(func(k, v []byte) {
			info, err := entity.Describe(k, v)
			if err != nil {
				damaged++
				return
			}
			each(info)
		})
		damaged += bad
		return err
	})
	if e := h.do(failedClose, (*handle).close); err == nil {
		err = e
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return damaged, err
}
