/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * atomics.h - shared variables on compiler builtins, so that the thread
 * sanitizer sees each access and its order.
 *
 *	READ_ONCE WRITE_ONCE		FAITHFUL: relaxed atomic accesses
 *	smp_load_acquire, _store_release FAITHFUL
 *	xchg, *_return, try_cmpxchg	sequentially consistent accesses.  FAITHFUL
 *					on x86, where they are full barriers;
 *					WEAKER elsewhere: relaxed accesses around
 *					them may still pass each other
 *	refcount_t			FAITHFUL, saturation included: increments
 *					order nothing, a decrement is a release,
 *					reaching zero an acquire
 */
#ifndef TMEM_PORT_ATOMICS_H
#define TMEM_PORT_ATOMICS_H

#include <port/types.h>

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), (val), __ATOMIC_RELAXED)
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, val) __atomic_store_n((p), (val), __ATOMIC_RELEASE)
#define xchg(p, val) __atomic_exchange_n((p), (val), __ATOMIC_SEQ_CST)

typedef struct {
	long counter;
} atomic_long_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	int counter;
} refcount_t;

static inline long atomic_long_read(const atomic_long_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_long_set(atomic_long_t *v, long i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_add(long i, atomic_long_t *v)
{
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_sub(long i, atomic_long_t *v)
{
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline long atomic_long_add_return(long i, atomic_long_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline bool atomic_long_try_cmpxchg(atomic_long_t *v, long *old, long new)
{
	return __atomic_compare_exchange_n(&v->counter, old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_set(atomic64_t *v, s64 i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

/* FAITHFUL: a plain read, which the thread sanitizer does not look at. */
#if TMEM_PORT_TSAN
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);

#define data_race(expr)                                                       \
	({                                                                    \
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);                 \
		__typeof__(expr) __tmem_value = (expr);                       \
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);                   \
		__tmem_value;                                                 \
	})
#else
#define data_race(expr) (expr)
#endif

/* ---- reference counts ---- */

/* Far below zero: a count that went wrong stays there and is never freed. */
#define TMEM_PORT_REFCOUNT_SATURATED (INT_MIN / 2)

void tmem_port_refcount_broken(refcount_t *r, const char *what);

static inline void refcount_set(refcount_t *r, int n)
{
	__atomic_store_n(&r->counter, n, __ATOMIC_RELAXED);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)__atomic_load_n(&r->counter, __ATOMIC_RELAXED);
}

static inline void refcount_inc(refcount_t *r)
{
	int old = __atomic_fetch_add(&r->counter, 1, __ATOMIC_RELAXED);

	if (unlikely(old <= 0 || old == INT_MAX))
		tmem_port_refcount_broken(r, "increment of a count of zero or worse");
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	int old = __atomic_load_n(&r->counter, __ATOMIC_RELAXED);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->counter, &old, old + 1, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	if (unlikely(old < 0 || old == INT_MAX))
		tmem_port_refcount_broken(r, "increment of a saturated count");
	return true;
}

static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->counter, i, __ATOMIC_RELEASE);

	if (old == i) {
		/* Sees what every earlier holder did; pairs with the release. */
		(void)__atomic_load_n(&r->counter, __ATOMIC_ACQUIRE);
		return true;
	}
	if (unlikely(old < i))
		tmem_port_refcount_broken(r, "decrement of a count of zero or worse");
	return false;
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/* Decrement unless that would reach zero; whether it was done. */
static inline bool __must_check refcount_dec_not_one(refcount_t *r)
{
	int old = __atomic_load_n(&r->counter, __ATOMIC_RELAXED);

	do {
		if (unlikely(old < 0))
			return true;
		if (old == 1)
			return false;
		if (unlikely(!old)) {
			tmem_port_refcount_broken(r, "decrement of a count of zero");
			return true;
		}
	} while (!__atomic_compare_exchange_n(&r->counter, &old, old - 1, true,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return true;
}

#endif /* TMEM_PORT_ATOMICS_H */
