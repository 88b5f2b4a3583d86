/* Which glibc the object needs. Linked on a new machine, a symbol binds to its newest version, and the object refuses to load on an
 * older one although the old version would do: from 2.34 on the thread and loader functions live in libc itself under new versions.
 * This header goes before every C file (CGO_CFLAGS=-include) and binds them to the first version there was. objdump -T reads it off. */
#if !defined(__ASSEMBLER__) && defined(__gnu_linux__)
#ifndef PRESCORE_FLOOR_H
#define PRESCORE_FLOOR_H
#if defined(__x86_64__)
#define FLOOR "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FLOOR "GLIBC_2.17"
#endif
#ifdef FLOOR
#define BIND(name) __asm__(".symver " #name "," #name "@" FLOOR)
BIND(dladdr);
BIND(dlclose);
BIND(dlopen);
BIND(dlsym);
BIND(pthread_attr_getstack);
BIND(pthread_attr_getstacksize);
BIND(pthread_attr_setdetachstate);
BIND(pthread_create);
BIND(pthread_detach);
BIND(pthread_getattr_np);
BIND(pthread_getspecific);
BIND(pthread_key_create);
BIND(pthread_setspecific);
BIND(pthread_sigmask);
#undef BIND
#undef FLOOR
#endif
#endif
#endif
