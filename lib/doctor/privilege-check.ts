import {splitTokenId} from '../access/choice.ts';
import {
	type GrantedPlace,
	type Knows,
	type Place,
	placeNames,
	privilegesFor,
	type Right,
	roleNames,
} from '../access/rights.ts';
import {type AccessStep, shellLine} from '../access/step.ts';
import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import {type Finding, listed} from './finding.ts';
import {type Found, rightsOn, type Spot, spotsOf} from './needs.ts';

/** Whether the token holds every right that the calls behind `ask` demand, path by path. */
export function checkPrivileges(ask: Ask, facts: ClusterFacts, found: Found): readonly Finding[] {
	const known = new Set(Object.values(facts.roles).flat());
	// Where the roles cannot be read, nothing counts as unknown.
	const knows: Knows = (privilege) => known.size === 0 || known.has(privilege);
	const spots = spotsOf(ask, found);
	const places = [...new Set(spots.map(({place}) => place))];
	return [
		...unknownRights(ask, found, knows, places),
		...places.flatMap((place) =>
			checkPlace(
				place,
				spots.filter((spot) => spot.place === place),
				{ask, facts, found, knows},
			),
		),
	];
}

interface Case {
	readonly ask: Ask;
	readonly facts: ClusterFacts;
	readonly found: Found;
	readonly knows: Knows;
}

/** Rights that this PVE has no name for any more: another release may have renamed them, and they cannot be judged. */
function unknownRights(ask: Ask, found: Found, knows: Knows, places: readonly Place[]): readonly Finding[] {
	const all = places.flatMap((place) => Object.values(rightsOn(place, ask, found)).flat());
	const names = [...new Set(all.filter((right) => !isKnown(right, knows)).map(nameOf))];
	if (names.length === 0) return [];
	return [
		{
			topic: 'privilege',
			level: 'warning',
			what: `this PVE knows no ${listed(names)}, so it was not looked for`,
			why: 'A newer release may have renamed it. Calls tell it when one is refused.',
		},
	];
}

const isKnown = ({privileges}: Right, knows: Knows) => privileges.some(knows);
const nameOf = ({privileges: [first = '']}: Right) => first;

/** The findings of all paths of one place: those that lack the same are told together. */
function checkPlace(place: Place, spots: readonly Spot[], own: Case): readonly Finding[] {
	const {ask, facts, found, knows} = own;
	const {needed, wanted} = rightsOn(place, ask, found);
	if (needed.length + wanted.length === 0) return [];
	const missingOn = (spot: Spot, all: readonly Right[]) => {
		const held = [spot.path, ...(spot.also === undefined ? [] : [spot.also])].flatMap((path) => facts.held[path] ?? []);
		return all.filter((right) => isKnown(right, knows) && !right.privileges.some((each) => held.includes(each)));
	};
	const tell = (level: 'warning' | 'failure', all: readonly Right[]): readonly Finding[] =>
		grouped(spots, (spot) => missingOn(spot, all)).flatMap(([missing, paths]) =>
			missing.length === 0 ? [] : [missingRights(level, place, paths, missing, own)],
		);
	const whole = spots.filter((spot) => missingOn(spot, [...needed, ...wanted]).length === 0).map(({path}) => path);
	return [
		...(whole.length === 0
			? []
			: [
					{
						topic: 'privilege',
						level: 'ok',
						what: `the token may do all it has to on ${listed(whole)} (${placeNames[place]})`,
					} as const,
				]),
		...tell('failure', needed),
		...tell('warning', wanted),
	];
}

function grouped(
	spots: readonly Spot[],
	missingOn: (spot: Spot) => readonly Right[],
): readonly (readonly [readonly Right[], readonly string[]])[] {
	const groups = new Map<string, [readonly Right[], string[]]>();
	for (const spot of spots) {
		const missing = missingOn(spot);
		const key = missing.map(nameOf).join();
		const group = groups.get(key) ?? [missing, []];
		group[1].push(spot.path);
		groups.set(key, group);
	}
	return [...groups.values()];
}

function missingRights(
	level: 'warning' | 'failure',
	place: Place,
	paths: readonly string[],
	missing: readonly Right[],
	own: Case,
): Finding {
	const names = missing.map((right) => right.privileges.find(own.knows) ?? nameOf(right));
	const reasons = missing.map(
		({calls, without}, n) => `${names[n]} is for ${calls.replaceAll('`', '')}; without it: ${without}.`,
	);
	return {
		topic: 'privilege',
		level,
		what: `the token lacks ${listed(names)} on ${listed(paths)}`,
		why: reasons.join(' '),
		mend: mendLines(place, paths, own),
	};
}

/** A whole role on the path, since a right on a deeper path replaces what is handed down from a higher one. */
function mendLines(
	place: Place,
	paths: readonly string[],
	{ask: {tokenId}, facts: {roles}, knows}: Case,
): readonly string[] {
	if (!(place in roleNames)) return [];
	const role = roleNames[place as GrantedPlace];
	const wanted = privilegesFor(place, knows);
	const missing = wanted.filter((privilege) => !(roles[role] ?? []).includes(privilege));
	const change: readonly AccessStep[] =
		roles[role] === undefined
			? [{do: 'add-role', role, privileges: wanted}]
			: missing.length === 0
				? []
				: [{do: 'extend-role', role, privileges: missing}];
	// What holds for one node holds for all.
	const targets = place === 'nodes' ? ['/nodes'] : paths;
	const whose = [splitTokenId(tokenId).user, tokenId];
	return [...change, ...targets.map((path): AccessStep => ({do: 'grant', path, role, whose}))].map(shellLine);
}
