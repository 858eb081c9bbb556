import {Fault, isFault} from '../fault.ts';
import type {Clock} from '../time/clock.ts';

const looks = 5;
const pauseMs = 200;

/**
 * The answer of `read`, which finds VMs by an inventory and reads them one by one. A VM that migrates or vanishes
 * between the two is "not there" for PVE, so `read` begins anew; the list itself may lag by half a second.
 */
export async function readOrElsewhere<Seen>(read: () => Promise<Seen>, clock: Clock): Promise<Seen> {
	for (let look = 1; ; look++) {
		try {
			return await read();
		} catch (error) {
			if (!isFault(error, 'not-found')) throw error;
			if (look === looks) {
				throw new Fault('busy', `The cluster lists a VM that its node does not know: ${error.message}`, {cause: error});
			}
		}
		await clock.sleep(pauseMs);
	}
}
