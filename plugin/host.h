/* What prescore uses of Fluent Bit: structures as they lie in memory in versions 2.2 to 5.1 on 64-bit machines, and functions the
 * executable exports. Measured in 2.2.3, 3.2.10, 4.2.8 and 5.1.1; the host's headers are not needed to build. The functions are weak,
 * so that the object also loads where they are missing: each use asks first. */
#ifndef PRESCORE_HOST_H
#define PRESCORE_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct host_list {
    struct host_list *prev, *next;
};

/* One property of an instance, as configured. */
struct host_property {
    char *key;
    char *value;
    struct host_list node;
};

struct host_filter;

/* The structure that the host copies out of the object. cb_pre_run is there from 2.2.0 on, cb_notification from 3.2.0 on; node lies
 * where an older host ends, and is the host's. */
struct host_filter_plugin {
    int event_type; /* mask; logs are 1. With more bits a processor would hand over metrics as if they were records */
    int flags;
    char *name;
    char *description;
    void *config_map;
    int (*cb_pre_run)(struct host_filter *, void *config, void *data);
    int (*cb_init)(struct host_filter *, void *config, void *data);
    int (*cb_filter)(const void *data, size_t size, const char *tag, int tag_len, void **out, size_t *out_size,
                     struct host_filter *, void *input, void *context, void *config);
    int (*cb_exit)(void *context, void *config);
    int (*cb_notification)(struct host_filter *, void *config, void *data);
    struct host_list node;
};

/* An instance of a filter, as far as it is read. */
struct host_filter {
    int event_type;
    int id;
    int log_level; /* -1 until the host has filled it in */
    int log_suppress_interval;
    char name[32];
    char *alias;
    char *match;
    void *match_regex;
    void *parent_processor;
    void *context;
    void *data;
    struct host_filter_plugin *plugin;
    struct host_list properties;
    struct host_list *config_map;
    struct host_list node;
    void *cmt;
};

_Static_assert(offsetof(struct host_filter, log_level) == 8, "log_level");
_Static_assert(offsetof(struct host_filter, context) == 80, "context");
_Static_assert(offsetof(struct host_filter, properties) == 104, "properties");
_Static_assert(offsetof(struct host_filter, cmt) == 144, "cmt");
_Static_assert(offsetof(struct host_filter_plugin, cb_pre_run) == 32, "cb_pre_run");

/* What an output in Go is given: by FLBPluginRegister to fill in, and by FLBPluginInit. */
struct host_output_def {
    int type;
    int proxy;
    int flags;
    char *name;
    char *description;
    int event_type;   /* from 4.2.3 on */
    void *config_map; /* from 5.1.1 on */
};

struct host_api {
    const char *(*output_get_property)(const char *, void *output);
    const char *(*input_get_property)(const char *, void *input);
    void *(*output_get_cmt)(void *output);
    void *(*input_get_cmt)(void *input);
    void (*log_print)(int level, const char *file, int line, const char *format, ...);
    int (*input_log_check)(void *input, int level);
    int (*output_log_check)(void *output, int level);
};

struct host_output {
    char *name;
    struct host_api *api;
    void *instance;
    struct {
        void *remote_context;
    } *context;
};

enum { HOST_MODIFIED = 1, HOST_NOTOUCH = 2 };                  /* of a filter */
enum { HOST_OUT_ERROR = 0, HOST_OUT_OK = 1, HOST_OUT_RETRY = 2 }; /* of an output in Go */
enum { HOST_LOG_ERROR = 1, HOST_LOG_WARN, HOST_LOG_INFO, HOST_LOG_DEBUG };
enum { HOST_PROXY_OUTPUT = 2, HOST_PROXY_GO = 11 };
enum { HOST_MAP_STRING = 0, HOST_MAP_MULTIPLE = 1 };

#define HOST_WEAK __attribute__((weak))
HOST_WEAK const char *flb_filter_get_property(const char *key, struct host_filter *);
HOST_WEAK const char *flb_filter_name(struct host_filter *);
HOST_WEAK const char *flb_output_name(void *output);
HOST_WEAK void *flb_output_get_cmt_instance(void *output); /* only where the host was built with metrics */
HOST_WEAK void flb_filter_set_context(struct host_filter *, void *context);
HOST_WEAK void flb_log_print(int level, const char *file, int line, const char *format, ...);
HOST_WEAK int flb_proxy_output_cb_init(void *output, void *config, void *data);
HOST_WEAK void *cmt_counter_create(void *cmt, const char *space, const char *subsystem, const char *name, const char *help, int labels,
                                   char **keys);
HOST_WEAK int cmt_counter_set(void *counter, uint64_t timestamp, double value, int labels, char **values);
HOST_WEAK int cmt_counter_add(void *counter, uint64_t timestamp, double value, int labels, char **values);

#endif
