import type {Power, VmConfig, VmRow} from '../runner/observed.ts';
import {flagIn, numberIn, type Row, readRow, required, textIn} from './decode.ts';

/** A row of /cluster/resources or /nodes/N/qemu; `node` is told for the latter, which does not repeat it. */
export function decodeVm(row: Row, what: string, node?: string): VmRow {
	const vmid = required(numberIn(row, 'vmid'), 'vmid', what);
	const name = textIn(row, 'name');
	const lock = textIn(row, 'lock');
	const pool = textIn(row, 'pool');
	const uptimeSeconds = numberIn(row, 'uptime');
	return {
		vmid,
		node: required(textIn(row, 'node') ?? node, 'node', what),
		// QemuServer.pm vmstatus: a VM without a name is called "VM 100", which is no DNS name.
		...(name === undefined || name === `VM ${vmid}` ? {} : {name}),
		power: decodePower(row),
		template: flagIn(row, 'template'),
		tags: decodeTags(textIn(row, 'tags')),
		...(lock === undefined ? {} : {lock}),
		...(pool === undefined ? {} : {pool}),
		...(uptimeSeconds === undefined ? {} : {uptimeSeconds}),
	};
}

// QEMU's RunState, as `qmpstatus` tells it; a row without one has only running, stopped or unknown.
const powers: Readonly<Record<string, Power>> = {
	running: 'running',
	stopped: 'stopped',
	paused: 'paused',
	suspended: 'paused',
	'io-error': 'failed',
	'internal-error': 'failed',
	'guest-panicked': 'failed',
};

/** What a row of a list or status/current says the VM is doing. */
export function decodePower(row: Row): Power {
	return powers[textIn(row, 'qmpstatus') ?? textIn(row, 'status') ?? ''] ?? 'unknown';
}

/** A VM's config with every value as text. */
export function decodeConfig(data: unknown): VmConfig {
	const config: Record<string, string> = {};
	for (const [key, value] of Object.entries(readRow(data, 'the config of a VM'))) {
		if (typeof value === 'string') config[key] = value;
		else if (value !== null && value !== undefined) config[key] = spell(value);
	}
	return config;
}

function spell(value: unknown): string {
	if (typeof value === 'boolean') return value ? '1' : '0';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// GuestHelpers.pm: separators are `;`, `,` and blanks; a config written by hand keeps them.
function decodeTags(text = ''): readonly string[] {
	return text.split(/[;,\s]+/).filter((tag) => tag !== '');
}
