/* The output door: any other file name than flb-*.so goes to the host's proxy for Go, which looks these functions up by name. They are
 * C and not Go so that the question whether this process forked comes before the runtime is entered. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

/* An opened instance, as the host gives it back. The host's own plugin structure is one for all instances of a configuration, so what
 * belongs to this one is kept here. */
struct opened {
    uint64_t id; /* the Go side's */
    struct host_output host;
    struct prescore_metrics metrics;
};

static void say(struct host_output *o, int level, const char *text) {
    if (flb_log_print == NULL)
        return;
    if (o->api != NULL && o->api->output_log_check != NULL && !o->api->output_log_check(o->instance, level))
        return;
    flb_log_print(level, NULL, 0, "[output:prescore:%s] %s", flb_output_name != NULL ? flb_output_name(o->instance) : "prescore", text);
}

static void drain(struct host_output *o, struct prescore_log *log) {
    for (size_t i = 0; i + 1 < log->size; i += 2 + strlen(log->lines + i + 1))
        say(o, log->lines[i], log->lines + i + 1);
    free(log->lines);
    log->lines = NULL;
    log->size = 0;
}

/* Called when the object is loaded and at each reload. Name and description are freed in FLBPluginUnregister. The map's field lies
 * within what every host allocates for the structure or is left alone. */
int FLBPluginRegister(struct host_output_def *def) {
    def->type = HOST_PROXY_OUTPUT;
    def->proxy = HOST_PROXY_GO;
    def->flags = 0;
    def->name = strdup("prescore");
    def->description = strdup("Scores security events and sends them on");
    if (malloc_usable_size(def) >= sizeof(*def))
        def->config_map = prescore_output_map;
    return 0;
}

void FLBPluginUnregister(struct host_output_def *def) {
    free(def->name);
    free(def->description);
    def->name = def->description = NULL;
}

/* Gives HOST_OUT_OK, or HOST_OUT_ERROR with the reason in the log. */
int FLBPluginInit(struct host_output *o) {
    char why[1400];
    struct prescore_log log = {0};
    if (prescore_refused(why, sizeof(why))) {
        say(o, HOST_LOG_ERROR, why);
        return HOST_OUT_ERROR;
    }
    prescore_signals();
    struct opened *it = calloc(1, sizeof(*it));
    if (it == NULL)
        return HOST_OUT_ERROR;
    it->id = prescoreOutputOpen(o, &log);
    drain(o, &log);
    if (it->id == 0) {
        free(it);
        return HOST_OUT_ERROR;
    }
    it->host = *o;
    if (flb_output_get_cmt_instance != NULL && flb_output_name != NULL)
        prescore_metrics_open(&it->metrics, flb_output_get_cmt_instance(o->instance), "output", flb_output_name(o->instance));
    o->context->remote_context = it;
    return HOST_OUT_OK;
}

/* Runs on a coroutine's stack of 24 KiB: no large frame here. The chunk and the tag are the host's until this returns. */
int FLBPluginFlushCtx(void *context, const void *data, size_t size, const char *tag) {
    struct opened *it = context;
    struct prescore_log log = {0};
    uint64_t counts[PRESCORE_COUNTERS] = {0};
    if (it == NULL || prescore_forked())
        return HOST_OUT_ERROR;
    prescore_signals();
    int result = prescoreOutputFlush(it->id, (char *)data, size, (char *)tag, counts, &log);
    prescore_metrics_add(&it->metrics, counts);
    if (log.lines != NULL)
        drain(&it->host, &log);
    return result;
}

/* Also called for an instance that was never opened: then its context is NULL. */
int FLBPluginExitCtx(void *context) {
    struct opened *it = context;
    struct prescore_log log = {0};
    if (it == NULL)
        return HOST_OUT_OK;
    if (!prescore_forked()) {
        prescore_signals();
        prescoreOutputClose(it->id, &log);
        drain(&it->host, &log);
    }
    prescore_metrics_close(&it->metrics);
    free(it);
    return HOST_OUT_OK;
}
