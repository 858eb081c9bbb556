import type {Upid} from './upid.ts';

/** A task that ended badly, with the end of its log. */
export class TaskFailure extends Error {
	override readonly name = 'TaskFailure';
	readonly upid: Upid;
	/** PVE's words. */
	readonly exitStatus: string;
	readonly log: readonly string[];

	constructor(upid: Upid, exitStatus: string, log: readonly string[]) {
		super(exitStatus);
		this.upid = upid;
		this.exitStatus = exitStatus;
		this.log = log;
	}
}
