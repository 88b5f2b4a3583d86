package project

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// The names that the vocabulary gives are places of the views: in OCSF one of those that the key may have, or what is made of it.
func TestVocabularyNames(t *testing.T) {
	places := map[event.Key][]string{
		event.KeyTime: {"time"}, event.KeyProduct: {"metadata.product.name"}, event.KeyAction: {"activity_name"},
		event.KeyVendorSeverity: {"severity"}, event.KeyConfidence: {"confidence_score"}, event.KeyBaseline: {""},
		event.KeyAssetCriticality: {"unmapped.asset_criticality"},
	}
	for _, c := range ocsfColumns() {
		keys := c.keys
		if c.key != 0 {
			keys = []event.Key{c.key}
		}
		for k := event.Key(1); k < event.NumKeys; k++ {
			if c.any.has(k) {
				keys = append(keys, k)
			}
		}
		for _, k := range keys {
			places[k] = append(places[k], c.path)
		}
	}
	for k := event.Key(1); k < event.NumKeys; k++ {
		got, ok := event.Vocabulary[k].OCSF, false
		for _, p := range places[k] {
			ok = ok || got == p || strings.HasPrefix(got, p+".")
		}
		if !ok {
			t.Errorf("%s: the vocabulary says %q, the OCSF view has it at %q", k, got, places[k])
		}
	}
	ecs := map[string]bool{}
	for _, c := range ecsColumns() {
		ecs[c.path] = true
	}
	for k := event.Key(1); k < event.NumKeys; k++ {
		if s := event.Vocabulary[k]; s.ECS != "" && !ecs[s.ECS] && k != event.KeyDNSAnswer {
			t.Errorf("%s: the vocabulary says %q, which the ECS view does not have", k, s.ECS)
		}
	}
}
