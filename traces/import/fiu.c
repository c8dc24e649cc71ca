// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fiu.c - block requests with their content's hash: I/O deduplication traces of FIU
 *
 *	ts pid process lba size W|R major minor MD5
 *
 * Koller and Rangaswami, "I/O Deduplication: Utilizing Content Similarity to Improve I/O
 * Performance", FAST 2010 (SNIA IOTTA): times are ns, lba and size blocks of 512 bytes,
 * and there is one MD5 of each 4096 bytes, or in the traces of home directories of each
 * 512.  The hash of a page is kept where a line is of one whole page and has one MD5: its
 * first 64 bits.
 *
 * The name of a process is what its owner chose and may hold blanks, so that a line is
 * understood from both ends.
 */
#include "block.h"

#define FIU_WORDS	64U	/* of a line, at most */
#define MD5_DIGITS	32U

static bool is_digest(const struct block_word *word)
{
	return word->length == MD5_DIGITS &&
	       strspn(word->text, "0123456789abcdefABCDEF") >= MD5_DIGITS;
}

static uint64_t digest_hash(const struct block_word *word)
{
	char digits[MD5_DIGITS / 2 + 1] = "";
	const char *p = digits;
	uint64_t hash = 0;

	memcpy(digits, word->text, sizeof(digits) - 1);
	import_hex(&p, &hash);
	return hash;
}

static bool fiu_device(const struct block_word *major, const struct block_word *minor,
		       struct block_request *request)
{
	uint64_t high, low;
	uint32_t device;

	if (!block_number(major, &high) || !block_number(minor, &low) ||
	    !import_device_number(high, low, &device))
		return false;
	request->device_number = device;
	return true;
}

/* From lba on; @f is the first of these five words. */
static const char *fiu_parse_tail(const struct block_word *f, struct block_request *request)
{
	uint64_t lba;
	uint64_t size;

	if (!block_number(&f[0], &lba) || !block_number(&f[1], &size) ||
	    !block_multiply(lba, BLOCK_SECTOR, &request->offset) ||
	    !block_multiply(size, BLOCK_SECTOR, &request->length))
		return "no lba and size in blocks of 512 bytes";
	if (!block_op(&f[2], block_rw, &request->op))
		return "neither W nor R";
	if (!fiu_device(&f[3], &f[4], request))
		return "no major and minor number of a device";
	return NULL;
}

static const char *fiu_parse(const char *line, struct block_request *request)
{
	struct block_word f[FIU_WORDS];
	uint32_t nr = block_words(line, f, FIU_WORDS);
	uint32_t words = nr;
	uint64_t pid;

	if (nr > FIU_WORDS)
		return "a line of too many words";
	while (nr && is_digest(&f[nr - 1]))
		nr--;
	if (nr == words)
		return "no MD5 at its end";
	if (nr < 8)
		return "not 'ts pid process lba size W|R major minor MD5'";
	if (!block_number(&f[0], &request->time))
		return "no time in nanoseconds";
	if (!block_number(&f[1], &pid) || pid > UINT32_MAX)
		return "no number of a process";
	request->pid = (uint32_t)pid;
	request->by_kswapd = import_is_kswapd(f[2].text, f[2].length);
	if (words - nr == 1)
		request->hash = digest_hash(&f[nr]);
	return fiu_parse_tail(&f[nr - 5], request);
}

static const struct block_lines fiu_lines = {
	.has = BLOCK_TIMES | BLOCK_HASHES | BLOCK_DEVICES | BLOCK_PIDS | BLOCK_MAJORS,
	.foreign = "no 'ts pid process lba size W|R major minor MD5'",
	.parse = fiu_parse,
};

const struct trace_importer import_fiu = {
	.name = "fiu",
	.what = "block requests with content hashes, of FIU: ts pid process lba size W|R major minor MD5",
	.example = "0 4892 syslogd 904265560 8 W 6 0 531e779b39068c4b5d8b4d1f0a0f9bcf",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &fiu_lines,
	.has_majors = true,
};
