/* Everything that a host may do to the object: the commands check and refuse of the test host. */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static int failures;

static void expect_at(int line, int ok, const char *what) {
    printf("%s %s\n", ok ? "ok  " : "FAIL", what);
    if (!ok) {
        fprintf(stderr, "host.c:%d: not so: %s\n", line, what);
        failures++;
    }
    fflush(stdout);
}
#define expect(ok, what) expect_at(__LINE__, ok, what)

static int holds(const void *data, size_t size, const char *text) { return memmem(data, size, text, strlen(text)) != NULL; }

/* Every legal form of a record, and what is none. */
static void check_forms(struct host_filter *f) {
    static const struct {
        const char *what, *bytes;
        size_t size;
        int record;
    } forms[] = {
#define FORM(what, bytes, record) {what, bytes, sizeof(bytes) - 1, record}
        FORM("[[EventTime, {}], map]", "\x92\x92\xd7\x00\x65\x53\xf1\x00\0\0\0\1\x80\x81\xa3log\xa5hello", 1),
        FORM("array32 and map32, as up to 4.2.8", "\xdd\0\0\0\2\xdd\0\0\0\2\xd7\x00\x65\x53\xf1\x00\0\0\0\1\xdf\0\0\0\0\xdf\0\0\0\1\xa3log\xa5hello", 1),
        FORM("array16 and map16", "\xdc\0\2\xdc\0\2\xd7\x00\x65\x53\xf1\x00\0\0\0\1\xde\0\0\xde\0\1\xa3log\xa5hello", 1),
        FORM("[EventTime, map]", "\x92\xd7\x00\x65\x53\xf1\x00\0\0\0\1\x81\xa3log\xa5hello", 1),
        FORM("[integer, map]", "\x92\xce\x65\x53\xf1\x00\x81\xa3log\xa5hello", 1),
        FORM("[float, map]", "\x92\xcb\x41\xd9\x54\xfc\x40\0\0\0\x81\xa3log\xa5hello", 1),
        FORM("[[float, {}], map]", "\x92\x92\xcb\x41\xd9\x54\xfc\x40\0\0\0\x80\x81\xa3log\xa5hello", 1),
        FORM("metadata", "\x92\x92\xd7\x00\x65\x53\xf1\x00\0\0\0\1\x81\xa1m\xa4meta\x81\xa3log\xa5hello", 1),
        FORM("begin of a group", "\x92\x92\xd7\x00\xff\xff\xff\xff\0\0\0\0\x80\x81\xa3log\xa5hello", 0),
        FORM("end of a group", "\x92\x92\xd7\x00\xff\xff\xff\xfe\0\0\0\0\x80\x80", 0),
        FORM("a number", "\x2a", 0),
        FORM("a text", "\xa5hello", 0),
        FORM("an array of three", "\x93\1\2\3", 0),
        FORM("no map as body", "\x92\x92\xd7\x00\x65\x53\xf1\x00\0\0\0\1\x80\xa5hello", 0),
        FORM("nothing in the record", "\x92\x92\xd7\x00\x65\x53\xf1\x00\0\0\0\1\x80\x80", 1),
    };
    char what[128];
    struct chunk c = {0};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        void *out;
        size_t size;
        c.size = 0;
        put(&c, forms[i].bytes, forms[i].size);
        put_record(&c, 1700000000, 0, "log", "after", 5);
        int result = run_filter(f, "test", &c, &out, &size);
        int ok = result == HOST_MODIFIED && objects(out, size) == 2 && holds(out, size, "after");
        if (forms[i].record)
            ok = ok && memcmp(out, forms[i].bytes, 6) == 0;
        else
            ok = ok && size > forms[i].size && memcmp(out, forms[i].bytes, forms[i].size) == 0;
        snprintf(what, sizeof(what), "%s: %s", forms[i].record ? "scored" : "untouched", forms[i].what);
        expect(ok, what);
        free(out);
    }
    free(c.data);
}

