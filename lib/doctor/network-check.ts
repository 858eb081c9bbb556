import {networkPath} from '../access/choice.ts';
import {judgePlaces} from '../runner/placement.ts';
import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import {type Finding, listed} from './finding.ts';
import {type Found, usedNetworks} from './needs.ts';

/** Whether every bridge and VNet that runners use is there on every node that they may go to. */
export function checkNetworks(ask: Ask, facts: ClusterFacts, found: Found): readonly Finding[] {
	const nodes = nodesFor(ask, found).filter((node) => facts.networks[node] !== undefined);
	const bridges = [...new Set(usedNetworks(ask, found.templates).map(({bridge}) => bridge))];
	if (nodes.length === 0) return [];
	return bridges.map((bridge) => checkBridge(bridge, nodes, facts));
}

function nodesFor({nodes, clone, seedStorage}: Ask, {templates, inventory}: Found): readonly string[] {
	const wishes = {...(nodes === undefined ? {} : {nodes}), clone, seed: {storage: seedStorage}};
	const free = judgePlaces(wishes, templates, inventory).filter(({obstacle}) => obstacle === undefined);
	return [...new Set(free.map(({node}) => node))];
}

function checkBridge(bridge: string, nodes: readonly string[], {networks, held}: ClusterFacts): Finding {
	const has = (node: string) => networks[node]?.some(({name}) => name === bridge) ?? false;
	const lacking = nodes.filter((node) => !has(node));
	const vnet = nodes.some((node) => networks[node]?.some(({name, vnet: is}) => is && name === bridge));
	const kind = vnet ? 'VNet' : 'bridge';
	if (lacking.length === 0)
		return {topic: 'network', level: 'ok', what: `${kind} ${bridge} is there on ${listed(nodes)}`};
	const path = networkPath(bridge);
	const isAllowed = Object.entries(held).some(
		([each, privileges]) => (each === path || each.startsWith(`${path}/`)) && privileges.includes('SDN.Use'),
	);
	return {
		topic: 'network',
		level: 'failure',
		what: `${kind} ${bridge} is not there on ${listed(lacking)}`,
		why: isAllowed
			? 'A runner there does not start. Make it there, set `network.bridge`, or leave the node out with `nodes`.'
			: `No such bridge is there, or the token may not use it. If it is a VNet, its path is /sdn/zones/ZONE/${bridge}.`,
		mend: [`pvesh get /nodes/${lacking[0]}/network --type any_bridge`],
	};
}
