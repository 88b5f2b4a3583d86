// Package score turns what the rooms before it know of an event (baseline, context, findings) into severity, risk, level and route,
// and notes every factor that made them.
//
//	raw      = baseline x asset x attack x identity x confidence
//	severity = min(10, round_half_even(1 + 9 x (1 - 0.5^(raw/5))))
//
// asset is the weight of the asset's criticality, times what its state (sandbox, decommissioned) leaves of it; attack the tactic weight where any ATT&CK tactic is known; identity is
// 1 + risk x weight; confidence is clamped to 0.1..1. Severity is said of every event. Risk, 0 to 100, is said of detections and
// intelligence: the highest risk among the findings plus the score of each intelligence hit, clamped, the unclamped sum kept; the
// source's own risk score stands in where there is no finding.
//
// Its door is New and Apply; it holds no state, imports event and option, and its results are numbers on the event. What is out of
// range is clamped and marked with a problem, never refused. Proofs: score_test.go (worked examples), fuzz_test.go (bounds, monotony).
package score
