import {callBuiltin, parametersOf} from './builtins/call.ts';
import type {BuiltinName} from './builtins/names.ts';
import {type Bytes, toName} from './bytes.ts';
import {bytesPerWork} from './limits.ts';
import type {ChainOperand, Command, FieldOperand, FunctionOperand, Operand, Pipe, VariableOperand} from './node.ts';
import type {Progress} from './progress.ts';
import {invalid, isTrue, typeOf, type Value} from './value.ts';
import type {Variables} from './variables.ts';

/** Where a pipe is evaluated. */
export interface Scope {
	readonly dot: Value;
	readonly variables: Variables;
	readonly progress: Progress;
}

/**
 * The value of a pipe; its variables are declared or assigned on the way. What it visits it tells to `progress`, in
 * Go's order, so that an error is on the line that Go names (text/template exec.go).
 */
export function evaluatePipe(scope: Scope, pipe: Pipe): Value {
	scope.progress.visit(pipe);
	let value: Value | undefined;
	for (const command of pipe.commands) value = evaluateCommand(scope, command, value);
	const result = value ?? invalid;
	for (const name of pipe.variables) {
		if (pipe.assigns) assign(scope, name, result);
		else scope.variables.declare(name, result);
	}
	return result;
}

/** Gives a variable that is there a value. */
export function assign({variables, progress}: Scope, name: Bytes, value: Value): void {
	if (!variables.set(name, value)) progress.fail(`undefined variable: ${toName(name)}`);
}

/** `piped` is the value that the command before hands on, as a last argument. */
function evaluateCommand(scope: Scope, {words, at}: Command, piped: Value | undefined): Value {
	const [first, ...rest] = words;
	const extra: Arguments = {at, words: rest, piped};
	switch (first.kind) {
		case 'field':
			return evaluateField(scope, first, extra);
		case 'variable':
			return evaluateVariable(scope, first, extra);
		case 'chain':
			return evaluateChain(scope, first, extra);
		case 'function':
			return evaluateFunction(scope, first, extra);
		case 'pipe':
			refuseArguments(scope, extra);
			return evaluatePipe(scope, first);
		default:
			scope.progress.visit(first);
			refuseArguments(scope, extra);
			if (first.kind === 'nil') return scope.progress.fail('nil is not a command');
			return evaluateSimple(scope, first);
	}
}

/** What follows a command's first word. */
interface Arguments {
	/** Where the command begins. */
	readonly at: number;
	readonly words: readonly Operand[];
	readonly piped: Value | undefined;
}

const noArguments: Omit<Arguments, 'at'> = {words: [], piped: undefined};

function hasArguments({words, piped}: Omit<Arguments, 'at'>): boolean {
	return words.length > 0 || piped !== undefined;
}

function refuseArguments({progress}: Scope, extra: Arguments): void {
	if (hasArguments(extra)) progress.fail("can't give argument to non-function");
}

function evaluateSimple({dot, progress}: Scope, operand: Operand): Value {
	switch (operand.kind) {
		case 'dot':
			return dot;
		case 'constant':
			return operand.value;
		case 'overflow':
			return progress.fail(`${operand.text} overflows int`);
		default:
			return invalid;
	}
}

/** A word that is an argument, or what a chain of fields begins with. */
function evaluateArgument(scope: Scope, operand: Operand): Value {
	scope.progress.visit(operand);
	switch (operand.kind) {
		case 'field':
			return evaluateField(scope, operand, noArguments);
		case 'variable':
			return evaluateVariable(scope, operand, noArguments);
		case 'chain':
			return evaluateChain(scope, operand, noArguments);
		case 'function':
			return evaluateFunction(scope, operand, {...noArguments, at: operand.at});
		case 'pipe':
			return evaluatePipe(scope, operand);
		default:
			return evaluateSimple(scope, operand);
	}
}

