import test from 'ava';
import {walk} from '../../tools/proof/foreign/walk.ts';

test('what is not provably ours stays byte for byte as it is, whatever two controllers and the people beside them do', async (t) => {
	const report = await walk({steps: 60, seed: 7}, (line) => t.log(line));
	t.deepEqual(report.violations, []);
	t.is(report.clean, 60);
});
