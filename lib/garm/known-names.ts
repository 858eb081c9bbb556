import * as v from 'valibot';
import {badRequest} from '../fault.ts';

// GARM params/params.go Instance: everything else in it is none of our business.
const instances = v.array(
	v.looseObject({name: v.pipe(v.string(), v.minLength(1)), provider_id: v.optional(v.string(), '')}),
);

/**
 * The runner names in GARM's JSON list of instances, each with its provider id. Throws `bad-request` where it is none;
 * `what` names the list.
 */
export function readInstanceNames(json: unknown, what: string): ReadonlySet<string> {
	const {success, output} = v.safeParse(instances, json);
	if (!success) throw badRequest(what, ["it is no list of GARM's instances: each needs a name."]);
	return new Set(output.flatMap(({name, provider_id}) => (provider_id === '' ? [name] : [name, provider_id])));
}

/**
 * The runner names in a file: one per line, or GARM's JSON list of instances. Throws `bad-request` for a file that says
 * nothing: it is what a failed command leaves, and would make every runner a forgotten one.
 */
export function readKnownFile(text: string, what: string): ReadonlySet<string> {
	const trimmed = text.trim();
	if (trimmed === '' || trimmed === 'null') {
		throw badRequest(what, ['it names no runner. Where GARM really knows none, write [] into it.']);
	}
	if (!/^[[{]/.test(trimmed)) return readLines(trimmed, what);
	let json: unknown;
	try {
		json = JSON.parse(trimmed);
	} catch {
		throw badRequest(what, ['it begins as JSON and is none. Was it cut off?']);
	}
	return readInstanceNames(json, what);
}

function readLines(text: string, what: string): ReadonlySet<string> {
	const lines = text
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== '' && !line.startsWith('#'));
	const odd = lines.findIndex((line) => /\s/.test(line));
	if (odd >= 0)
		throw badRequest(what, [`name ${odd + 1} in it has a blank in it: one runner name per line, and nothing else.`]);
	if (lines.length === 0) {
		throw badRequest(what, ['it names no runner. Where GARM really knows none, write [] into it.']);
	}
	return new Set(lines);
}
