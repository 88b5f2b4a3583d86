/* What is asked before Go is entered, and whose signal handlers are in place. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "prescore.h"

/* A copy of the object has a mark of its own, a link has this one. */
const char prescore_mark = 1;

/* Go's monitor thread sleeps 20 microseconds at a time for as long as somebody is in Go, and with the kernel's usual slack of 50 a chunk
 * of half a millisecond wakes it five to ten times: a twentieth of all that a record costs. A thread starts with the slack of the one that
 * made it, so the loading thread takes a wide one while the runtime starts and its own again afterwards: as long as the monitor's own
 * longest sleep. What it is for (a thread that blocks in the kernel, a goroutine that runs too long, a collection that is due) can
 * wait for that, and so can what prescore does by the clock, in seconds. */
enum { MONITOR_SLACK_NS = 10000000 };

static int slack; /* of the loading thread, nanoseconds; 0 and less: not known, left alone */

/* Numbered constructors run before those without a number, among them the one that starts Go. */
__attribute__((constructor(1000))) static void widen_slack(void) {
    slack = prctl(PR_GET_TIMERSLACK);
    if (slack > 0 && slack < MONITOR_SLACK_NS)
        prctl(PR_SET_TIMERSLACK, MONITOR_SLACK_NS);
}

static void restore_slack(void) {
    if (slack > 0 && slack < MONITOR_SLACK_NS)
        prctl(PR_SET_TIMERSLACK, slack);
}

static pid_t loader; /* the process that loaded the object and in which the Go runtime's threads live */

__attribute__((constructor)) static void prescore_load(void) {
    restore_slack();
    loader = getpid();
    prescore_make_maps();
}

/* A fork takes one thread along, and the Go runtime needs its others: the first call would never come back. */
int prescore_forked(void) { return getpid() != loader; }

/* Objects of the process looked at for a second copy; an agent has some twenty. */
enum { MAX_OBJECTS = 256 };

struct objects {
    char *path[MAX_OBJECTS];
    int n;
};

static int collect(struct dl_phdr_info *info, size_t size, void *data) {
    struct objects *o = data;
    (void)size;
    if (info->dlpi_name != NULL && info->dlpi_name[0] != 0 && o->n < MAX_OBJECTS) {
        char *path = strdup(info->dlpi_name);
        if (path != NULL)
            o->path[o->n++] = path;
    }
    return 0;
}

/* Two copies are two Go runtimes that fight over signals and share no state. The loader is asked only after the walk: it must not be
 * entered while the list of objects is held. */
static int other_copy(char *path, size_t size) {
    struct objects o = {.n = 0};
    int found = 0;
    dl_iterate_phdr(collect, &o);
    for (int i = 0; i < o.n; i++) {
        void *object = found ? NULL : dlopen(o.path[i], RTLD_LAZY | RTLD_NOLOAD);
        if (object != NULL) {
            const void *mark = dlsym(object, "prescore_mark");
            if (mark != NULL && mark != &prescore_mark) {
                snprintf(path, size, "%s", o.path[i]);
                found = 1;
            }
            dlclose(object);
        }
        free(o.path[i]);
    }
    return found;
}

int prescore_refused(char *why, size_t size) {
    char other[512];
    Dl_info own = {0};
    if (prescore_forked()) {
        snprintf(why, size,
                 "the agent went into the background after it had loaded prescore, and a Go object does not survive that: leave out "
                 "`-d` and `Daemon On`, and let systemd, a container or `--supervisor` run the agent");
        return 1;
    }
    if (flb_filter_set_context != NULL && flb_proxy_output_cb_init == NULL) {
        snprintf(why, size, "this Fluent Bit is older than 2.2.0: prescore needs 2.2.0 or newer");
        return 1;
    }
    if (other_copy(other, sizeof(other))) {
        dladdr(&prescore_mark, &own);
        snprintf(why, size,
                 "two copies of prescore are loaded, %s and %s: they would share no state. Make one a link to the other: "
                 "ln -s flb-filter_prescore.so out_prescore.so",
                 own.dli_fname != NULL ? own.dli_fname : "this one", other);
        return 1;
    }
    return 0;
}

/* The signals by which Go learns of a nil dereference or a division by zero. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE};
enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

/* For each the handler of a Go runtime that was last seen in place. With two Go plugins in an agent that is the one loaded last, whose
 * chain leads to the other's. Guarded by `busy`; flags of 0: none yet. */
static struct sigaction go_handlers[FAULTS];
static int busy, settled;

static int of_host(const struct sigaction *s) {
    static void *host_base;
    void *base = __atomic_load_n(&host_base, __ATOMIC_RELAXED);
    Dl_info info = {0};
    if (base == NULL && dladdr((const void *)getauxval(AT_PHDR), &info) != 0)
        __atomic_store_n(&host_base, base = info.dli_fbase, __ATOMIC_RELAXED);
    info.dli_fbase = NULL;
    return dladdr((const void *)s->sa_sigaction, &info) != 0 && info.dli_fbase == base && base != NULL;
}

/* The host puts its own handlers back at SIGHUP and SIGCONT, SIGSEGV's first; then a nil dereference in Go ends the agent instead of a
 * record. Called at the head of each callback. What belongs to the executable is replaced by what was there, a handler like Go's is
 * remembered, anything else (default, ignored) is somebody's wish and left. After a pass that found nothing to do, SIGSEGV stands for
 * all of them: one question of the kernel a callback. */
void prescore_signals(void) {
    struct sigaction now;
    int changed = 0;
    for (int i = 0; i < FAULTS; i++) {
        if (sigaction(faults[i], NULL, &now) != 0)
            continue;
        if (now.sa_sigaction == go_handlers[i].sa_sigaction) {
            if (i == 0 && __atomic_load_n(&settled, __ATOMIC_RELAXED))
                return;
            continue;
        }
        changed = 1;
        int hosts = of_host(&now);
        if (!hosts && (now.sa_flags & (SA_SIGINFO | SA_ONSTACK)) != (SA_SIGINFO | SA_ONSTACK))
            continue;
        if (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
            continue; /* another thread is at it */
        if (!hosts)
            go_handlers[i] = now;
        else if (go_handlers[i].sa_flags != 0)
            sigaction(faults[i], &go_handlers[i], NULL);
        __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&settled, !changed, __ATOMIC_RELAXED);
}
