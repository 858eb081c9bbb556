import {lookAround, type Unread} from '../command/look-around.ts';
import {trialController} from '../command/trial.ts';
import type {Config} from '../config/config.ts';
import {badRequest} from '../fault.ts';
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

/** The one controller that is meant: the named one, or the only one there is. Absent where there is none. */
export function chooseController(named: string | undefined, facts: SweepFacts): string | undefined {
	if (named !== undefined) return named;
	const seen = controllersIn(facts);
	const own = [...seen.keys()].filter((each) => each !== trialController);
	const [only, ...others] = own.length === 0 ? [...seen.keys()] : own;
	if (others.length === 0) return only;
	const list = [...seen].map(([id, count]) => `${JSON.stringify(id)} (${count} ${count === 1 ? 'runner' : 'runners'})`);
	throw badRequest('The choice of a controller', [
		`several have runners here: ${list.join(', ')}. Name one with --controller.`,
	]);
}
