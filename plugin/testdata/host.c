/* The commands of the test host; see host.h.
 *
 *   host check OBJECT [COPY]          everything that a host may do to the object; COPY is a second copy of it, not a link
 *   host refuse OBJECT                what a host older than 2.2.0 sees (built with -DOLD_HOST)
 *   host soak OBJECT RECORDS          that many records through the filter; memory at a tenth of them and at the end
 *   host cost OBJECT                  nanoseconds of a crossing, and of a record, over chunk sizes
 *   host run OBJECT [-c CONFIG] [-s SET] PATH...
 *                                     each file's lines as {"log": line} under the tag of its name; records as JSON lines */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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

static const char attack[] = "Nov 22 07:10:01 web01 sshd[2211]: Failed password for root from 203.0.113.9 port 52144 ssh2";

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fill(struct chunk *c, int records, uint32_t seed) {
    char line[256];
    c->size = 0;
    for (int i = 0; i < records; i++) {
        int n = snprintf(line, sizeof(line), "%s %u.%d", attack, seed, i);
        put_record(c, 1700000000 + seed, (uint32_t)i, "log", line, (size_t)n);
    }
}

static int objects(const void *data, size_t size) {
    const uint8_t *at = data, *end = at + size;
    int n = 0;
    while (at != NULL && at < end && (at = skip(at, end)) != NULL)
        n++;
    return n;
}

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

