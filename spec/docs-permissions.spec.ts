import {readFile} from 'node:fs/promises';
import test from 'ava';
import {emptyAccess} from '../lib/access/observed.ts';
import {placeNames, privilegesOf, rights} from '../lib/access/rights.ts';
import {setupSteps} from '../lib/access/setup-plan.ts';
import {shellLine} from '../lib/access/step.ts';
import {choice} from './helper/bare-world.ts';

const page = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8');

test('the table of docs/permissions.md is the one that setup and doctor work with', (t) => {
	const rows = page
		.split('\n')
		.filter((line) => /^\| [A-Z]\w+\./.test(line))
		.map((line) =>
			line
				.split('|')
				.map((cell) => cell.trim())
				.slice(1, -1),
		);
	const expected = rights.map(({privileges, on, calls, without}) => [
		privileges.join(' or '),
		placeNames[on],
		calls,
		without,
	]);
	t.deepEqual(rows, expected);
});

test('the lines of docs/permissions.md are those that setup prints', (t) => {
	const block = /```sh\n(# garm-proxmox setup[\s\S]*?)```/.exec(page)?.[1] ?? '';
	const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
	const own = {...choice, templates: [9000]};
	t.deepEqual(lines, setupSteps(own, emptyAccess(privilegesOf(9))).map(shellLine));
});
