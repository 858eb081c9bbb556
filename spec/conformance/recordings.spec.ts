import test from 'ava';
import {replay} from '../../tools/conformance/replay.ts';
import {count, isConforming} from '../../tools/conformance/verdict.ts';
import {besideTheRepository} from './recorded.ts';

// They are not part of the project: a thousand exchanges each, of genuine clusters.
const recordings = [
	{name: 'pve-8.4', pveVersion: '8.4'},
	{name: 'pve-9.2', pveVersion: '9.2'},
	{name: 'cluster-8.4', pveVersion: '8.4'},
] as const;

for (const {name, pveVersion} of recordings) {
	test(`the simulator does as the recorded ${name} did, in nine of ten exchanges`, async (t) => {
		const folder = besideTheRepository(name);
		if (folder === undefined) {
			t.log(`../shared/pve/transcripts/${name} is not there: skipped`);
			t.pass();
			return;
		}
		t.timeout(600_000);
		const replayed = await replay(folder);
		const found = count(replayed.verdicts);
		t.is(replayed.pveVersion, pveVersion);
		t.true(isConforming(found), JSON.stringify(found));
		// Nine in ten would be little if nine in ten were skipped.
		t.true(found.skipped * 10 <= replayed.verdicts.length, JSON.stringify(found));
		t.log(JSON.stringify(found));
	});
}
