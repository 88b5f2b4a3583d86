/* prescore's counters in the host's own metrics, so that nothing of ours need listen. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prescore.h"

struct row {
    const char *name, *help;
    const char *key, *value; /* a second label beside the instance's name; NULL: none */
};

/* In the order of filter.go's countsOf. Rows of one metric stand together. */
static const struct row table[] = {
    {"records_total", "Records scored, by route; `seen`: scored before and passed on as they were.", "route", "pass"},
    {"records_total", NULL, "route", "alert"},
    {"records_total", NULL, "route", "suppressed"},
    {"records_total", NULL, "route", "quarantine"},
    {"records_total", NULL, "route", "seen"},
    {"bytes_total", "Bytes of the chunks that came.", NULL, NULL},
    {"untouched_total", "Group markers and values that are no record, passed on.", NULL, NULL},
    {"damaged_chunks_total", "Chunks cut short or not MessagePack; what was left of them was passed on.", NULL, NULL},
    {"problems_total", "Problems written on records.", NULL, NULL},
    {"findings_total", "Rules that matched.", NULL, NULL},
    {"panics_total", "Records passed on unscored because of a defect in prescore.", NULL, NULL},
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };
_Static_assert(ROWS <= PRESCORE_COUNTERS, "a crossing has no room for the table");

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* All label sets are made here: the host's scrape may walk the map on another thread, so it must not grow later. */
void prescore_metrics_open(struct prescore_metrics *m, void *cmt, const char *name) {
    memset(m, 0, sizeof(*m));
    if (cmt == NULL || cmt_counter_create == NULL || cmt_counter_set == NULL || cmt_counter_add == NULL)
        return;
    if ((m->name = strdup(name)) == NULL)
        return;
    uint64_t now = now_ns();
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &table[i];
        char *keys[] = {"name", (char *)r->key}, *values[] = {m->name, (char *)r->value};
        int labels = r->key != NULL ? 2 : 1;
        if (i > 0 && strcmp(r->name, table[i - 1].name) == 0)
            m->counter[i] = m->counter[i - 1];
        else
            m->counter[i] = cmt_counter_create(cmt, "prescore", "", r->name, r->help, labels, keys);
        if (m->counter[i] != NULL)
            cmt_counter_set(m->counter[i], now, 0, labels, values);
    }
}

void prescore_metrics_add(struct prescore_metrics *m, const uint64_t *counts) {
    uint64_t now = 0;
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &table[i];
        char *values[] = {m->name, (char *)r->value};
        if (counts[i] == 0 || m->counter[i] == NULL)
            continue;
        if (now == 0)
            now = now_ns();
        cmt_counter_add(m->counter[i], now, (double)counts[i], r->key != NULL ? 2 : 1, values);
    }
}

/* The counters belong to the host's context and go with it. */
void prescore_metrics_close(struct prescore_metrics *m) {
    free(m->name);
    memset(m, 0, sizeof(*m));
}
