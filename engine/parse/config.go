package parse

// Config is the table [parse].
type Config struct {
	// MessageFields are the keys of a record that may hold a line; the first that is text is parsed. Fluent Bit's inputs use these
	// three: tail writes log, most parsers message, systemd MESSAGE.
	MessageFields []string `toml:"message_fields"`

	// NestedFields are the names of parsed fields whose text may be a format of its own: what shippers and clouds wrap lines in.
	NestedFields []string `toml:"nested_fields"`
}

// Defaults gives the options that hold where the configuration is silent.
func Defaults() Config {
	return Config{
		MessageFields: []string{"log", "message", "MESSAGE"},
		NestedFields:  []string{"log", "message", "MESSAGE", "msg", "Message", "SyslogMessage", "RawData", "raw", "rawEvent", "event.original"},
	}
}
