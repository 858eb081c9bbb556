import {runConformance} from './conformance/cli.ts';

process.exitCode = await runConformance(process.argv.slice(2), {
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
});
