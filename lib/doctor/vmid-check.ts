import {readTags} from '../runner/mark.ts';
import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import type {Finding} from './finding.ts';

// A runner has six VMIDs: with nine of ten taken, every second runner finds none.
const failingShare = 0.9;
const crowdedShare = 0.5;

/** Whether the range of VMIDs has room, and is the runners' own. */
export function checkVmids(
	{vmidRange: {first, last}}: Ask,
	{vmids, inventory, leftovers}: ClusterFacts,
): readonly Finding[] {
	const range = `${first}-${last}`;
	const {asked, taken} = vmids;
	const share = asked === 0 ? 0 : taken / asked;
	const strangers = inventory.vms.filter(
		({vmid, template, tags}) => vmid >= first && vmid <= last && !template && readTags(tags) === undefined,
	);
	return [
		share < crowdedShare
			? {
					topic: 'vmid',
					level: 'ok',
					what: `the VMIDs ${range} have room: ${asked - taken} of ${asked} that were asked for are free`,
				}
			: {
					topic: 'vmid',
					level: share < failingShare ? 'warning' : 'failure',
					what: `the VMIDs ${range} are crowded: ${taken} of ${asked} that were asked for are taken`,
					why: 'A runner has six VMIDs in the range. Widen vmid_range.',
				},
		...(strangers.length === 0
			? []
			: [
					{
						topic: 'vmid',
						level: 'warning',
						what: `${strangers.length === 1 ? '1 VM without our tags lies' : `${strangers.length} VMs without our tags lie`} in the range ${range}`,
						why: 'Every list reads their notes to be sure that they are no runners, and fails while their node is off line. Give the runners a range of their own (vmid_range).',
					} as const,
				]),
		...leftovers.map(
			({vmid, node, name = '?'}): Finding => ({
				topic: 'vmid',
				level: 'warning',
				what: `VM ${vmid} (${name}) on ${node} is left from an earlier \`doctor --try\``,
				why: 'That run was killed before it could remove its runner.',
				mend: [`qm stop ${vmid} && qm destroy ${vmid}`],
			}),
		),
	];
}
