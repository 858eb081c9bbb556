import type {Inventory, ObservedNode, ObservedStorage, VmRow} from '../runner/observed.ts';
import {flagIn, notWhole, numberIn, type Row, readRows, required, textIn} from './decode.ts';
import {decodeVm} from './decode-vm.ts';

const what = "the cluster's resources";

/** What /cluster/resources lists; throws `unreachable` for a page that cannot be all of it. */
export function decodeInventory(data: unknown): Inventory {
	const rows = readRows(data, what);
	const ofType = (type: string) => rows.filter((row) => required(textIn(row, 'type'), 'type', what) === type);
	const nodes = ofType('node').map(decodeNode);
	// API2/Cluster.pm resources: every token sees every node, so a page without one is cut.
	if (nodes.length === 0) throw notWhole(what, 'it lists no node');
	const online = new Set(nodes.filter((node) => node.online).map(({node}) => node));
	return {
		nodes,
		vms: ofType('qemu').map((row) => asFarAsKnown(decodeVm(row, what), online)),
		storages: ofType('storage').map((row) => decodeStorage(row, online)),
	};
}

// pmxcfs status.c: for 5 minutes the rows of a dead node's VMs go on saying "running".
function asFarAsKnown(vm: VmRow, online: ReadonlySet<string>): VmRow {
	return online.has(vm.node) ? vm : {...vm, power: 'unknown'};
}

function decodeNode(row: Row): ObservedNode {
	const haState = textIn(row, 'hastate');
	const total = numberIn(row, 'maxmem');
	const used = numberIn(row, 'mem');
	return {
		node: required(textIn(row, 'node'), 'node', what),
		online: textIn(row, 'status') === 'online',
		...(haState === undefined ? {} : {haState}),
		...(total === undefined || used === undefined ? {} : {memoryFreeBytes: Math.max(0, total - used)}),
	};
}

function decodeStorage(row: Row, online: ReadonlySet<string>): ObservedStorage {
	const node = required(textIn(row, 'node'), 'node', what);
	const type = textIn(row, 'plugintype');
	const [total, used] = [numberIn(row, 'maxdisk'), numberIn(row, 'disk')];
	return {
		node,
		storage: required(textIn(row, 'storage'), 'storage', what),
		shared: flagIn(row, 'shared'),
		active: textIn(row, 'status') === 'available' && online.has(node),
		content: (textIn(row, 'content') ?? '').split(',').filter((each) => each !== ''),
		...(type === undefined ? {} : {type}),
		...(total === undefined || used === undefined ? {} : {freeBytes: Math.max(0, total - used)}),
	};
}
