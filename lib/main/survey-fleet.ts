import {lookAround, type Unread} from '../command/look-around.ts';
import {trialController} from '../command/trial.ts';
import type {Config} from '../config/config.ts';
import {badRequest} from '../fault.ts';
import {controllerSeedPrefix} from '../runner/names.ts';
import type {SweepFacts} from '../sweep/facts.ts';
import {controllersIn} from '../sweep/runner-row.ts';
import {type Surroundings, withPlainTools} from './connect.ts';

/** Looks at the runners of every controller on the config's cluster; `unread` says whose notes are read besides. */
export function surveyFleet(config: Config, surroundings: Surroundings, unread: Unread): Promise<SweepFacts> {
	const {vmidRange, storage, timeouts} = config;
	const session = {config, budgetMs: timeouts.operationMs, clock: surroundings.io.clock};
	return withPlainTools(session, surroundings, (tools) =>
		lookAround({vmidRange, seedStorage: storage.seed}, unread, tools),
	);
}

/** Stands for the controller where no runner is left that names one: no mark has an empty id. */
export const nobody = '';

/** The one controller that is meant: the named one, or the only one there is. Absent where there is none. */
export function chooseController(named: string | undefined, facts: SweepFacts): string | undefined {
	const seen = controllersIn(facts);
	if (named !== undefined) {
		// Of a controller whose runners are gone, seeds may be left.
		if (seen.size === 0 || seen.has(named) || hasSeed(named, facts)) return named;
		throw badRequest('The choice of a controller', [
			`nothing of controller ${JSON.stringify(named)} is here. Runners are here of ${spell(seen)}.`,
		]);
	}
	const own = [...seen.keys()].filter((each) => each !== trialController);
	const [only, ...others] = own.length === 0 ? [...seen.keys()] : own;
	if (others.length === 0) return only;
	throw badRequest('The choice of a controller', [
		`several have runners here: ${spell(seen)}. Name one with --controller.`,
	]);
}

function hasSeed(controller: string, {seeds}: SweepFacts): boolean {
	return seeds.some(({fileName}) => fileName.startsWith(controllerSeedPrefix(controller)));
}

function spell(controllers: ReadonlyMap<string, number>): string {
	return [...controllers]
		.map(([id, count]) => `${JSON.stringify(id)} (${count} ${count === 1 ? 'runner' : 'runners'})`)
		.join(', ');
}

/** Throws where the cluster has no node of that name: a misspelt one would have nothing to clean up. */
export function refuseUnknownNode(node: string, {online, rows}: SweepFacts): void {
	const nodes = [...new Set([...online, ...rows.map((row) => row.node)])].sort();
	if (!nodes.includes(node)) throw badRequest(`--node ${node}`, [`the cluster has ${nodes.join(', ')}.`]);
}
