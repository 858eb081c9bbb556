import {parseArgs} from 'node:util';
import {proveKills} from './proof/kill/prove.ts';

const {values} = parseArgs({
	options: {
		sample: {type: 'string'},
		seed: {type: 'string', default: '1'},
		only: {type: 'string'},
		jobs: {type: 'string', default: '4'},
		list: {type: 'boolean', default: false},
	},
});
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const {sample, only} = values;
const summary = await proveKills(
	{
		seed: Number(values.seed),
		jobs: Number(values.jobs),
		list: values.list,
		...(sample === undefined ? {} : {sample: Number(sample)}),
		...(only === undefined ? {} : {only}),
	},
	tell,
);
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exitCode = summary.clean === summary.cases && summary.cases > 0 ? 0 : 1;
