// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_doctor_json.c - a diagnosis as JSON; its fields are described in the man page
 */
#include "import_doctor.h"
#include "output.h"

#define LARGEST		100U	/* clients and devices that are listed */

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* Names come from files: what is no UTF-8 becomes null. */
static json_t *text(const char *string)
{
	json_t *value = string ? json_string(string) : NULL;

	return value ? value : json_null();
}

static json_t *formats_json(const struct diagnosis *d)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < d->nr_guesses; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "format", text(d->guesses[i].name));
		json_object_set_new(o, "score", d->guesses[i].score < 0 ? json_null() :
				    number((uint64_t)d->guesses[i].score));
		json_object_set_new(o, "why", text(d->guesses[i].why));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *report_json(const struct import_report *report)
{
	json_t *o = json_object();
	json_t *notes = json_object();
	json_t *examples = json_array();

	for (uint32_t i = 0; i < report->nr_notes; i++)
		json_object_set_new(notes, report->notes[i].name, number(report->notes[i].count));
	for (uint32_t i = 0; i < report->nr_examples; i++) {
		json_t *example = json_object();

		json_object_set_new(example, "place", number(report->examples[i].place));
		json_object_set_new(example, "why", text(report->examples[i].text));
		json_array_append_new(examples, example);
	}
	json_object_set_new(o, "compression", text(report->compression));
	json_object_set_new(o, "bytes", number(report->bytes_read));
	json_object_set_new(o, "bytes_plain", number(report->bytes_plain));
	json_object_set_new(o, report->by_lines ? "lines" : "records", number(report->units));
	json_object_set_new(o, "lost", number(report->lost));
	json_object_set_new(o, "lost_unknown", json_boolean(report->lost_unknown));
	json_object_set_new(o, "skipped", number(report->skipped));
	json_object_set_new(o, "skipped_examples", examples);
	json_object_set_new(o, "backwards", number(report->backwards));
	json_object_set_new(o, "removals", number(report->removals));
	json_object_set_new(o, "ambiguous", number(report->ambiguous));
	json_object_set_new(o, "stopped", json_boolean(report->stopped));
	json_object_set_new(o, "counted", notes);
	return o;
}

static json_t *groups_json(const struct survey_groups *groups)
{
	json_t *o = json_object();
	json_t *list = json_array();

	for (uint32_t i = 0; i < groups->nr && i < LARGEST; i++) {
		const struct survey_group *group = &groups->group[i];
		json_t *entry = json_object();

		json_object_set_new(entry, "id", number(group->id));
		json_object_set_new(entry, "name", *group->name ? text(group->name) : json_null());
		json_object_set_new(entry, "events", number(group->events));
		json_object_set_new(entry, "pages", number(group->pages));
		if (group->spanned) {
			json_object_set_new(entry, "lowest_page", number(group->low));
			json_object_set_new(entry, "highest_page", number(group->high));
		}
		json_array_append_new(list, entry);
	}
	json_object_set_new(o, "number", number(groups->nr));
	json_object_set_new(o, "more", json_boolean(groups->more));
	json_object_set_new(o, "largest", list);
	return o;
}

static json_t *swap_json(const struct import_report *report)
{
	char device[32];

	if (!report->swap_by_kswapd)
		return json_null();
	snprintf(device, sizeof(device), "%u,%u", report->swap_device >> 20,
		 report->swap_device & 0xfffff);
	return json_pack("{s:s,s:I,s:I}", "device", device,
			 "writes", (json_int_t)report->swap_writes,
			 "by_kswapd", (json_int_t)report->swap_by_kswapd);
}

static json_t *contents_json(const struct diagnosis *d)
{
	const struct survey *survey = &d->survey;
	const struct pageset_counts *counts = &survey->counts;
	json_t *o = json_object();
	json_t *ops = json_object();

	for (enum trace_op op = 0; op < TRACE_NR_OPS; op++) {
		if (d->report.ops[op])
			json_object_set_new(ops, trace_op_name(op), json_pack("{s:I,s:I}",
				"events", (json_int_t)d->report.ops[op],
				"pages", (json_int_t)d->report.pages[op]));
	}
	json_object_set_new(o, "kind", text(survey->info.kind == TRACE_REFERENCES ?
					    "references" : "operations"));
	json_object_set_new(o, "page_size", number(survey->info.page_size));
	json_object_set_new(o, "time_ns", survey->info.has_times ?
			    number(survey->last_time - survey->first_time) : json_null());
	json_object_set_new(o, "operations", ops);
	json_object_set_new(o, "pages", number(survey->pages));
	json_object_set_new(o, "distinct_pages", number(counts->seen));
	json_object_set_new(o, "once_pages", number(counts->once));
	json_object_set_new(o, "estimated", json_boolean(counts->estimated));
	json_object_set_new(o, "clients", groups_json(&survey->clients));
	json_object_set_new(o, survey->info.kind != TRACE_REFERENCES ? "pools" :
			    survey->devices.files ? "files" : "devices",
			    groups_json(&survey->devices));
	json_object_set_new(o, "swap_device", swap_json(&d->report));
	return o;
}

static json_t *choices_json(const struct diagnosis *d)
{
	json_t *o = json_object();

	for (int i = 0; i < 3; i++) {
		const struct doctor_choice *choice = &d->choices[i];

		if (choice->known)
			json_object_set_new(o, doctor_choice_names[i], json_pack("{s:I,s:I}",
				"found", (json_int_t)choice->found,
				"missed", (json_int_t)choice->missed));
	}
	return o;
}

static json_t *result_json(const struct doctor_result *result)
{
	const struct cli_origin *origin = cli_origin();
	const struct diagnosis *d = result->diagnosis;
	json_t *root = json_object();

	json_object_set_new(root, "version", text(origin->version));
	json_object_set_new(root, "command", text(origin->command));
	json_object_set_new(root, "machine", text(origin->machine));
	json_object_set_new(root, "date", text(origin->date));
	json_object_set_new(root, "path", text(result->visit->config->path));
	json_object_set_new(root, "format", text(d->report.format));
	json_object_set_new(root, "error", result->err->code ? text(result->err->text) :
				  json_null());
	json_object_set_new(root, "import", text(result->import));
	json_object_set_new(root, "replay", text(result->replay));
	json_object_set_new(root, "file", report_json(&d->report));
	json_object_set_new(root, "contents", d->survey.events ? contents_json(d) :
				  json_null());
	json_object_set_new(root, "without_limit", choices_json(d));
	json_object_set_new(root, "formats", formats_json(d));
	return root;
}

int doctor_write_json(const struct doctor_result *result, const char *path)
{
	return output_write_json(result_json(result), path);
}
