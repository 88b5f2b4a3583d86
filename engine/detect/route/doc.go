// Package route tells which Sigma log sources an event stands for.
//
// It compiles the table of conf/logsources.toml (and the rows that a user adds) and gives, for an event whose Source, Class and
// fields are set, the rows whose conditions hold. A rule runs on an event when one of those rows covers the rule's logsource; an
// event that no row fits runs no rule at all: a Windows rule never sees a firewall's line.
//
// It imports engine/event and sigma for LogSource. Results are indexes into the table and live as long as it. Nothing is
// allocated once it is compiled. Proofs: route_test.go, and the routing cases in engine/conformance/sigma_test.go.
package route
