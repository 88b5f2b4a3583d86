/* What the C files and the Go files of the object share. */
#ifndef PRESCORE_H
#define PRESCORE_H

#include "host.h"

/* What an instance is opened with: its options as the host read them. Valid during the call. */
struct prescore_options {
    const char *config, *emit, *emit_tag; /* NULL where not given */
    const char **sets;                    /* each value of `set`, in order */
    int nsets;
};

/* Lines for the host's log: a level byte, text, a zero byte, again and again. From malloc; the C side prints and frees it. */
struct prescore_log {
    char *lines;
    size_t size;
};

/* Room for the engine's counters, in its own order, and for their names. filter.go does not compile where it has more. */
enum { PRESCORE_COUNTERS = 96, PRESCORE_NAME = 48 };

/* One crossing: a chunk on its way through the engine. */
struct prescore_call {
    const char *data;
    size_t size;
    const char *tag;
    size_t tag_len;
    char *out; /* from malloc, out_cap bytes; the callee may put a larger one in its place */
    size_t out_cap, out_size;
    struct prescore_log log;
    uint64_t counts[PRESCORE_COUNTERS];
};

/* load.c */
int prescore_forked(void);
int prescore_refused(char *why, size_t size); /* 1, with the reason as a sentence, where Go must not or cannot be entered */
void prescore_signals(void);

/* map.c */
void prescore_make_maps(void);
extern void *prescore_filter_map, *prescore_output_map;

/* metrics.c */
struct prescore_metrics {
    void *counter[PRESCORE_COUNTERS];
    char name[PRESCORE_COUNTERS][PRESCORE_NAME];
    char *instance;
    const char *door; /* "filter" or "output" */
};
void prescore_metrics_open(struct prescore_metrics *, void *cmt, const char *door, const char *instance);
void prescore_metrics_add(struct prescore_metrics *, const uint64_t *counts);
void prescore_metrics_close(struct prescore_metrics *);

#endif
