import type {Logger} from '../log/logger.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';
import type {Cluster} from './ports.ts';

/** Everything a command works with. */
export interface CommandTools {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly deadline: Deadline;
	readonly logger: Logger;
	/** From 0 to 1: spreads the waits of many processes. */
	readonly random: () => number;
}
