/* The agent that the object sees: the functions it looks for, instances laid out as Fluent Bit's, and the order of the host's calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "host.h"

struct host_filter_plugin *plugin;
int lines_logged;
char last_line[8192];

static int (*go_register)(struct host_output_def *);
static void (*go_unregister)(struct host_output_def *);
static int (*go_init)(struct output *);
static int (*go_flush)(void *, const void *, size_t, const char *);
static int (*go_exit)(void *);

/* What the host exports. */

void flb_log_print(int level, const char *file, int line, const char *format, ...) {
    static const char *const names[] = {"off", "error", " warn", " info", "debug", "trace"};
    char text[8192];
    va_list args;
    (void)file;
    (void)line;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "[%s] %s\n", names[level > 5 ? 5 : level], text);
    __atomic_add_fetch(&lines_logged, 1, __ATOMIC_RELAXED);
    memcpy(last_line, text, sizeof(text));
}

const char *flb_filter_get_property(const char *key, struct host_filter *f) {
    for (struct host_list *n = f->properties.next; n != &f->properties; n = n->next) {
        struct host_property *p = (struct host_property *)((char *)n - offsetof(struct host_property, node));
        if (strcasecmp(p->key, key) == 0)
            return p->value;
    }
    return NULL;
}

const char *flb_filter_name(struct host_filter *f) { return f->alias != NULL ? f->alias : f->name; }
const char *flb_output_name(void *output) { return output != NULL ? "prescore.0" : "?"; }
void flb_filter_set_context(struct host_filter *f, void *context) { f->context = context; }

#ifndef OLD_HOST /* first in 2.2.0 */
int flb_proxy_output_cb_init(void *output, void *config, void *data) { return output == config && data == NULL ? 0 : -1; }
#endif
#ifdef WIDE_MAP /* first in 5.0.3 */
const char *flb_config_map_get_raw(void *map) { return map; }
#endif

#ifndef NO_METRICS
void *flb_output_get_cmt_instance(void *output) { return output; }

/* A cmetrics of a few lines: a counter is a name, and its values stand in one table. */
enum { MAX_COUNTERS = 128 };
static struct counter {
    char name[128], label[64];
    double value;
} counters[MAX_COUNTERS];
static int ncounters;

void *cmt_counter_create(void *cmt, const char *space, const char *subsystem, const char *name, const char *help, int labels,
                         char **keys) {
    static char names[MAX_COUNTERS][128];
    char full[128];
    if (cmt == NULL || help == NULL || labels < 2 || strcmp(keys[0], "name") != 0 || strcmp(keys[1], "door") != 0)
        abort();
    snprintf(full, sizeof(full), "%s_%s%s", space, subsystem, name);
    for (int i = 0; i < MAX_COUNTERS; i++) {
        if (names[i][0] == 0)
            memcpy(names[i], full, sizeof(full));
        if (strcmp(names[i], full) == 0)
            return names[i];
    }
    abort();
}

static struct counter *find(const char *name, const char *label) {
    for (int i = 0; i < ncounters; i++)
        if (strcmp(counters[i].name, name) == 0 && strcmp(counters[i].label, label) == 0)
            return &counters[i];
    return NULL;
}

int cmt_counter_set(void *counter, uint64_t timestamp, double value, int labels, char **values) {
    const char *label = labels > 2 ? values[2] : "";
    struct counter *c = find(counter, label);
    (void)timestamp;
    if (c == NULL) {
        if (ncounters == MAX_COUNTERS)
            abort();
        c = &counters[ncounters++];
        snprintf(c->name, sizeof(c->name), "%s", (char *)counter);
        snprintf(c->label, sizeof(c->label), "%s", label);
    }
    c->value = value;
    return 0;
}

/* Adding to a label set that was not there at the start is what races with the host's scrape. */
int cmt_counter_add(void *counter, uint64_t timestamp, double value, int labels, char **values) {
    struct counter *c = find(counter, labels > 2 ? values[2] : "");
    (void)timestamp;
    if (c == NULL)
        abort();
    c->value += value;
    return 0;
}

double counter_of(const char *name, const char *label) {
    struct counter *c = find(name, label);
    return c != NULL ? c->value : -1;
}

#else
double counter_of(const char *name, const char *label) { return name != NULL && label != NULL ? -1 : 0; }
#endif

/* Loading. */

