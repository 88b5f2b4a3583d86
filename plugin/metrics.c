/* prescore's counters in the host's own metrics, so that nothing of ours need listen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "_cgo_export.h"

/* The engine's counters that are the routes of a record become one metric with a label; every other is a metric of its own. */
static const char route[] = "route_";

static int is_route(const char *name) { return strncmp(name, route, sizeof(route) - 1) == 0; }

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A filter and an output may have one name; the host would make one of their counters. */
enum { MAX_LABELS = 3 };

static int labels_of(struct prescore_metrics *m, int i, char **values) {
    values[0] = m->instance;
    values[1] = (char *)m->door;
    values[2] = m->name[i] + sizeof(route) - 1;
    return is_route(m->name[i]) ? MAX_LABELS : MAX_LABELS - 1;
}

/* All label sets are made here: the host's scrape may walk the map on another thread, so it must not grow later. */
void prescore_metrics_open(struct prescore_metrics *m, void *cmt, const char *door, const char *instance) {
    void *routes = NULL;
    char *keys[MAX_LABELS] = {"name", "door", "route"}, *values[MAX_LABELS], full[PRESCORE_NAME + 8];
    memset(m, 0, sizeof(*m));
    if (cmt == NULL || cmt_counter_create == NULL || cmt_counter_set == NULL || cmt_counter_add == NULL)
        return;
    if ((m->instance = strdup(instance)) == NULL)
        return;
    m->door = door;
    uint64_t now = now_ns();
    for (int i = 0; i < PRESCORE_COUNTERS && prescoreCounterName(i, m->name[i], PRESCORE_NAME); i++) {
        if (is_route(m->name[i])) {
            if (routes == NULL)
                routes = cmt_counter_create(cmt, "prescore", "", "records_total", "Records scored, by route.", MAX_LABELS, keys);
            m->counter[i] = routes;
        } else {
            snprintf(full, sizeof(full), "%s_total", m->name[i]);
            m->counter[i] = cmt_counter_create(cmt, "prescore", "", full, "Counted by prescore's engine; see its README.",
                                               MAX_LABELS - 1, keys);
        }
        if (m->counter[i] != NULL)
            cmt_counter_set(m->counter[i], now, 0, labels_of(m, i, values), values);
    }
}

void prescore_metrics_add(struct prescore_metrics *m, const uint64_t *counts) {
    uint64_t now = 0;
    char *values[MAX_LABELS];
    for (int i = 0; i < PRESCORE_COUNTERS; i++) {
        if (counts[i] == 0 || m->counter[i] == NULL)
            continue;
        if (now == 0)
            now = now_ns();
        cmt_counter_add(m->counter[i], now, (double)counts[i], labels_of(m, i, values), values);
    }
}

/* The counters belong to the host's context and go with it. */
void prescore_metrics_close(struct prescore_metrics *m) {
    free(m->instance);
    memset(m, 0, sizeof(*m));
}
