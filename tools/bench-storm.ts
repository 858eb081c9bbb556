import {parseArgs} from 'node:util';
import {runStorm, type StormOptions} from './bench/storm.ts';

const help = `Usage: npm run bench:storm -- [--runners 100] [--world small|cluster] [--pace genuine|instant] [--rounds 3]
       [--limit 1.25] [--width 8]

Starts that many real provider processes at once against a simulated cluster: creates, then deletes; in turn with one
ideal client that clones, configures and starts as many, --width at a time. Progress goes to stderr; the last line is a JSON report. Exits
with 1 where a call failed, something was left behind, or the median of create's ratios is above --limit.

  npm run bench:storm -- --runners 100 --pace genuine
  npm run bench:storm -- --runners 20 --world cluster --rounds 1
`;

const {values} = parseArgs({
	options: {
		runners: {type: 'string', default: '100'},
		world: {type: 'string', default: 'small'},
		pace: {type: 'string', default: 'genuine'},
		rounds: {type: 'string', default: '3'},
		limit: {type: 'string', default: '1.25'},
		width: {type: 'string', default: '8'},
		help: {type: 'boolean', default: false},
	},
});

process.exitCode = values.help ? tellHelp() : await bench();

function tellHelp(): number {
	process.stdout.write(help);
	return 0;
}

async function bench(): Promise<number> {
	const options = readOptions();
	if (typeof options === 'string') {
		process.stderr.write(`${options}\n\n${help}`);
		return 2;
	}
	const report = await runStorm(options, (line) => void process.stderr.write(`${line}\n`));
	process.stdout.write(`${JSON.stringify(report)}\n`);
	return report.failures.length === 0 && report.createRatio <= Number(values.limit) ? 0 : 1;
}

function readOptions(): StormOptions | string {
	const {world, pace} = values;
	const runners = Number(values.runners);
	const rounds = Number(values.rounds);
	const width = Number(values.width);
	if (!Number.isInteger(runners) || runners < 1 || runners > 500)
		return '--runners takes a whole number from 1 to 500.';
	if (!Number.isInteger(rounds) || rounds < 1 || rounds > 99) return '--rounds takes a whole number from 1 to 99.';
	if (!Number.isInteger(width) || width < 1) return '--width takes a whole number from 1.';
	if (!(Number(values.limit) > 0)) return '--limit takes a number above 0.';
	if (world !== 'small' && world !== 'cluster') return '--world takes small or cluster.';
	if (pace !== 'genuine' && pace !== 'instant') return '--pace takes genuine or instant.';
	return {runners, rounds, world, pace, width};
}
