// Package e2e runs the shared object in real Fluent Bits. It has tests only:
//
//	make e2e [FLUENT_BIT=PATH,PATH,...]
//
// runs them in each agent named, by default the `fluent-bit` on PATH; 2.2 to 5.1 are what prescore supports. Each test gives an agent a
// folder of its own with configuration, input and output, and looks at what came out and what the agent's log says. Without `make e2e`
// they are skipped: they need the built object, and an agent.
package e2e
