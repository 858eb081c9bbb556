import test from 'ava';
import {casesOf} from './differential/generate.ts';
import {findGo, renderWithGo} from './differential/go-side.ts';
import {isSame, lacksCounting, renderWithOurs} from './differential/our-side.ts';
import {readGoldens} from './goldens.ts';

// More cases, another seed or another Go:
// GARM_SPEC_CASES=50000 GARM_SPEC_SEED=7 GARM_SPEC_GO=/usr/local/go/bin/go npx ava build/spec/gotemplate/differential.spec.js
const count = Number(process.env.GARM_SPEC_CASES ?? 2500);
const seed = Number(process.env.GARM_SPEC_SEED ?? 1);
const go = findGo();

if (go === undefined) {
	test.skip('every generated template renders as with Go (skipped: no Go toolchain here)', () => {});
} else {
	test(`every generated template renders as with Go 1.${go.minor}, or has its error at the same stage and line`, (t) => {
		t.timeout(600_000);
		const cases = casesOf(seed, count, go.minor);
		const results = renderWithGo(go, cases);
		const pairs = cases.flatMap((each, n) => {
			const result = results[n];
			return result === undefined || lacksCounting(go.minor, result) ? [] : [{each, result}];
		});
		const differences = pairs.flatMap(({each, result}) => {
			const ours = renderWithOurs(each);
			return isSame(result, ours) ? [] : [{...each, go: result, ours}];
		});
		t.deepEqual(differences.slice(0, 5), [], `seed ${seed}: ${differences.length} of ${pairs.length} cases differ`);
		t.true(pairs.length >= count * 0.8, `${pairs.length} cases were compared`);
		t.log(`${pairs.length} cases, ${pairs.filter(({result}) => result.stage === undefined).length} without an error`);
	});

	test(`the golden table says what Go 1.${go.minor} says`, async (t) => {
		const goldens = (await readGoldens()).filter(({since = 0}) => since <= go.minor);
		const said = renderWithGo(go, goldens).map(({output, stage, line}, n) => {
			const {data = '', template = '', since} = goldens[n] ?? {};
			const what = stage === undefined ? {output: Buffer.from(output, 'latin1').toString('utf8')} : {stage, line};
			return {data, template, ...(since === undefined ? {} : {since}), ...what};
		});
		t.deepEqual(said, goldens);
	});
}
