// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * containers_test.c - red-black trees against a sorted array with all their
 * rules checked, lists and hash chains against plain arrays, and arithmetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <port/impl.h>

static u64 seed = 88172645463325252ULL;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 16) % below;
}

/* ---- red-black trees ---- */

#define KEYS 1000

struct item {
	struct rb_node node;
	int key;
};

static struct item items[KEYS];
static bool present[KEYS];

static void item_add(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (item->key < rb_entry(parent, struct item, node)->key)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_color(&item->node, root);
}

static bool black(const struct rb_node *node)
{
	return !node || node->__parent_colour & 1;
}

/* Black nodes on each way down from @node; fails where two ways differ. */
static int black_height(const struct rb_node *node)
{
	int left, right;

	if (!node)
		return 0;
	if (!black(node)) {
		assert_true(black(node->rb_left));
		assert_true(black(node->rb_right));
	}
	if (node->rb_left)
		assert_ptr_equal(rb_parent(node->rb_left), node);
	if (node->rb_right)
		assert_ptr_equal(rb_parent(node->rb_right), node);
	left = black_height(node->rb_left);
	right = black_height(node->rb_right);
	assert_int_equal(left, right);
	return left + black(node);
}

static void check_tree(const struct rb_root *root)
{
	struct rb_node *node = rb_first(root);
	int key;

	assert_true(black(root->rb_node));
	if (root->rb_node)
		assert_null(rb_parent(root->rb_node));
	black_height(root->rb_node);
	for (key = 0; key < KEYS; key++) {
		if (!present[key])
			continue;
		assert_non_null(node);
		assert_int_equal(rb_entry(node, struct item, node)->key, key);
		node = rb_next(node);
	}
	assert_null(node);
}

static void toggle(struct rb_root *root, int key)
{
	if (present[key])
		rb_erase(&items[key].node, root);
	else
		item_add(root, &items[key]);
	present[key] = !present[key];
}

static void test_rbtree_random(void **state)
{
	struct rb_root root = RB_ROOT;
	int range, i;

	(void)state;
	for (i = 0; i < KEYS; i++)
		items[i].key = i;
	/* small trees meet every case of removal, large ones every depth */
	for (range = 3; range <= KEYS; range = range * 3 + 1) {
		for (i = 0; i < 6000; i++) {
			toggle(&root, rnd(range));
			if (range < 100 || i % 50 == 0)
				check_tree(&root);
		}
	}
	for (i = 0; i < KEYS; i++) {
		if (!present[i])
			continue;
		toggle(&root, i);
		check_tree(&root);
	}
	assert_null(root.rb_node);
	assert_null(rb_first(&root));
}

static void test_rbtree_in_order(void **state)
{
	struct rb_root root = RB_ROOT;
	int i;

	(void)state;
	for (i = 0; i < KEYS; i++) {
		items[i].key = i;
		toggle(&root, i);
	}
	check_tree(&root);
	for (i = KEYS - 1; i >= 0; i--) {
		toggle(&root, i);
		if (i % 20 == 0)
			check_tree(&root);
	}
	assert_null(root.rb_node);
}

/* ---- lists ---- */

struct link {
	struct list_head list;
	struct hlist_node hash;
	int id;
};

static void expect_list(struct list_head *head, const int *ids, int n)
{
	struct link *l, *next;
	struct list_head *back = head->prev;
	int i = 0;

	list_for_each_entry(l, head, list) {
		assert_true(i < n);
		assert_int_equal(l->id, ids[i++]);
	}
	assert_int_equal(i, n);
	while (i--) {
		assert_int_equal(list_entry(back, struct link, list)->id, ids[i]);
		back = back->prev;
	}
	assert_ptr_equal(back, head);
	i = 0;
	list_for_each_entry_safe(l, next, head, list)
		assert_int_equal(l->id, ids[i++]);
	assert_int_equal(list_empty(head), n == 0);
}

#define EXPECT(head, ...)                                                     \
	do {                                                                  \
		const int __ids[] = { __VA_ARGS__ };                          \
		expect_list(head, __ids, (int)ARRAY_SIZE(__ids));             \
	} while (0)

