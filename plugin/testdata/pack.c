/* MessagePack, as much of it as a test host needs. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

void put(struct chunk *c, const void *bytes, size_t size) {
    if (c->size + size > c->room) {
        c->room = 2 * (c->size + size) + 256;
        if ((c->data = realloc(c->data, c->room)) == NULL)
            abort();
    }
    memcpy(c->data + c->size, bytes, size);
    c->size += size;
}

static void put_head(struct chunk *c, uint8_t head, uint64_t n, int width) {
    uint8_t b[9] = {head};
    for (int i = 0; i < width; i++)
        b[1 + i] = (uint8_t)(n >> 8 * (width - 1 - i));
    put(c, b, 1 + width);
}

void put_text(struct chunk *c, const char *text, size_t size) {
    if (size < 32)
        put_head(c, 0xa0 | (uint8_t)size, 0, 0);
    else
        put_head(c, 0xdb, size, 4);
    put(c, text, size);
}

void put_time(struct chunk *c, uint32_t seconds, uint32_t nanoseconds) {
    put(c, "\xd7\x00", 2);
    put_head(c, (uint8_t)(seconds >> 24), seconds & 0xffffff, 3);
    put_head(c, (uint8_t)(nanoseconds >> 24), nanoseconds & 0xffffff, 3);
}

/* [[time, {}], {key: text}] */
void put_record(struct chunk *c, uint32_t seconds, uint32_t nanoseconds, const char *key, const char *text, size_t size) {
    put(c, "\x92\x92", 2);
    put_time(c, seconds, nanoseconds);
    put(c, "\x80\x81", 2);
    put_text(c, key, strlen(key));
    put_text(c, text, size);
}

/* The head of an object: its first byte's family, a count or length, and where its content begins. */
struct head {
    enum { NIL, FALSE_, TRUE_, NEGATIVE, POSITIVE, FLOAT32, FLOAT64, STRING, BINARY, ARRAY, MAP, EXT } kind;
    uint64_t n;
    const uint8_t *content;
};

static int read_head(const uint8_t *p, const uint8_t *end, struct head *h) {
    static const struct {
        uint8_t kind, width;
    } wide[] = {{NIL, 0}, {NIL, 0}, {FALSE_, 0}, {TRUE_, 0}, {BINARY, 1}, {BINARY, 2}, {BINARY, 4}, {EXT, 1}, {EXT, 2}, {EXT, 4},
                {FLOAT32, 4}, {FLOAT64, 8}, {POSITIVE, 1}, {POSITIVE, 2}, {POSITIVE, 4}, {POSITIVE, 8}, {NEGATIVE, 1}, {NEGATIVE, 2},
                {NEGATIVE, 4}, {NEGATIVE, 8}, {EXT, 0}, {EXT, 0}, {EXT, 0}, {EXT, 0}, {EXT, 0}, {STRING, 1}, {STRING, 2}, {STRING, 4},
                {ARRAY, 2}, {ARRAY, 4}, {MAP, 2}, {MAP, 4}};
    if (p >= end)
        return 0;
    uint8_t c = *p++;
    h->n = 0;
    if (c <= 0x7f)
        h->kind = POSITIVE, h->n = c;
    else if (c <= 0x8f)
        h->kind = MAP, h->n = c & 15;
    else if (c <= 0x9f)
        h->kind = ARRAY, h->n = c & 15;
    else if (c <= 0xbf)
        h->kind = STRING, h->n = c & 31;
    else if (c >= 0xe0)
        h->kind = NEGATIVE, h->n = (uint64_t)(int8_t)c;
    else {
        int width = wide[c - 0xc0].width;
        h->kind = wide[c - 0xc0].kind;
        if (end - p < width)
            return 0;
        for (int i = 0; i < width; i++)
            h->n = h->n << 8 | *p++;
        if (h->kind == NEGATIVE && width < 8)
            h->n = (uint64_t)((int64_t)(h->n << (64 - 8 * width)) >> (64 - 8 * width));
        if (h->kind == EXT) {
            if (width == 0)
                h->n = 1u << (c - 0xd4);
            h->n++; /* the type */
        }
    }
    h->content = p;
    if ((h->kind == STRING || h->kind == BINARY || h->kind == EXT) && (uint64_t)(end - p) < h->n)
        return 0;
    return 1;
}

