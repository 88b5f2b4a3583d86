// Package legal says whether a document is legal in a schema: names, types, allowed values, and for OCSF required attributes,
// constraints, profiles and captions. It is for tests: the encode room's own and conformance.
//
//	ECS(doc) []string, OCSF(doc) []string    the violations of a document as encoding/json decodes it with UseNumber
//
// The facts are lists made from the schemas' own repositories (ecs_9.4.0.txt, ocsf_1.8.0.txt; Apache License 2.0); what they leave
// out is not legal here. It imports the standard library alone.
package legal
