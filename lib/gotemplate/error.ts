/** Why a template gives no text; the message names the construct, and shows no more of the template. */
export class GoTemplateError extends Error {
	override readonly name = 'GoTemplateError';
	readonly stage: 'parse' | 'execute';
	/** From 1. */
	readonly line: number;

	constructor(stage: 'parse' | 'execute', line: number, message: string) {
		super(message);
		this.stage = stage;
		this.line = line;
	}
}
