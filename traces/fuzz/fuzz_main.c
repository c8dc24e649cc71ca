// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_main.c - a fuzz target without libFuzzer: run it over files
 *
 *	TARGET [-m N] FILE|FOLDER...
 *
 * Each file is an input; of each, N changed ones (200 unless told) are made with a
 * fixed seed and run as well: so a plain build notices most of what a fuzzer would
 * have to be asked for.  An input that breaks the target ends the program by a
 * signal, and it has said before which one it was.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

#define LARGEST_INPUT	(1U << 20)

static unsigned long changes = 200;
static unsigned long inputs;
static uint64_t seed = 1;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void change(uint8_t *data, size_t size)
{
	for (uint64_t n = 1 + random_next() % 4; n; n--) {
		uint64_t at = random_next() % size;

		/* The first byte may be the kind of input. */
		if (!at)
			continue;
		switch (random_next() % 4) {
		case 0:
			data[at] ^= (uint8_t)(1 << random_next() % 8);
			break;
		case 1:
			data[at] = (uint8_t)random_next();
			break;
		case 2:
			data[at] = random_next() % 2 ? 0 : 0xff;
			break;
		case 3:
			data[at] = data[random_next() % size];
			break;
		}
	}
}

static int run_file(const char *path)
{
	static uint8_t data[LARGEST_INPUT];
	FILE *f = fopen(path, "rb");
	size_t size;
	uint8_t *copy;

	if (!f) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	fprintf(stderr, "%s\n", path);
	/* An exact allocation, so that reads behind it are seen. */
	copy = malloc(size + !size);
	if (!copy)
		return 1;
	for (unsigned long i = 0; i <= changes; i++) {
		size_t part = size;

		memcpy(copy, data, size);
		if (i && size > 1) {
			change(copy, size);
			if (!(i % 8))
				part = 1 + random_next() % size;
		}
		LLVMFuzzerTestOneInput(copy, part);
		inputs++;
	}
	free(copy);
	return 0;
}

static int run_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), failed = 0;

	if (n < 0) {
		perror(path);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			failed |= run_file(file);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0, i = 1;
	struct stat st;

	if (argc > 2 && !strcmp(argv[1], "-m")) {
		changes = strtoul(argv[2], NULL, 10);
		i = 3;
	}
	for (; i < argc; i++) {
		if (!stat(argv[i], &st) && S_ISDIR(st.st_mode))
			failed |= run_folder(argv[i]);
		else
			failed |= run_file(argv[i]);
	}
	/* No inputs is no test. */
	printf("%lu inputs\n", inputs);
	return failed || !inputs;
}
