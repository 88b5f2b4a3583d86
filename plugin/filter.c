/* The filter door: Fluent Bit takes a file named flb-filter_prescore.so for a native plugin, copies filter_prescore_plugin and calls
 * its callbacks. [FILTER] sections call on the engine's thread, processors on their input's or an output worker's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "_cgo_export.h"

/* What the host keeps for an instance, and gives back with each chunk. */
struct instance {
    uint64_t engine; /* the Go side's handle */
    size_t ratio;    /* output size over input size, in sixteenths, of late: how large a buffer to begin with */
    struct host_filter *host;
    struct prescore_metrics metrics;
};

/* A buffer starts at this much beyond the ratio: a chunk of one record grows by about as much. Where it is too small the engine goes on
 * in memory of its own and the result is copied, so the ratio follows what grows at once and what shrinks slowly. */
enum { HEADROOM = 4096, FIRST_RATIO = 48, MAX_RATIO = 64 * 16 };

static size_t next_ratio(size_t last, size_t seen) {
    size_t next = seen >= last ? seen + seen / 4 : last - (last - seen) / 16;
    return next < MAX_RATIO ? next : MAX_RATIO;
}

static int filter(const void *, size_t, const char *, int, void **, size_t *, struct host_filter *, void *, void *, void *);

static int known_layout(struct host_filter *f) { return f->plugin != NULL && f->plugin->cb_filter == filter; }

static const char *name_of(struct host_filter *f) { return flb_filter_name != NULL ? flb_filter_name(f) : "prescore"; }

static int may_log(struct host_filter *f, int level) {
    int limit = HOST_LOG_INFO;
    if (known_layout(f) && f->log_level >= 0)
        limit = f->log_level;
    return level <= limit;
}

static void say(struct host_filter *f, int level, const char *text) {
    if (flb_log_print != NULL && may_log(f, level))
        flb_log_print(level, NULL, 0, "[filter:prescore:%s] %s", name_of(f), text);
}

/* Prints what the Go side has to say, on this thread: from a goroutine's own thread the line would go to stderr. */
static void drain(struct host_filter *f, struct prescore_log *log) {
    for (size_t i = 0; i + 1 < log->size; i += 2 + strlen(log->lines + i + 1))
        say(f, log->lines[i], log->lines + i + 1);
    free(log->lines);
    log->lines = NULL;
    log->size = 0;
}

/* More values of one key than this are not looked at: somebody's generated file has gone wrong. */
enum { MAX_SETS = 256 };

/* Reads the instance's options. Where its layout is not the known one, only the first `set` can be read. */
static void read_options(struct host_filter *f, struct prescore_options *o, const char **sets) {
    memset(o, 0, sizeof(*o));
    o->sets = sets;
    if (flb_filter_get_property == NULL)
        return;
    o->config = flb_filter_get_property("config", f);
    if (!known_layout(f)) {
        if ((sets[0] = flb_filter_get_property("set", f)) != NULL)
            o->nsets = 1;
        return;
    }
    for (struct host_list *n = f->properties.next; n != &f->properties && n != NULL && o->nsets < MAX_SETS; n = n->next) {
        struct host_property *p = (struct host_property *)((char *)n - offsetof(struct host_property, node));
        if (p->key != NULL && p->value != NULL && strcasecmp(p->key, "set") == 0)
            sets[o->nsets++] = p->value;
    }
}

/* Whether this process and host can run prescore at all; says why not. */
static int refused(struct host_filter *f) {
    char why[1400];
    if (!prescore_refused(why, sizeof(why)))
        return 0;
    say(f, HOST_LOG_ERROR, why);
    return 1;
}

/* Validates everything and keeps nothing: on a reload it runs beside the engine that is still filtering, and refusing here leaves that
 * one in place. A host older than 2.2.0 calls it as cb_init. */