static void test_list(void **state)
{
	struct link l[5] = { { .id = 0 }, { .id = 1 }, { .id = 2 }, { .id = 3 }, { .id = 4 } };
	LIST_HEAD(one);
	struct list_head two;

	(void)state;
	INIT_LIST_HEAD(&two);
	expect_list(&one, NULL, 0);
	list_add(&l[0].list, &one);
	list_add(&l[1].list, &one);
	list_add_tail(&l[2].list, &one);
	EXPECT(&one, 1, 0, 2);
	list_add_tail(&l[3].list, &two);
	list_move(&l[0].list, &two);
	EXPECT(&one, 1, 2);
	EXPECT(&two, 0, 3);
	list_move_tail(&l[1].list, &one);
	EXPECT(&one, 2, 1);
	list_replace(&l[2].list, &l[4].list);
	EXPECT(&one, 4, 1);
	assert_int_equal(list_first_entry(&one, struct link, list)->id, 4);
	list_del_init(&l[4].list);
	assert_true(list_empty(&l[4].list));
	EXPECT(&one, 1);
	list_del(&l[1].list);
	assert_ptr_equal(l[1].list.next, TMEM_PORT_POISON1);
	assert_ptr_equal(l[1].list.prev, TMEM_PORT_POISON2);
	expect_list(&one, NULL, 0);
	EXPECT(&two, 0, 3);
}

static void expect_chain(struct hlist_head *head, const int *ids, int n)
{
	struct hlist_node **back = &head->first;
	struct link *l;
	int i = 0;

	hlist_for_each_entry(l, head, hash) {
		assert_true(i < n);
		assert_int_equal(l->id, ids[i++]);
		assert_ptr_equal(l->hash.pprev, back);
		back = &l->hash.next;
	}
	assert_int_equal(i, n);
	i = 0;
	rcu_read_lock();
	hlist_for_each_entry_rcu(l, head, hash)
		assert_int_equal(l->id, ids[i++]);
	rcu_read_unlock();
	assert_int_equal(i, n);
	assert_int_equal(hlist_empty(head), n == 0);
}

static void test_hlist(void **state)
{
	struct link l[3] = { { .id = 0 }, { .id = 1 }, { .id = 2 } };
	const int all[] = { 2, 1, 0 }, ends[] = { 2, 0 }, last[] = { 0 };
	struct hlist_head head;
	int i;

	(void)state;
	INIT_HLIST_HEAD(&head);
	expect_chain(&head, NULL, 0);
	for (i = 0; i < 3; i++)
		hlist_add_head_rcu(&l[i].hash, &head);
	expect_chain(&head, all, 3);
	hlist_del_rcu(&l[1].hash);
	/* a reader that stands on it goes on */
	assert_ptr_equal(l[1].hash.next, &l[0].hash);
	assert_ptr_equal(l[1].hash.pprev, TMEM_PORT_POISON2);
	expect_chain(&head, ends, 2);
	hlist_del_rcu(&l[2].hash);
	expect_chain(&head, last, 1);
	hlist_del_rcu(&l[0].hash);
	expect_chain(&head, NULL, 0);
}

/* ---- arithmetic ---- */

static void test_arithmetic(void **state)
{
	(void)state;
	assert_int_equal(ilog2(1), 0);
	assert_int_equal(ilog2(4095), 11);
	assert_int_equal(ilog2(1ULL << 40), 40);
	assert_int_equal(roundup_pow_of_two(1), 1);
	assert_int_equal(roundup_pow_of_two(5), 8);
	assert_int_equal(roundup_pow_of_two(8), 8);
	assert_true(is_power_of_2(64));
	assert_false(is_power_of_2(0));
	assert_false(is_power_of_2(65));
	assert_int_equal(__ffs64(1ULL << 63), 63);
	assert_int_equal(round_up(4097UL, PAGE_SIZE), 8192);
	assert_int_equal(round_up(4096UL, PAGE_SIZE), 4096);
	assert_int_equal(DIV_ROUND_UP(9, 4), 3);
	assert_int_equal(min(3, 4), 3);
	assert_int_equal(max(3, 4), 4);
	assert_int_equal(min_t(u32, 5, -1), 5);
	assert_true(IS_ERR(ERR_PTR(-ENOMEM)));
	assert_int_equal(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	assert_false(IS_ERR(&seed));
	assert_false(IS_ERR(NULL));
	assert_true(IS_ERR_VALUE((unsigned long)-MAX_ERRNO));
	assert_false(IS_ERR_VALUE((unsigned long)-MAX_ERRNO - 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rbtree_random),
		cmocka_unit_test(test_rbtree_in_order),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_hlist),
		cmocka_unit_test(test_arithmetic),
	};

	return cmocka_run_group_tests_name("port: containers", tests, NULL, NULL);
}
