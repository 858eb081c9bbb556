import test from 'ava';
import {proveFaults} from '../../tools/proof/fault/prove.ts';

test('faults that strike anywhere end in success or in a true sentence, and what they left is recovered', async (t) => {
	const proof = {seed: 1, part: [0, 1], asProcess: 0, sample: 6} as const;
	const {cases, clean, struck} = await proveFaults(proof, (line) => t.log(line));
	t.deepEqual({cases, clean, struck}, {cases: 6, clean: 6, struck: 6});
});