/* Each of these lies within what the contract allows, and beyond what anybody logs; a record beside it must not suffer. */
static void check_huge(struct host_filter *f, struct chunk *c) {
    enum { LONG = 10 << 20, KEYS = 10000, DEEP = 1000 };
    static const char *const names[] = {"a text of 10 MiB", "10,000 keys", "1,000 levels", "keys that are no text", "invalid UTF-8, NaN, a key twice"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *out;
        size_t size, from;
        c->size = 0;
        put(c, "\x92\x92", 2);
        put_time(c, 1700000000, 0);
        put(c, "\x80", 1);
        from = c->size;
        if (i == 0) {
            char *text = malloc(LONG);
            if (text == NULL)
                abort();
            memset(text, 'x', LONG);
            put(c, "\x81\xa3log", 5);
            put_text(c, text, LONG);
            free(text);
        } else if (i == 1) {
            put(c, "\xde\x27\x10", 3);
            for (int k = 0; k < KEYS; k++) {
                char key[16];
                put_text(c, key, (size_t)snprintf(key, sizeof(key), "key%d", k));
                put(c, "\x01", 1);
            }
        } else if (i == 2) {
            for (int k = 0; k < DEEP; k++)
                put(c, "\x81\xa1k", 3);
            put(c, "\x91\xc0", 2);
        } else if (i == 3) {
            put(c, "\x83\x01\xa1x\xc0\xa1y\x92\x01\x02\xa1z", 12);
        } else {
            put(c, "\x84\xa1u\xa2\xff\xfe\xa1n\xcb\x7f\xf8\0\0\0\0\0\0\xa1u\x01\xa3log\xa1x", 25);
        }
        size_t content = c->size - from;
        /* the map's head may change, what is in it may not */
        const size_t head = i == 1 ? 3 : 1;
        struct chunk whole = {0};
        put(&whole, c->data + from + head, content - head);
        put_record(c, 1700000000, 0, "log", "beside", 6);
        int result = run_filter(f, "huge", c, &out, &size);
        int ok = result == HOST_MODIFIED && objects(out, size) >= 2 && holds(out, size, "beside") &&
                 memmem(out, size, whole.data, whole.size) != NULL;
        expect(ok, names[i]);
        free(out);
        free(whole.data);
    }
}

static void check_bad_input(struct host_filter *f) {
    struct chunk c = {0};
    void *out;
    size_t size;
    put(&c, "\xc1\xc1\xc1", 3);
    expect(run_filter(f, "t", &c, &out, &size) == HOST_NOTOUCH && out == NULL, "not touched: not MessagePack");
    c.size = 0;
    expect(run_filter(f, "t", &c, &out, &size) == HOST_NOTOUCH, "not touched: empty chunk");
    put_record(&c, 1700000000, 0, "log", attack, strlen(attack));
    size_t whole = c.size;
    put_record(&c, 1700000000, 0, "log", attack, strlen(attack));
    c.size -= 7;
    int result = run_filter(f, "t", &c, &out, &size);
    expect(result == HOST_MODIFIED && size > c.size && memcmp((char *)out + size - (c.size - whole), c.data + whole, c.size - whole) == 0,
           "a chunk cut short: what was read is scored, the rest passed on");
    free(out);
    check_huge(f, &c);
    srand(1);
    int survived = 1;
    for (int i = 0; i < 2000; i++) {
        c.size = 0;
        for (int j = rand() % 300; j >= 0; j--) {
            uint8_t b = (uint8_t)rand();
            put(&c, &b, 1);
        }
        result = run_filter(f, "t", &c, &out, &size);
        survived = survived && (result == HOST_NOTOUCH || (result == HOST_MODIFIED && size >= c.size));
        free(out);
    }
    expect(survived, "random bytes: never fewer bytes than came");
    free(c.data);
}

struct job {
    struct host_filter *f;
    int chunks, records, lost;
    pthread_t thread;
};