static int pre_run(struct host_filter *f, void *config, void *data) {
    const char *sets[MAX_SETS];
    struct prescore_options options;
    struct prescore_log log = {0};
    (void)config;
    (void)data;
    if (refused(f))
        return -1;
    prescore_signals();
    read_options(f, &options, sets);
    int ok = prescoreValidate(&options, &log);
    drain(f, &log);
    return ok ? 0 : -1;
}

static int init(struct host_filter *f, void *config, void *data) {
    const char *sets[MAX_SETS];
    struct prescore_options options;
    struct prescore_log log = {0};
    (void)config;
    (void)data;
    if (refused(f))
        return -1;
    if (flb_filter_set_context == NULL)
        return -1;
    prescore_signals();
    struct instance *it = calloc(1, sizeof(*it));
    if (it == NULL)
        return -1;
    read_options(f, &options, sets);
    it->engine = prescoreOpen(&options, &log);
    drain(f, &log);
    if (it->engine == 0) {
        free(it);
        return -1;
    }
    it->ratio = FIRST_RATIO;
    it->host = f;
    if (known_layout(f))
        prescore_metrics_open(&it->metrics, f->cmt, "filter", name_of(f));
    flb_filter_set_context(f, it); /* last: with a context the host calls cb_exit */
    return 0;
}

/* Turns one chunk into another. The buffer comes from the host's malloc and the host frees it; nothing is kept of the input. */
static int filter(const void *data, size_t size, const char *tag, int tag_len, void **out, size_t *out_size, struct host_filter *f,
                  void *input, void *context, void *config) {
    struct instance *it = context;
    struct prescore_call call;
    (void)input;
    (void)config;
    if (it == NULL || size == 0 || prescore_forked())
        return HOST_NOTOUCH;
    prescore_signals();
    memset(&call, 0, sizeof(call));
    call.data = data;
    call.size = size;
    call.tag = tag;
    call.tag_len = tag_len > 0 ? (size_t)tag_len : 0;
    call.out_cap = size + size / 16 * __atomic_load_n(&it->ratio, __ATOMIC_RELAXED) + HEADROOM;
    if ((call.out = malloc(call.out_cap)) == NULL)
        return HOST_NOTOUCH;
    int modified = prescoreFilter(it->engine, &call);
    if (call.log.lines != NULL)
        drain(f, &call.log);
    prescore_metrics_add(&it->metrics, call.counts);
    if (!modified) {
        free(call.out);
        return HOST_NOTOUCH;
    }
    if (call.out_size == 0) { /* the host drops the chunk; a buffer would leak in a processor */
        free(call.out);
        *out = NULL;
        *out_size = 0;
        return HOST_MODIFIED;
    }
    if (call.out_size > HEADROOM)
        __atomic_store_n(&it->ratio, next_ratio(__atomic_load_n(&it->ratio, __ATOMIC_RELAXED), call.out_size / (size / 16 + 1) + 1),
                         __ATOMIC_RELAXED);
    *out = call.out;
    *out_size = call.out_size;
    return HOST_MODIFIED;
}

static int leave(void *context, void *config) {
    struct instance *it = context;
    struct prescore_log log = {0};
    (void)config;
    if (it == NULL)
        return 0;
    if (!prescore_forked()) {
        prescore_signals();
        prescoreClose(it->engine, &log);
        drain(it->host, &log);
    }
    prescore_metrics_close(&it->metrics);
    free(it);
    return 0;
}

static int notify(struct host_filter *f, void *config, void *data) {
    (void)f;
    (void)config;
    (void)data;
    return 0;
}

/* Read and copied by the host when it loads the object. */
struct host_filter_plugin filter_prescore_plugin = {
    .event_type = 1,
    .name = "prescore",
    .description = "Scores security events: severity, risk and the reasons for them",
    .cb_pre_run = pre_run,
    .cb_init = init,
    .cb_filter = filter,
    .cb_exit = leave,
    .cb_notification = notify,
};

__attribute__((constructor)) static void prescore_name_map(void) { filter_prescore_plugin.config_map = prescore_filter_map; }
