import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {type GoValue, goMap, goStruct} from '../../lib/gotemplate/index.ts';
import {ourData} from './differential/data.ts';
import {type Golden, readGoldens, resultOf} from './goldens.ts';

test('every template of the golden table renders as Go rendered it', async (t) => {
	const goldens = await readGoldens();
	t.deepEqual(
		goldens.filter((golden) => !agrees(golden, ourData[golden.data] ?? '')),
		[],
	);
	t.true(goldens.length > 150);
});

// 200 templates of the kind that GARM and its users write, rendered by Go 1.19; not a part of this project.
const shared = path.resolve(import.meta.dirname, '../../../../shared/garm/go-template-goldens.json');

interface SharedGoldens {
	readonly data: Readonly<Record<string, Params>>;
	readonly rows: readonly Golden[];
}

type Params = Readonly<Record<string, string | boolean>> & {readonly ExtraContext: Readonly<Record<string, string>>};

if (existsSync(shared)) {
	test('every template of the shared golden table renders as Go rendered it', async (t) => {
		const {data, rows}: SharedGoldens = JSON.parse(await readFile(shared, 'utf8'));
		const values = Object.entries(data).map(([name, params]) => [name, paramsOf(params)] as const);
		const named: Readonly<Record<string, GoValue>> = Object.fromEntries(values);
		t.deepEqual(
			rows.filter((golden) => !agrees(golden, named[golden.data] ?? '')),
			[],
		);
		t.is(rows.length, 200);
	});
} else {
	test.skip('every template of the shared golden table renders as Go rendered it (skipped: no ../shared here)', () => {});
}

/** Where the table tells no line, any will do. */
function agrees({template, output = '', stage, line}: Golden, data: GoValue): boolean {
	const ours = resultOf(template, data);
	if (stage === undefined) return ours.stage === undefined && ours.output === output;
	return ours.stage === stage && (line === undefined || ours.line === line);
}

function paramsOf(params: Params): GoValue {
	return goStruct('main.InstallRunnerParams', {...params, ExtraContext: goMap(params.ExtraContext)});
}