static void *work(void *data) {
    struct job *j = data;
    struct chunk c = {0};
    for (int i = 0; i < j->chunks; i++) {
        void *out;
        size_t size;
        fill(&c, 1 + i % j->records, (uint32_t)i);
        if (run_filter(j->f, "app.thread", &c, &out, &size) != HOST_MODIFIED || objects(out, size) < 1 + i % j->records)
            j->lost++;
        free(out);
    }
    free(c.data);
    return NULL;
}

/* Instances of their own on threads of their own, and one that two threads share. */
static void check_threads(void) {
    enum { THREADS = 6 };
    struct job jobs[THREADS];
    struct host_filter *f[THREADS];
    int lost = 0;
    for (int i = 0; i < THREADS; i++) {
        f[i] = i == THREADS - 1 ? f[i - 1] : new_filter(NULL);
        if (i < THREADS - 1 && start_filter(f[i]) != 0)
            lost++;
        jobs[i] = (struct job){.f = f[i], .chunks = 300, .records = 40};
    }
    for (int i = 0; i < THREADS; i++)
        pthread_create(&jobs[i].thread, NULL, work, &jobs[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
        lost += jobs[i].lost;
    }
    expect(lost == 0, "six threads, five instances: no record lost");
    for (int i = 0; i < THREADS - 1; i++) {
        stop_filter(f[i]);
        free_filter(f[i]);
    }
}

static void check_refusals(void) {
    static const char *const bad[] = {"set", "no_such_table.key=1", NULL}, *const gone[] = {"config", "/nonexistent/prescore.toml", NULL};
    struct host_filter *f = new_filter(bad);
    int before = lines_logged;
    expect(plugin->cb_pre_run(f, NULL, NULL) == -1 && lines_logged > before && strstr(last_line, "no_such_table") != NULL,
           "pre_run refuses an unknown option and names it");
    expect(plugin->cb_init(f, NULL, NULL) == -1 && f->context == NULL, "init refuses it too, and leaves no context");
    free_filter(f);
    f = new_filter(gone);
    expect(plugin->cb_pre_run(f, NULL, NULL) == -1 && strstr(last_line, "/nonexistent/prescore.toml") != NULL,
           "pre_run refuses a missing file and names it");
    f->log_level = 0;
    before = lines_logged;
    expect(plugin->cb_pre_run(f, NULL, NULL) == -1 && lines_logged == before, "an instance whose log is off logs nothing");
    free_filter(f);
}

/* A host built otherwise lays its instances out otherwise; then what cannot be told from outside is left alone. */
static void check_other_layout(void) {
    struct host_filter_plugin other = *plugin;
    struct chunk c = {0};
    void *out;
    size_t size;
    struct host_filter *f = new_filter(NULL);
    other.cb_filter = NULL;
    f->plugin = &other;
    f->cmt = (void *)1;
    fill(&c, 2, 1);
    expect(start_filter(f) == 0 && run_filter(f, "app", &c, &out, &size) == HOST_MODIFIED && objects(out, size) == 2,
           "an instance of unknown layout works without metrics");
    free(out);
    stop_filter(f);
    free_filter(f);
    free(c.data);
}

static void check_reinit(void) {
    struct chunk c = {0};
    int ok = 1;
    for (int i = 0; i < 20; i++) {
        void *out;
        size_t size;
        struct host_filter *f = new_filter(NULL);
        ok = ok && start_filter(f) == 0;
        fill(&c, 3, (uint32_t)i);
        ok = ok && run_filter(f, "app", &c, &out, &size) == HOST_MODIFIED && objects(out, size) >= 3;
        free(out);
        stop_filter(f);
        free_filter(f);
    }
    free(c.data);
    expect(ok, "twenty hot re-inits");
}

/* The host's own handler, as it is put back at SIGHUP and SIGCONT. */
static void host_handler(int signal) { _exit(128 + signal); }

static void check_signals(struct host_filter *f) {
    struct sigaction s;
    struct chunk c = {0};
    void *out;
    size_t size;
    int ok = 1;
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE};
    fill(&c, 1, 0);
    for (int i = 0; i < 3; i++)
        signal(faults[i], host_handler);
    run_filter(f, "app", &c, &out, &size);
    free(out);
    for (int i = 0; i < 3; i++)
        ok = ok && sigaction(faults[i], NULL, &s) == 0 && s.sa_handler != host_handler && (s.sa_flags & SA_ONSTACK) != 0;
    expect(ok, "Go's handlers are back after the host put its own in place");
    signal(SIGBUS, SIG_IGN);
    run_filter(f, "app", &c, &out, &size);
    free(out);
    expect(sigaction(SIGBUS, NULL, &s) == 0 && s.sa_handler == SIG_IGN, "what does not belong to the executable is left");
    expect(sigaction(SIGPIPE, NULL, &s) == 0 && s.sa_handler == SIG_IGN, "SIGPIPE is ignored");
    free(c.data);
}

