import {parseArgs} from 'node:util';
import {walk} from './proof/foreign/walk.ts';

const help = `Usage: npm run proof:foreign -- [--steps 10000] [--seed 1]

Two controllers ask random things of the provider on a cluster full of look-alikes, while people rename, copy, protect,
forge and replace VMs. After every step everything that is not provably the asker's has to be byte for byte as before.
The last line is a JSON report; exits with 1 where a step was not clean.

  npm run proof:foreign
  npm run proof:foreign -- --steps 500 --seed 42
`;

const {values} = parseArgs({
	options: {
		steps: {type: 'string', default: '10000'},
		seed: {type: 'string', default: '1'},
		help: {type: 'boolean', default: false},
	},
});

process.exitCode = await main();

async function main(): Promise<number> {
	if (values.help) {
		process.stdout.write(help);
		return 0;
	}
	const [steps, seed] = [Number(values.steps), Number(values.seed)];
	if (!Number.isInteger(steps) || steps < 1 || !Number.isInteger(seed)) {
		process.stderr.write(`--steps and --seed take whole numbers.\n\n${help}`);
		return 2;
	}
	const report = await walk({steps, seed}, (line) => void process.stderr.write(`${line}\n`));
	for (const violation of report.violations.slice(0, 20)) process.stderr.write(`${violation}\n`);
	process.stdout.write(`${JSON.stringify({...report, violations: report.violations.length})}\n`);
	return report.clean === report.steps ? 0 : 1;
}
