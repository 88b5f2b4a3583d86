package encode

// Unplanned gives how many events had a view that no program was kept for, and which was written the plain way: a counter for metrics.
func (r *Room) Unplanned() uint64 {
	if r.view == nil {
		return 0
	}
	misses, _, _ := r.view.Programs()
	return misses
}