function evaluateField(scope: Scope, field: FieldOperand, extra: Omit<Arguments, 'at'>): Value {
	scope.progress.visit(field);
	return followPath(scope, scope.dot, field.path, extra);
}

function evaluateVariable(scope: Scope, variable: VariableOperand, extra: Omit<Arguments, 'at'>): Value {
	scope.progress.visit(variable);
	const value = scope.variables.get(variable.name);
	if (value === undefined) return scope.progress.fail(`undefined variable: ${toName(variable.name)}`);
	if (variable.path.length === 0 && hasArguments(extra)) scope.progress.fail("can't give argument to non-function");
	return followPath(scope, value, variable.path, extra);
}

function evaluateChain(scope: Scope, chain: ChainOperand, extra: Omit<Arguments, 'at'>): Value {
	scope.progress.visit(chain);
	return followPath(scope, evaluateArgument(scope, chain.base), chain.path, extra);
}

function followPath(scope: Scope, start: Value, path: readonly Bytes[], extra: Omit<Arguments, 'at'>): Value {
	let value = start;
	for (const [n, name] of path.entries()) {
		const last = n === path.length - 1;
		value = fieldOf(scope, value, name, last && hasArguments(extra));
	}
	return value;
}

/** text/template exec.go evalField: no value has no value in any field, a map's missing key is no value. */
function fieldOf({progress}: Scope, value: Value, name: Bytes, called: boolean): Value {
	if (value.kind === 'invalid') return invalid;
	const field = value.kind === 'struct' ? value.fields.get(name) : undefined;
	if (value.kind !== 'map' && field === undefined) {
		return progress.fail(`can't evaluate field ${toName(name)} in type ${typeOf(value)}`);
	}
	if (called) return progress.fail(`${toName(name)} is not a function, but has arguments`);
	if (value.kind !== 'map') return field ?? invalid;
	const bytes = value.entries.get(name);
	return bytes === undefined ? invalid : {kind: 'string', bytes};
}

function evaluateFunction(scope: Scope, {name, at}: FunctionOperand, extra: Arguments): Value {
	const {progress} = scope;
	progress.visit({at});
	checkCount(progress, name, extra);
	if (name === 'and' || name === 'or') return decide(scope, name === 'or', extra);
	const values = extra.words.map((word, n) => {
		const value = evaluateArgument(scope, word);
		if (name === 'printf' && n === 0) checkFormat(progress, word, value);
		return value;
	});
	const {piped} = extra;
	if (name === 'printf' && values.length === 0 && piped !== undefined) checkFormat(progress, undefined, piped);
	const all = piped === undefined ? values : [...values, piped];
	const result = progress.attempt(extra.at, `error calling ${name}`, () => callBuiltin(name, all));
	if (result.kind === 'string') progress.spend(result.bytes.length / bytesPerWork);
	return result;
}

function checkCount(progress: Progress, name: BuiltinName, {words, piped}: Arguments): void {
	const {count, more} = parametersOf(name);
	const given = words.length + (piped === undefined ? 0 : 1);
	if (given < count)
		progress.fail(`wrong number of args for ${name}: want ${more ? 'at least ' : ''}${count} got ${given}`);
	if (given > count && !more) progress.fail(`wrong number of args for ${name}: want ${count} got ${given}`);
}

/** `and`, `or`: the first argument that decides, else the last one; later ones are not evaluated. */
function decide(scope: Scope, deciding: boolean, {words, piped}: Arguments): Value {
	let value: Value = invalid;
	for (const word of words) {
		value = evaluateArgument(scope, word);
		if (isTrue(value) === deciding) return value;
	}
	return piped ?? value;
}

function checkFormat(progress: Progress, word: Operand | undefined, value: Value): void {
	if (value.kind === 'string') return;
	const found = word?.kind === 'nil' || value.kind === 'invalid' ? 'no value' : `a ${typeOf(value)}`;
	progress.fail(`wrong type for the format of printf: expected string, found ${found}`);
}
