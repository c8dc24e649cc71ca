/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - the language of the threads world: types, arithmetic, error
 * pointers, compiler marks.
 *
 * FAITHFUL: everything here, except
 * WEAKER: min() and max() do not refuse operands of different types.
 * WEAKER: outside of sparse the lock and address space marks are empty.
 */
#ifndef TMEM_PORT_TYPES_H
#define TMEM_PORT_TYPES_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* TMEM_DEBUG=1 turns the debug model on, in every object file or in none. */
#ifndef TMEM_DEBUG
#define TMEM_DEBUG 0
#endif

#if defined(__SANITIZE_THREAD__)
#define TMEM_PORT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TMEM_PORT_TSAN 1
#endif
#endif
#ifndef TMEM_PORT_TSAN
#define TMEM_PORT_TSAN 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define TMEM_PORT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TMEM_PORT_ASAN 1
#endif
#endif
#ifndef TMEM_PORT_ASAN
#define TMEM_PORT_ASAN 0
#endif

/*
 * TMEM_PORT_FAST=1: memory is parked on free lists and callbacks run on the
 * thread that queued them (port/slab.h, port/rcu.h).  In every object file or in
 * none.  Builds with the debug model or a sanitizer want memory that is really
 * freed; tests/ builds the fast variant under sanitizers all the same.
 */
#ifndef TMEM_PORT_FAST
#define TMEM_PORT_FAST (!TMEM_DEBUG && !TMEM_PORT_ASAN && !TMEM_PORT_TSAN)
#endif
#if TMEM_PORT_FAST && TMEM_DEBUG
#error "the debug model wants memory that is really freed: TMEM_PORT_FAST=0"
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;
typedef unsigned int gfp_t;

#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused	__attribute__((__unused__))
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif
#define __printf(fmt, args) __attribute__((__format__(__printf__, fmt, args)))
#define SMP_CACHE_BYTES 64
#define ____cacheline_aligned_in_smp __attribute__((__aligned__(SMP_CACHE_BYTES)))

#ifdef __CHECKER__
#define __force __attribute__((force))
#define TMEM_PORT_RCU __attribute__((noderef, address_space(__rcu)))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __acquires(x) __attribute__((context(x, 0, 1)))
#define __releases(x) __attribute__((context(x, 1, 0)))
#else
#define __force
#define TMEM_PORT_RCU
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#endif
#define __rcu TMEM_PORT_RCU
#define __percpu

#undef static_assert
#define static_assert(expr, ...) \
	__tmem_static_assert(expr, ##__VA_ARGS__, #expr)
#define __tmem_static_assert(expr, msg, ...) _Static_assert(expr, msg)

#define container_of(ptr, type, member)                                       \
	({                                                                    \
		const __typeof__(((type *)0)->member) *__mptr = (ptr);        \
		(type *)(uintptr_t)((const char *)__mptr -                    \
				    offsetof(type, member));                  \
	})

#define prefetch(p) __builtin_prefetch(p)
#define prefetchw(p) __builtin_prefetch((p), 1)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))

#define min(a, b)                                                             \
	({                                                                    \
		__typeof__(a) __min_a = (a);                                  \
		__typeof__(b) __min_b = (b);                                  \
		__min_a < __min_b ? __min_a : __min_b;                        \
	})
#define max(a, b)                                                             \
	({                                                                    \
		__typeof__(a) __max_a = (a);                                  \
		__typeof__(b) __max_b = (b);                                  \
		__max_a > __max_b ? __max_a : __max_b;                        \
	})
#define min_t(type, a, b)                                                     \
	({                                                                    \
		type __min_ta = (a);                                          \
		type __min_tb = (b);                                          \
		__min_ta < __min_tb ? __min_ta : __min_tb;                    \
	})
#define max_t(type, a, b)                                                     \
	({                                                                    \
		type __max_ta = (a);                                          \
		type __max_tb = (b);                                          \
		__max_ta > __max_tb ? __max_ta : __max_tb;                    \
	})

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y) - 1)))

/* Both want an argument above 0, as in the kernel; constants fold. */
#define ilog2(n) (63 - __builtin_clzll((unsigned long long)(n)))
#define __ffs64(word) ((unsigned long)__builtin_ctzll(word))

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (64 - __builtin_clzl(n - 1));
}

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)

static inline void *__must_check ERR_PTR(long error)
{
	return (void *)error;
}

static inline long __must_check PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool __must_check IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE((unsigned long)ptr);
}

#endif /* TMEM_PORT_TYPES_H */
