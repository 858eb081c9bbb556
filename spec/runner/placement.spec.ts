import test from 'ava';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import type {Inventory, ObservedNode, ObservedTemplate} from '../../lib/runner/observed.ts';
import {placeRunner} from '../../lib/runner/placement.ts';
import {aRunner, aTemplate} from '../helper/a-vm.ts';

const GiB = 2 ** 30;
const shared = aTemplate({node: 'n1', config: {template: '1', scsi0: 'ceph:base-9000-disk-0,size=20G'}});
const local = (node: string, vmid: number) => aTemplate({node, vmid});

function cluster(nodes: readonly ObservedNode[]): Inventory {
	const storages = nodes.flatMap(({node}) => [
		{node, storage: 'ceph', shared: true, active: true, content: ['images']},
		{node, storage: 'local', shared: false, active: true, content: ['iso']},
		{node, storage: 'local-lvm', shared: false, active: true, content: ['images']},
	]);
	return {vms: [], nodes, storages};
}
const three = (changes: Readonly<Record<string, Partial<ObservedNode>>> = {}) =>
	cluster(
		['n1', 'n2', 'n3'].map((node, n) => ({node, online: true, memoryFreeBytes: (n + 1) * GiB, ...changes[node]})),
	);

const goesTo = test.macro({
	exec(
		t,
		expected: string,
		inventory: Inventory,
		templates: readonly ObservedTemplate[] = [shared],
		desired: Partial<DesiredRunner> = {},
	) {
		const place = placeRunner(aRunner(desired), templates, inventory);
		t.is('reasons' in place ? place.reasons.join('; ') : `${place.node} from ${place.template.vmid}`, expected);
	},
	title: (what = '') => `a runner goes to ${what}`,
});
test('the node with the most free memory, from shared storage', goesTo, 'n3 from 9000', three());
test('the next one where that is off line', goesTo, 'n2 from 9000', three({n3: {online: false}}));
test('the next one where that is in maintenance', goesTo, 'n2 from 9000', three({n3: {haState: 'maintenance'}}));
test('a node whose HA state is all right', goesTo, 'n3 from 9000', three({n3: {haState: 'online'}}));
test('an allowed node', goesTo, 'n2 from 9000', three(), [shared], {nodes: ['n1', 'n2']});
test("a local template's own node", goesTo, 'n1 from 9101', three(), [local('n1', 9101)]);
test('the best of the nodes with a replica', goesTo, 'n2 from 9102', three(), [local('n1', 9101), local('n2', 9102)]);
test('the node with the fewest VMs where memory is hidden', goesTo, 'n2 from 9000', {
	...three({n1: {memoryFreeBytes: 0}, n2: {memoryFreeBytes: 0}, n3: {memoryFreeBytes: 0}}),
	vms: ['n1', 'n3'].map((node, vmid) => ({vmid, node, power: 'running' as const, template: false, tags: []})),
});
test(
	'nowhere while the node of the template is off line',
	goesTo,
	'node n1 of template 9000 is off line',
	three({n1: {online: false}}),
);
test('no node that lacks the seed storage', goesTo, 'n2 from 9000', {
	...three(),
	storages: three().storages.filter(({node, storage}) => node !== 'n3' || storage !== 'local'),
});
test(
	'nowhere where the seed storage takes no ISO',
	goesTo,
	'storage local is not available for content iso on node n1',
	{
		...cluster([{node: 'n1', online: true}]),
		storages: [
			{node: 'n1', storage: 'local', shared: false, active: true, content: ['backup']},
			{node: 'n1', storage: 'ceph', shared: true, active: true, content: ['images']},
		],
	},
);
