/** An answer that says no, or that is not what PVE sends. */
export class BadAnswer extends Error {
	override readonly name = 'BadAnswer';
	readonly method: string;
	readonly status: number;
	/** PVE's words; for a page that is not PVE's, what it looks like. */
	readonly words: string;
	/** PVE's words about single parameters (status 400). */
	readonly fields: Readonly<Record<string, string>>;
	/** Whether the body could be read; a reverse proxy's page or half a page cannot. */
	readonly whole: boolean;

	constructor(
		method: string,
		answer: {
			readonly status: number;
			readonly words: string;
			readonly fields?: Readonly<Record<string, string>>;
			readonly whole: boolean;
		},
	) {
		super(`${answer.status} ${answer.words}`);
		this.method = method;
		this.status = answer.status;
		this.words = answer.words;
		this.fields = answer.fields ?? {};
		this.whole = answer.whole;
	}
}
