import {parseArgs} from 'node:util';
import {proveFaults} from './proof/fault/prove.ts';

const {values} = parseArgs({
	options: {
		sample: {type: 'string'},
		seed: {type: 'string', default: '1'},
		only: {type: 'string'},
		part: {type: 'string', default: '0/1'},
		processes: {type: 'string', default: '3'},
		list: {type: 'boolean', default: false},
	},
});
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const {sample, only} = values;
const [index = 0, of = 1] = values.part.split('/').map(Number);
const summary = await proveFaults(
	{
		seed: Number(values.seed),
		list: values.list,
		part: [index, of],
		asProcess: Number(values.processes),
		...(sample === undefined ? {} : {sample: Number(sample)}),
		...(only === undefined ? {} : {only}),
	},
	tell,
);
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exitCode = summary.clean === summary.cases && summary.cases > 0 ? 0 : 1;
