import type {NetworkFacts, TagRules} from '../doctor/facts.ts';
import {flagIn, type Row, readRow, readRows, required, textIn} from './decode.ts';
import type {Session} from './session.ts';

/** What a token is told of its own rights and of the rules around it. */
export interface AccessCalls {
	/** The token's privileges on a path; none where the path does not exist. */
	privilegesOn(path: string): Promise<readonly string[]>;
	/** What each role holds. */
	roles(): Promise<Readonly<Record<string, readonly string[]>>>;
	/** The resource pools that may be audited. */
	pools(): Promise<readonly string[]>;
	tagRules(): Promise<TagRules>;
	/** The bridges and VNets of a node that may be used or audited. */
	networks(node: string): Promise<readonly NetworkFacts[]>;
}

/** The calls about rights and rules over `session`. */
export function accessCalls({engine, attempt}: Session): AccessCalls {
	const ask = async (path: string, parameters = {}) => (await engine.ask({method: 'GET', path, parameters})).data;
	return {
		privilegesOn: (path) =>
			attempt({what: `read the token's privileges on ${path}`}, async () => {
				// API2/AccessControl.pm permissions: a path without any privilege is left out.
				const held = readRow(await ask('/access/permissions', {path}), 'privileges')[path];
				return held === undefined ? [] : Object.keys(readRow(held, 'privileges'));
			}),
		roles: () => attempt({what: 'list the roles'}, async () => readRoles(await ask('/access/roles'))),
		pools: () =>
			attempt({what: 'list the resource pools'}, async () =>
				readRows(await ask('/pools'), 'the pools').map((row) => required(textIn(row, 'poolid'), 'poolid', 'the pools')),
			),
		tagRules: () =>
			attempt({what: "read the cluster's options"}, async () =>
				readTagRules(readRow(await ask('/cluster/options'), 'the options')),
			),
		networks: (node) =>
			attempt({what: `list the bridges of node ${node}`, node}, async () => {
				const data = await ask(`/nodes/${encodeURIComponent(node)}/network`, {type: 'any_bridge'});
				return readRows(data, 'the bridges').map((row) => ({
					name: required(textIn(row, 'iface'), 'iface', 'the bridges'),
					vnet: textIn(row, 'type') === 'vnet',
				}));
			}),
	};
}

/** What each role of a list holds. */
export function readRoles(data: unknown): Readonly<Record<string, readonly string[]>> {
	const what = 'the roles';
	const rows = readRows(data, what).map((row) => [
		required(textIn(row, 'roleid'), 'roleid', what),
		splitList(textIn(row, 'privs')),
	]);
	return Object.fromEntries(rows);
}

// pve-cluster DataCenterConfig.pm: since 8.0 the API answers parsed property strings, as written before.
function readTagRules(options: Row): TagRules {
	const access = options['user-tag-access'];
	const allow =
		typeof access === 'string'
			? /(?:^|,)user-allow=(\w+)/.exec(access)?.[1]
			: access === undefined || access === null
				? undefined
				: textIn(readRow(access, 'user-tag-access'), 'user-allow');
	const registered = options['registered-tags'];
	return {
		allow: allow ?? 'free',
		registered: Array.isArray(registered) ? registered.map(String) : splitList(textIn(options, 'registered-tags')),
	};
}

/** The parts of a list that PVE separates by commas, semicolons or blanks. */
export function splitList(text = ''): readonly string[] {
	return text.split(/[\s,;]+/).filter((part) => part !== '');
}

/** Whether a user, token or role is switched on; they are unless something says otherwise. */
export function isEnabled(row: Row): boolean {
	return row.enable === undefined || flagIn(row, 'enable');
}
