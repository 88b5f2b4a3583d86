package main

import (
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"prescore/engine"
)

// options are the flags that say which configuration.
type options struct{ config, set string }

func (o *options) flags(c *cobra.Command) {
	c.Flags().StringVarP(&o.config, "config", "c", "", "the TOML file; without it the built-in defaults")
	_ = c.MarkFlagFilename("config", "toml")
	o.setFlag(c)
}

func (o *options) setFlag(c *cobra.Command) {
	c.Flags().StringVarP(&o.set, "set", "s", "", "overrides, \"key=value; key=value\"")
	_ = c.RegisterFlagCompletionFunc("set", completeSet)
}

func (o *options) engine() engine.Options {
	return engine.Options{Config: o.config, Set: o.set, Version: engine.Version}
}

// offline is engine for a command that scores: the agent's state file stays the agent's, unless --set names one for the command itself.
func (o *options) offline() engine.Options {
	e := o.engine()
	if !strings.Contains(strings.ReplaceAll(o.set, " ", ""), "store.path=") {
		e.Set = strings.TrimPrefix(o.set+`; store.path=""`, "; ")
	}
	return e
}

// completeSet completes the name of the last option of a list of overrides.
func completeSet(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	done, name := "", typed
	if i := strings.LastIndex(typed, ";"); i >= 0 {
		done, name = typed[:i+1]+" ", strings.TrimLeft(typed[i+1:], " ")
	}
	var out []string
	for _, k := range optionNames(reflect.TypeFor[engine.Config](), "") {
		if strings.HasPrefix(k, name) {
			out = append(out, done+k+"=")
		}
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// optionNames gives the dotted names of all options below t, in the order of the configuration.
func optionNames(t reflect.Type, table string) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == "" || name == "-" {
			continue
		}
		if f.Type.Kind() == reflect.Struct {
			out = append(out, optionNames(f.Type, table+name+".")...)
			continue
		}
		out = append(out, table+name)
	}
	return out
}