/* A process that forked after the load, as `-d` does: both doors say so instead of hanging. */
static void check_fork(void) {
    static const char *const options[] = {"emit", "stdout", NULL};
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct host_filter *f = new_filter(NULL);
        struct output o;
        alarm(3);
        int ok = plugin->cb_pre_run(f, NULL, NULL) == -1 && strstr(last_line, "background") != NULL;
        last_line[0] = 0;
        ok = ok && start_output(&o, options) == HOST_OUT_ERROR && strstr(last_line, "background") != NULL;
        ok = ok && stop_output(&o) == HOST_OUT_OK;
        _exit(ok ? 0 : 1);
    }
    expect(child > 0 && waitpid(child, &status, 0) == child && status == 0, "a forked process is refused in words, in both doors");
}

static void check_output(void) {
    char path[] = "/tmp/prescore-host-XXXXXX", emit[64];
    const char *const bad[] = {"emit", "ftp://nowhere", NULL}, *const wrong[] = {"set", "no_such_table.key=1", NULL};
    const char *const file[] = {"emit", emit, NULL}, *const away[] = {"emit", "forward://127.0.0.1:1", "emit_tag", "scored.$TAG", NULL};
    struct output o;
    struct chunk c = {0};
    struct stat st;
    int map, fd = mkstemp(path);
    snprintf(emit, sizeof(emit), "file://%s", path);
    expect(register_output(&map) && map, "the output registers, with its options");
    expect(stop_output(&(struct output){0}) == HOST_OUT_OK, "exit without init");
    expect(flush_output(&(struct output){0}, "t", &c) == HOST_OUT_ERROR, "flush without init");
    expect(start_output(&o, bad) == HOST_OUT_ERROR && strstr(last_line, "ftp://nowhere") != NULL, "a bad address is refused by name");
    expect(start_output(&o, wrong) == HOST_OUT_ERROR && strstr(last_line, "no_such_table") != NULL, "a bad option is refused by name");
    expect(start_output(&o, file) == HOST_OUT_OK, "the output opens");
    int ok = 1;
    const double events = counter_of("prescore_events_total", "");
    (void)events;
    for (int i = 0; i < 50; i++) {
        fill(&c, 100, (uint32_t)i);
        ok = ok && flush_output(&o, "app.out", &c) == HOST_OUT_OK;
    }
    expect(ok, "fifty flushes on a stack of 24 KiB");
#ifndef NO_METRICS
    expect(counter_of("prescore_events_total", "") == events + 5000, "and all of them counted in the host's metrics");
#endif
    expect(stop_output(&o) == HOST_OUT_OK, "the output closes");
    FILE *in = fopen(path, "r");
    int lines = 0, scored = 0;
    char line[16384];
    while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
        lines++;
        scored += strstr(line, "\"tag\":\"app.out\"") != NULL && strstr(line, "\"prescore\":{") != NULL;
    }
    expect(lines == 5000 && scored == 5000, "all 5,000 records are in the file, scored");
    if (in != NULL)
        fclose(in);
    expect(fstat(fd, &st) == 0 && (st.st_mode & 07) == 0, "and the file is not for everybody");
    expect(start_output(&o, away) == HOST_OUT_OK, "a server that is away does not hinder the start");
    expect(flush_output(&o, "app", &c) == HOST_OUT_RETRY && flush_output(&o, "app", &c) == HOST_OUT_RETRY, "but a flush is to be retried");
    stop_output(&o);
    close(fd);
    unlink(path);
    free(c.data);
}

