/* A small Fluent Bit of our own: it loads the shared object as the real one does and drives it through the same C contract, so that
 * `make test` and `make demo` need no agent. pack.c makes and prints chunks, agent.c plays the agent, check.c tries
 * everything on the object, host.c has the commands. */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <stdint.h>
#include <stdio.h>

#include "../host.h"

/* pack.c */
struct chunk {
    uint8_t *data;
    size_t size, room;
};
void put(struct chunk *, const void *bytes, size_t size);
void put_text(struct chunk *, const char *text, size_t size);
void put_time(struct chunk *, uint32_t seconds, uint32_t nanoseconds);
void put_record(struct chunk *, uint32_t seconds, uint32_t nanoseconds, const char *key, const char *text, size_t size);
const uint8_t *print_json(FILE *, const uint8_t *at, const uint8_t *end);
const uint8_t *body_of(const uint8_t *at, const uint8_t *end); /* the map of a record, NULL where it is none */
void fill(struct chunk *, int records, uint32_t seed);          /* failed logins */
int objects(const void *data, size_t size);                    /* how many are whole */
extern const char attack[];
const uint8_t *skip(const uint8_t *at, const uint8_t *end);    /* past one object, NULL where it is cut short */

/* check.c */
int check(const char *copy);
int refuse(void);

/* agent.c */
extern struct host_filter_plugin *plugin;
extern int lines_logged;
extern char last_line[8192];
int load(const char *path);
struct host_filter *new_filter(const char *const *options); /* key, value, ..., NULL */
void free_filter(struct host_filter *);
int start_filter(struct host_filter *); /* pre_run and init, as the host does */
void stop_filter(struct host_filter *);
int run_filter(struct host_filter *, const char *tag, const struct chunk *in, void **out, size_t *out_size);
double counter_of(const char *name, const char *label);
size_t in_use(void); /* bytes that malloc has given out */

struct output {
    struct host_output go; /* first: what FLBPluginInit is given */
    const char *const *options;
    struct {
        void *remote_context;
    } context;
};
int start_output(struct output *, const char *const *options);
int flush_output(struct output *, const char *tag, const struct chunk *in); /* on a stack of 24 KiB, as before 5.1 */
int stop_output(struct output *);
int register_output(int *map_rows);

#endif
