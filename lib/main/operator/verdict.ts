/** Ends a command that has told everything already, with an exit code of its own. */
export class Verdict extends Error {
	override readonly name = 'Verdict';
	readonly exitCode: number;

	constructor(exitCode: number) {
		super(`exit ${exitCode}`);
		this.exitCode = exitCode;
	}
}
