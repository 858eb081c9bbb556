import {parseArgs} from 'node:util';
import {findRecordings, UnreadableRecording} from './read-recording.ts';
import {replay} from './replay.ts';
import {describe, describeAsJson} from './report.ts';
import {type Count, count, isConforming} from './verdict.ts';

const help = `Usage: npm run conformance -- DIR [--json]

Replays what genuine Proxmox VE clusters were asked against the simulator, and compares the answers: status, reason
phrase, and the body's keys, types and texts. DIR is the folder of a recording, which holds transcripts named like
01-version.json, or a folder of such folders. Each is replayed on a simulated cluster of its own version.

For each recording it tells what differs, with both sides, and what was skipped, by name and with the reason. The last
line is JSON: {"agree":N,"differ":N,"skipped":N}, added up over all recordings.

Options:
  --json  a line of JSON for each exchange that differs or is skipped and for each recording, instead of text
  --help  this text

Exits with 0 where at least 9 in 10 of the compared exchanges of each recording agree, 1 where fewer do, 2 where there
is nothing to replay.

Examples:
  npm run conformance -- recordings/pve-9.2
  npm run --silent conformance -- recordings --json | jq 'select(.outcome == "differ")'
`;

/** Where it is written to: the report and what went wrong. */
export interface Streams {
	readonly out: (text: string) => void;
	readonly err: (text: string) => void;
}

/** Runs `npm run conformance` with these arguments; gives the exit code. */
export async function runConformance(args: readonly string[], {out, err}: Streams): Promise<number> {
	try {
		const asked = readArguments(args);
		if (asked === 'help') {
			out(help);
			return 0;
		}
		return await replayAll(asked, {out, err});
	} catch (error) {
		if (!(error instanceof BadArguments) && !(error instanceof UnreadableRecording)) throw error;
		err(`${error.message}\n${error instanceof BadArguments ? `\n${help}` : ''}`);
		return 2;
	}
}

/** What was asked for cannot be understood; its message is a sentence for who asked. */
class BadArguments extends Error {}

interface Asked {
	readonly folder: string;
	readonly json: boolean;
}

function readArguments(args: readonly string[]): Asked | 'help' {
	const {values, positionals} = parsed(args);
	if (values.help) return 'help';
	const [folder, ...more] = positionals;
	if (folder === undefined) throw new BadArguments('DIR is missing: the folder of a recording.');
	if (more.length > 0) throw new BadArguments(`One DIR at a time, not ${positionals.join(' and ')}.`);
	return {folder, json: values.json};
}

const options = {json: {type: 'boolean', default: false}, help: {type: 'boolean', default: false}} as const;

function parsed(args: readonly string[]) {
	try {
		return parseArgs({args: [...args], options, allowPositionals: true});
	} catch (error) {
		throw new BadArguments(error instanceof Error ? error.message : String(error));
	}
}

async function replayAll({folder, json}: Asked, {out, err}: Streams): Promise<number> {
	const counts: Count[] = [];
	for (const recording of findRecordings(folder)) {
		err(`Replaying ${recording}.\n`);
		const replayed = await replay(recording);
		out(json ? describeAsJson(replayed) : `${describe(replayed)}\n`);
		counts.push(count(replayed.verdicts));
	}
	out(`${JSON.stringify(sum(counts))}\n`);
	return counts.every(isConforming) ? 0 : 1;
}

function sum(counts: readonly Count[]): Count {
	const of = (key: keyof Count): number => counts.reduce((total, each) => total + each[key], 0);
	return {agree: of('agree'), differ: of('differ'), skipped: of('skipped')};
}
