/* The configuration maps: which options there are, for the host's checks, `-h` and `-J`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

#include "prescore.h"

/* A row's first fields; what follows is the host's. A row is 96 bytes long, from 5.0.3 on 104, and the host walks over them. */
struct row {
    int type;
    const char *name;
    const char *standard;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *text;
};

enum { ROW = 96, ROW_5_0_3 = 104, MAX_ROWS = 5 };

static const struct row rows[] = {
    {HOST_MAP_STRING, "config", NULL, 0, 0, 0,
     "Path of prescore's configuration file (TOML). Without it the built-in defaults run. Instances that name the same file share one "
     "engine and its state."},
    {HOST_MAP_STRING, "set", NULL, HOST_MAP_MULTIPLE, 0, 0,
     "Overrides of single options of that file, separated by semicolons: `score.alert_at=8; output.schema=ocsf`. May be given several "
     "times."},
    {HOST_MAP_STRING, "emit", "stdout", 0, 0, 0,
     "Where scored records go: `forward://host:port` (with acknowledgements), `stdout` or `file:///path`."},
    {HOST_MAP_STRING, "emit_tag", "$TAG", 0, 0, 0, "The tag that forwarded records carry; $TAG stands for their own."},
};
enum { FILTER_ROWS = 2, OUTPUT_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The output's rows begin with the filter's. The last row of each is zero: the end. */
static uint64_t filter_rows[MAX_ROWS * ROW_5_0_3 / 8], output_rows[MAX_ROWS * ROW_5_0_3 / 8];
void *prescore_filter_map = filter_rows, *prescore_output_map = output_rows;

void prescore_make_maps(void) {
    size_t stride = dlsym(RTLD_DEFAULT, "flb_config_map_get_raw") != NULL ? ROW_5_0_3 : ROW;
    for (int i = 0; i < OUTPUT_ROWS; i++) {
        memcpy((char *)output_rows + i * stride, &rows[i], sizeof(rows[i]));
        if (i < FILTER_ROWS)
            memcpy((char *)filter_rows + i * stride, &rows[i], sizeof(rows[i]));
    }
}
