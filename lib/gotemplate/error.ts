/**
 * Why a template gives no text. The message names the construct: fields, functions, types, templates; it shows neither
 * values nor other quoted texts of the template, which may be secret.
 */
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

/** A failure that does not know its line: parser and evaluator turn it into a GoTemplateError. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
}