const uint8_t *skip(const uint8_t *at, const uint8_t *end) {
    struct head h;
    for (uint64_t left = 1; left > 0; left--) {
        if (!read_head(at, end, &h))
            return NULL;
        at = h.content;
        if (h.kind == STRING || h.kind == BINARY || h.kind == EXT)
            at += h.n;
        else if (h.kind == ARRAY || h.kind == MAP)
            left += h.kind == MAP ? 2 * h.n : h.n;
    }
    return at;
}

const uint8_t *body_of(const uint8_t *at, const uint8_t *end) {
    struct head h;
    if (!read_head(at, end, &h) || h.kind != ARRAY || h.n != 2)
        return NULL;
    if ((at = skip(h.content, end)) == NULL || !read_head(at, end, &h) || h.kind != MAP)
        return NULL;
    return at;
}

static void print_text(FILE *f, const uint8_t *p, uint64_t n) {
    fputc('"', f);
    for (; n > 0; n--, p++) {
        if (*p == '"' || *p == '\\')
            fprintf(f, "\\%c", *p);
        else if (*p < 0x20)
            fprintf(f, "\\u%04x", *p);
        else
            fputc(*p, f);
    }
    fputc('"', f);
}

const uint8_t *print_json(FILE *f, const uint8_t *at, const uint8_t *end) {
    struct head h;
    union {
        uint32_t i;
        float f;
    } single;
    union {
        uint64_t i;
        double f;
    } twice;
    if (at == NULL || !read_head(at, end, &h))
        return NULL;
    at = h.content;
    switch (h.kind) {
    case MAP:
    case ARRAY:
        fputc(h.kind == MAP ? '{' : '[', f);
        for (uint64_t i = 0; i < h.n && at != NULL; i++) {
            if (i > 0)
                fputc(',', f);
            at = print_json(f, at, end);
            if (h.kind == MAP) {
                fputc(':', f);
                at = print_json(f, at, end);
            }
        }
        fputc(h.kind == MAP ? '}' : ']', f);
        return at;
    case STRING:
    case BINARY:
    case EXT:
        print_text(f, at, h.n);
        return at + h.n;
    case NEGATIVE:
        fprintf(f, "%lld", (long long)h.n);
        break;
    case POSITIVE:
        fprintf(f, "%llu", (unsigned long long)h.n);
        break;
    case FLOAT32:
        single.i = (uint32_t)h.n;
        fprintf(f, "%.9g", single.f);
        break;
    case FLOAT64:
        twice.i = h.n;
        fprintf(f, "%.17g", twice.f);
        break;
    default:
        fputs(h.kind == TRUE_ ? "true" : h.kind == FALSE_ ? "false" : "null", f);
    }
    return at;
}

const char attack[] = "Nov 22 07:10:01 web01 sshd[2211]: Failed password for root from 203.0.113.9 port 52144 ssh2";

void fill(struct chunk *c, int records, uint32_t seed) {
    char line[256];
    c->size = 0;
    for (int i = 0; i < records; i++) {
        int n = snprintf(line, sizeof(line), "%s %u.%d", attack, seed, i);
        put_record(c, 1700000000 + seed, (uint32_t)i, "log", line, (size_t)n);
    }
}

int objects(const void *data, size_t size) {
    const uint8_t *at = data, *end = at + size;
    int n = 0;
    while (at != NULL && at < end && (at = skip(at, end)) != NULL)
        n++;
    return n;
}