static void check_map(void) {
#ifdef WIDE_MAP
    const size_t stride = 104;
#else
    const size_t stride = 96;
#endif
    char names[64] = "";
    for (const char *row = plugin->config_map; *(char *const *)(row + 8) != NULL; row += stride) {
        strncat(names, *(char *const *)(row + 8), 16);
        strncat(names, " ", 2);
    }
    expect(strcmp(names, "config set ") == 0, "the configuration map has this host's stride");
}

/* How many threads of the process sleep with a wide timer slack; -1 where the kernel does not say. */
static int wide_threads(void) {
    int wide = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return -1;
    for (struct dirent *d; (d = readdir(tasks)) != NULL;) {
        char path[300];
        long slack = 0;
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%s/timerslack_ns", d->d_name);
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%ld", &slack) != 1)
            wide = -1;
        if (f != NULL)
            fclose(f);
        if (wide < 0)
            break;
        wide += slack >= 10000000;
    }
    closedir(tasks);
    return wide;
}

static void check_slack(void) {
    expect(prctl(PR_GET_TIMERSLACK) < 1000000, "the host's thread keeps its timer slack");
    expect(wide_threads() != 0, "Go's monitor has a wide one");
}

int check(const char *copy) {
    struct host_filter *f = new_filter(NULL);
    struct chunk c = {0};
    void *out;
    size_t size;
    expect(strcmp(plugin->name, "prescore") == 0 && plugin->event_type == 1, "a filter of logs named prescore");
    check_map();
    check_slack();
    fill(&c, 1, 0);
    expect(run_filter(f, "early", &c, &out, &size) == HOST_NOTOUCH, "not touched: called before init");
    expect(start_filter(f) == 0 && f->context != NULL, "the filter starts");
    check_forms(f);
    double before = counter_of("prescore_events_total", "");
    fill(&c, 150, 7);
    expect(run_filter(f, "app", &c, &out, &size) == HOST_MODIFIED && objects(out, size) >= 150, "a chunk of 150 records");
    free(out);
#ifdef NO_METRICS
    expect(before == -1, "a host without metrics");
#else
    expect(before >= 0 && counter_of("prescore_events_total", "") == before + 150 && counter_of("prescore_records_total", "pass") > 0,
           "they are in the host's metrics");
#endif
    check_bad_input(f);
    check_signals(f);
    check_refusals();
    check_threads();
    check_reinit();
    check_other_layout();
    check_output();
    check_fork();
    stop_filter(f);
    free_filter(f);
    if (copy != NULL) {
        struct host_filter *g;
        expect(load(copy), "a second copy loads");
        g = new_filter(NULL);
        expect(plugin->cb_pre_run(g, NULL, NULL) == -1 && strstr(last_line, "two copies") != NULL, "and is refused in words");
        free_filter(g);
    }
    free(c.data);
    return failures == 0 ? 0 : 1;
}

int refuse(void) {
    struct host_filter *f = new_filter(NULL);
    /* such a host knows no pre_run: it calls that slot as init */
    expect(plugin->cb_pre_run(f, NULL, NULL) == -1 && strstr(last_line, "older than 2.2.0") != NULL, "an older host is refused in words");
    free_filter(f);
    return failures == 0 ? 0 : 1;
}
