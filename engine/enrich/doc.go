// Package enrich turns what an event names (hosts, addresses, users, hashes, domains) into what the organisation knows of them:
// the criticality and role of the asset, risk and tier of the identity, hits of threat intelligence.
//
//	r, err := enrich.New(cfg, enrich.In{Names: names, Dir: dir, Read: os.ReadFile})
//	r.Apply(ev)    // sets Criticality, AssetRole, AssetWeight, Identity, Tier, Intel
//	r.Aliases()    // which names are one principal
//
// Tables are CSV (a header line), JSON (an array of objects, or one object of objects by key), TOML ([[assets]], [[identities]],
// [[intel]]) and, for intel, plain lists (.txt, one indicator a line). Columns have the usual names (assets.go, identities.go,
// intel.go); one that is not known is refused, so that a misspelt one is not silently without effect, unless ignore_columns names it.
//
// Assets are found by host name (short or full, any case), by address, and by the longest network that holds the address; of an
// event's several assets (the host it happened on, destination, source) the one of the highest criticality counts. The table wins over the
// criticality that a record brings itself: it is the one somebody keeps; where both speak and differ the event carries the problem
// asset_criticality_differs. Identity works the same way: the actor's row wins over the record's identity_risk; the target's row
// counts only where the actor is in no table.
//
// Intel looks at addresses, domains (an indicator also stands for its subdomains), URLs (without scheme and fragment; with and
// without the query), hashes, mail addresses and names. Each indicator hits once an event, under the first field that held it. An
// indicator expires against the arrival time of the event.
//
// It imports event, option and strict. A Room does not change after New, any number of threads may Apply it, and a changed table is
// a new Room. What it puts on an event lives as long as the Room. Nothing is allocated on the record path; text longer than maxKey
// is not looked up. Bad values of a record are problems on it (identity_risk_out_of_range). A table that cannot be read as it
// stands is refused with file and line. Proofs: enrich_test.go, networks_test.go, bench_test.go.
package enrich
