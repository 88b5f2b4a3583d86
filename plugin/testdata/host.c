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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
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