static void check_bad_input(struct host_filter *f) {
    struct chunk c = {0};
    void *out;
    size_t size;
    put(&c, "\xc1\xc1\xc1", 3);
    expect(run_filter(f, "t", &c, &out, &size) == HOST_NOTOUCH && out == NULL, "not touched: not MessagePack");
    c.size = 0;
    expect(run_filter(f, "t", &c, &out, &size) == HOST_NOTOUCH, "not touched: empty chunk");
    put_record(&c, 1700000000, 0, "log", attack, sizeof(attack) - 1);
    size_t whole = c.size;
    put_record(&c, 1700000000, 0, "log", attack, sizeof(attack) - 1);
    c.size -= 7;
    int result = run_filter(f, "t", &c, &out, &size);
    expect(result == HOST_MODIFIED && size > c.size && memcmp((char *)out + size - (c.size - whole), c.data + whole, c.size - whole) == 0,
           "a chunk cut short: what was read is scored, the rest passed on");
    free(out);
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
    for (int i = 0; i < 50; i++) {
        fill(&c, 100, (uint32_t)i);
        ok = ok && flush_output(&o, "app.out", &c) == HOST_OUT_OK;
    }
    expect(ok, "fifty flushes on a stack of 24 KiB");
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

static int check(const char *copy) {
    struct host_filter *f = new_filter(NULL);
    struct chunk c = {0};
    void *out;
    size_t size;
    expect(strcmp(plugin->name, "prescore") == 0 && plugin->event_type == 1, "a filter of logs named prescore");
    check_map();
    fill(&c, 1, 0);
    expect(run_filter(f, "early", &c, &out, &size) == HOST_NOTOUCH, "not touched: called before init");
    expect(start_filter(f) == 0 && f->context != NULL, "the filter starts");
    check_forms(f);
    double before = counter_of("prescore_events_total", "");
    fill(&c, 150, 7);
    expect(run_filter(f, "app", &c, &out, &size) == HOST_MODIFIED && objects(out, size) >= 150, "a chunk of 150 records");
    free(out);
    expect(before >= 0 && counter_of("prescore_events_total", "") == before + 150 && counter_of("prescore_records_total", "pass") > 0,
           "they are in the host's metrics");
    check_bad_input(f);
    check_signals(f);
    check_refusals();
    check_threads();
    check_reinit();
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

static int refuse(void) {
    struct host_filter *f = new_filter(NULL);
    /* such a host knows no pre_run: it calls that slot as init */
    expect(plugin->cb_pre_run(f, NULL, NULL) == -1 && strstr(last_line, "older than 2.2.0") != NULL, "an older host is refused in words");
    free_filter(f);
    return failures == 0 ? 0 : 1;
}

static long rss_kib(void) {
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = -1;
    if (f != NULL)
        fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int soak(long records) {
    enum { PER_CHUNK = 150 };
    struct host_filter *f = new_filter(NULL);
    struct chunk c = {0};
    size_t early = 0;
    long early_rss = 0, done = 0, out_records = 0;
    int64_t start = now_ns();
    if (start_filter(f) != 0)
        return 1;
    for (long next = records / 10; done < records; done += PER_CHUNK) {
        void *out;
        size_t size;
        fill(&c, PER_CHUNK, (uint32_t)(done % 1000));
        if (run_filter(f, "soak", &c, &out, &size) == HOST_MODIFIED)
            out_records += objects(out, size);
        free(out);
        if (early == 0 && done >= next) {
            early = in_use();
            early_rss = rss_kib();
        }
    }
    size_t late = in_use();
    printf("records %ld out %ld allocated_early %zu allocated_late %zu rss_early_kib %ld rss_late_kib %ld ns_per_record %lld\n", done,
           out_records, early, late, early_rss, rss_kib(), (long long)((now_ns() - start) / done));
    stop_filter(f);
    free_filter(f);
    free(c.data);
    return out_records >= done ? 0 : 1;
}

static int cost(void) {
    static const int sizes[] = {0, 1, 10, 150};
    struct host_filter *f = new_filter(NULL);
    struct chunk c = {0};
    if (start_filter(f) != 0)
        return 1;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int rounds = sizes[i] < 10 ? 100000 : 2000;
        fill(&c, sizes[i], 1);
        if (sizes[i] == 0) /* a group marker: through both languages, and nothing to do */
            put(&c, "\x92\x92\xd7\x00\xff\xff\xff\xfe\0\0\0\0\x80\x80", 14);
        int64_t start = 0;
        for (int r = -rounds / 10; r < rounds; r++) {
            void *out;
            size_t size;
            if (r == 0)
                start = now_ns();
            run_filter(f, "cost", &c, &out, &size);
            free(out);
        }
        int64_t ns = (now_ns() - start) / rounds;
        printf("records_per_chunk %d ns_per_chunk %lld ns_per_record %lld\n", sizes[i], (long long)ns,
               (long long)(sizes[i] > 0 ? ns / sizes[i] : 0));
    }
    stop_filter(f);
    free_filter(f);
    free(c.data);
    return 0;
}

/* Lines go in chunks of this size, about as `tail` hands them over. */
enum { TAIL_CHUNK = 36 * 1024 };

static int emit_chunk(struct host_filter *f, const char *tag, struct chunk *c) {
    void *out;
    size_t size;
    const uint8_t *data = c->data, *end;
    if (c->size == 0)
        return 0;
    if (run_filter(f, tag, c, &out, &size) == HOST_MODIFIED)
        data = out, end = data + size;
    else
        end = data + c->size;
    for (const uint8_t *at = data, *next; at < end && (next = skip(at, end)) != NULL; at = next) {
        const uint8_t *body = body_of(at, next);
        if (body != NULL) {
            print_json(stdout, body, next);
            putchar('\n');
        }
    }
    free(out);
    c->size = 0;
    return 0;
}

static int run_file(struct host_filter *f, const char *path) {
    char tag[256], *line = NULL;
    size_t room = 0;
    ssize_t n;
    struct chunk c = {0};
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    snprintf(tag, sizeof(tag), "%s", strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
    if (strrchr(tag, '.') != NULL)
        *strrchr(tag, '.') = 0;
    while ((n = getline(&line, &room, in)) > 0) {
        struct timespec t;
        if (line[n - 1] == '\n')
            n--;
        if (n == 0)
            continue;
        clock_gettime(CLOCK_REALTIME, &t);
        put_record(&c, (uint32_t)t.tv_sec, (uint32_t)t.tv_nsec, "log", line, (size_t)n);
        if (c.size >= TAIL_CHUNK)
            emit_chunk(f, tag, &c);
    }
    emit_chunk(f, tag, &c);
    free(line);
    free(c.data);
    fclose(in);
    return 0;
}

static int run_path(struct host_filter *f, const char *path) {
    struct dirent **names;
    char file[4096];
    struct stat st;
    int bad = 0;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return run_file(f, path);
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            bad |= run_file(f, file);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return bad;
}

static int run(int argc, char **argv) {
    const char *options[64] = {NULL};
    int n = 0, i = 0, bad = 0;
    for (; i + 1 < argc && argv[i][0] == '-' && n < 60; i += 2) {
        options[n++] = strcmp(argv[i], "-c") == 0 ? "config" : "set";
        options[n++] = argv[i + 1];
    }
    struct host_filter *f = new_filter(options);
    if (start_filter(f) != 0)
        return 1;
    for (; i < argc; i++)
        bad |= run_path(f, argv[i]);
    stop_filter(f);
    free_filter(f);
    return bad;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: host check|refuse|soak|cost|run OBJECT ...\n");
        return 2;
    }
    if (!load(argv[2]))
        return 1;
    if (strcmp(argv[1], "check") == 0)
        return check(argc > 3 ? argv[3] : NULL);
    if (strcmp(argv[1], "refuse") == 0)
        return refuse();
    if (strcmp(argv[1], "soak") == 0 && argc > 3)
        return soak(atol(argv[3]));
    if (strcmp(argv[1], "cost") == 0)
        return cost();
    if (strcmp(argv[1], "run") == 0)
        return run(argc - 3, argv + 3);
    return 2;
}
