import test from 'ava';
import {proveKills} from '../../tools/proof/kill/prove.ts';

test('a create that is killed while its clone runs leaves nothing that the next call does not find', async (t) => {
	const only = 'create/linux-linked-1/clone#1/after/held2';
	const {cases, clean, killed} = await proveKills({seed: 1, jobs: 2, only}, (line) => t.log(line));
	t.deepEqual({cases, clean, killed}, {cases: 3, clean: 3, killed: 3});
});
