/* A filter that only copies the chunk: the floor of what a filter that changes records costs. For `make bench-host`. */
#include <stdlib.h>
#include <string.h>

#include "../host.h"

static int ready(struct host_filter *f, void *config, void *data) {
    (void)config;
    (void)data;
    flb_filter_set_context(f, f);
    return 0;
}

static int copy(const void *data, size_t size, const char *tag, int tag_len, void **out, size_t *out_size, struct host_filter *f,
                void *input, void *context, void *config) {
    (void)tag, (void)tag_len, (void)f, (void)input, (void)context, (void)config;
    if ((*out = malloc(size)) == NULL)
        return HOST_NOTOUCH;
    memcpy(*out, data, size);
    *out_size = size;
    return HOST_MODIFIED;
}

struct host_filter_plugin filter_copy_plugin = {
    .event_type = 1, .name = "copy", .description = "Copies the chunk", .cb_init = ready, .cb_filter = copy};