int load(const char *path) {
    void *object = dlopen(path, RTLD_LAZY);
    if (object == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    const struct host_filter_plugin *theirs = dlsym(object, "filter_prescore_plugin");
    *(void **)&go_register = dlsym(object, "FLBPluginRegister");
    *(void **)&go_unregister = dlsym(object, "FLBPluginUnregister");
    *(void **)&go_init = dlsym(object, "FLBPluginInit");
    *(void **)&go_flush = dlsym(object, "FLBPluginFlushCtx");
    *(void **)&go_exit = dlsym(object, "FLBPluginExitCtx");
    if (theirs == NULL || go_register == NULL || go_unregister == NULL || go_init == NULL || go_flush == NULL || go_exit == NULL) {
        fprintf(stderr, "%s lacks a door\n", path);
        return 0;
    }
    plugin = malloc(sizeof(*plugin)); /* the host keeps a copy */
    if (plugin == NULL)
        return 0;
    *plugin = *theirs;
    return 1;
}

/* The filter door. */

struct host_filter *new_filter(const char *const *options) {
    static int id;
    struct host_filter *f = calloc(1, sizeof(*f) + 256); /* the real structure goes on */
    if (f == NULL)
        abort();
    f->id = __atomic_fetch_add(&id, 1, __ATOMIC_RELAXED);
    f->event_type = plugin->event_type;
    f->log_level = HOST_LOG_INFO;
    snprintf(f->name, sizeof(f->name), "prescore.%d", f->id);
    f->match = "*";
    f->plugin = plugin;
    f->cmt = f;
    f->properties.prev = f->properties.next = &f->properties;
    for (; options != NULL && options[0] != NULL; options += 2) {
        struct host_property *p = malloc(sizeof(*p));
        if (p == NULL)
            abort();
        p->key = strdup(options[0]);
        p->value = strdup(options[1]);
        p->node.next = &f->properties;
        p->node.prev = f->properties.prev;
        f->properties.prev->next = &p->node;
        f->properties.prev = &p->node;
    }
    return f;
}

void free_filter(struct host_filter *f) {
    for (struct host_list *n = f->properties.next; n != &f->properties;) {
        struct host_property *p = (struct host_property *)((char *)n - offsetof(struct host_property, node));
        n = n->next;
        free(p->key);
        free(p->value);
        free(p);
    }
    free(f);
}

int start_filter(struct host_filter *f) {
    if (plugin->cb_pre_run(f, NULL, NULL) != 0)
        return -1;
    return plugin->cb_init(f, NULL, NULL);
}

void stop_filter(struct host_filter *f) {
    if (f->context != NULL) /* else the host does not call */
        plugin->cb_exit(f->context, NULL);
    f->context = NULL;
}

int run_filter(struct host_filter *f, const char *tag, const struct chunk *in, void **out, size_t *out_size) {
    *out = NULL;
    *out_size = 0;
    return plugin->cb_filter(in->data, in->size, tag, (int)strlen(tag), out, out_size, f, NULL, f->context, NULL);
}

/* The output door, as the proxy for Go goes through it. */

static const char *output_property(const char *key, void *output) {
    const char *const *o = ((struct output *)output)->options;
    for (; o != NULL && o[0] != NULL; o += 2)
        if (strcasecmp(o[0], key) == 0)
            return o[1];
    return NULL;
}

static int output_log_check(void *output, int level) { return output != NULL && level <= HOST_LOG_INFO; }

static struct host_api api = {.output_get_property = output_property, .log_print = flb_log_print, .output_log_check = output_log_check};

int register_output(int *map_rows) {
    struct host_output_def *def = calloc(1, sizeof(*def));
    if (def == NULL)
        abort();
    int ok = go_register(def) == 0 && def->type == HOST_PROXY_OUTPUT && def->proxy == HOST_PROXY_GO && strcmp(def->name, "prescore") == 0;
    *map_rows = def->config_map != NULL;
    go_unregister(def);
    free(def);
    return ok;
}

int start_output(struct output *o, const char *const *options) {
    memset(o, 0, sizeof(*o));
    o->options = options;
    o->go.name = "prescore";
    o->go.api = &api;
    o->go.instance = o;
    o->go.context = (void *)&o->context;
    return go_init(o);
}

struct flush {
    struct output *o;
    const char *tag;
    const struct chunk *in;
    int result;
};

static void flush_now(struct flush *f) { f->result = go_flush(f->o->context.remote_context, f->in->data, f->in->size, f->tag); }

#ifdef __SANITIZE_ADDRESS__
static void on_coroutine(struct flush *f) { flush_now(f); } /* the sanitizer does not know foreign stacks */
#else
enum { STACK = 24 * 1024, GUARD = 4096 };
static __thread struct flush *current;
static __thread ucontext_t caller, coroutine;

static void enter(void) { flush_now(current); }

static void on_coroutine(struct flush *f) {
    char *stack = mmap(NULL, GUARD + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || mprotect(stack, GUARD, PROT_NONE) != 0)
        abort();
    current = f;
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack + GUARD;
    coroutine.uc_stack.ss_size = STACK;
    coroutine.uc_link = &caller;
    makecontext(&coroutine, enter, 0);
    swapcontext(&caller, &coroutine);
    munmap(stack, GUARD + STACK);
}
#endif

int flush_output(struct output *o, const char *tag, const struct chunk *in) {
    struct flush f = {.o = o, .tag = tag, .in = in, .result = -1};
    on_coroutine(&f);
    return f.result;
}

int stop_output(struct output *o) {
    int result = go_exit(o->context.remote_context);
    o->context.remote_context = NULL;
    return result;
}

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void);
size_t in_use(void) { return __sanitizer_get_current_allocated_bytes(); }
#else
size_t in_use(void) {
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}
#endif
