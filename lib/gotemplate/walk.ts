import {type Bytes, toName, toText} from './bytes.ts';
import {assign, evaluatePipe, type Scope} from './evaluate.ts';
import {print} from './format/print.ts';
import {bytesPerWork, maxTemplateDepth, maxTextBytes} from './limits.ts';
import type {ChoiceNode, Node, RangeNode} from './node.ts';
import type {Templates} from './parse.ts';
import {Progress} from './progress.ts';
import {type Turn, turnsOver} from './range.ts';
import {invalid, isTrue, stringValue, type Value} from './value.ts';
import {Variables} from './variables.ts';

/** A list of nodes that is being executed. */
interface Frame {
	readonly nodes: readonly Node[];
	next: number;
	readonly dot: Value;
	readonly variables: Variables;
	/** How many variables there are once the list is done. */
	readonly outerSize: number;
	/** How many templates call one another here. */
	readonly depth: number;
	readonly loop: Loop | undefined;
}

interface Loop {
	readonly node: RangeNode;
	readonly turns: Iterator<Turn>;
	/** How many variables each turn begins with. */
	readonly bodySize: number;
}

/**
 * Executes templates (text/template exec.go walk). Its frames are on a stack of its own, since templates may call one
 * another deeper than JavaScript's stack is.
 */
export class Walk {
	readonly #templates: Templates;
	readonly #progress: Progress;
	readonly #frames: Frame[] = [];
	/** What has been written. */
	output: Bytes = '';
	/** The line of the first piece that is no UTF-8 by itself. */
	oddLine = 1;
	#odd = false;

	constructor(input: Bytes, templates: Templates) {
		this.#templates = templates;
		this.#progress = new Progress(input);
	}

	run(data: Value): void {
		this.#callTemplate('', data, 0);
		for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
			const node = frame.nodes[frame.next++];
			if (node === undefined) this.#finish(frame);
			else this.#execute(node, frame);
		}
	}

	#execute(node: Node, frame: Frame): void {
		this.#progress.visit(node);
		switch (node.do) {
			case 'text':
				return this.#write(node.text);
			case 'print':
				return this.#print(node, frame);
			case 'if':
			case 'with':
				return this.#choose(node, frame);
			case 'range':
				return this.#range(node, frame);
			case 'template':
				return this.#call(node, frame);
			case 'break':
			case 'continue':
				return this.#jump(node.do);
		}
	}

	#print(node: Extract<Node, {readonly do: 'print'}>, frame: Frame): void {
		const value = evaluatePipe(this.#scopeOf(frame), node.pipe);
		if (node.pipe.variables.length > 0) return;
		this.#progress.visit(node);
		this.#write(value.kind === 'invalid' ? '<no value>' : this.#spell(node.at, value));
	}

	#choose(node: ChoiceNode, frame: Frame): void {
		const outerSize = frame.variables.size;
		const scope = this.#scopeOf(frame);
		for (const {pipe, body} of node.branches) {
			this.#progress.visit(pipe);
			const value = evaluatePipe(scope, pipe);
			if (!isTrue(value)) continue;
			return this.#enter(body, node.do === 'with' ? {...frame, dot: value} : frame, outerSize);
		}
		this.#enter(node.otherwise, frame, outerSize);
	}

	#range(node: RangeNode, frame: Frame): void {
		const outerSize = frame.variables.size;
		const value = evaluatePipe(this.#scopeOf(frame), node.pipe);
		const turns = turnsOver(value);
		if (turns === undefined) return this.#progress.fail(`range can't iterate over a ${value.kind}`);
		if (node.pipe.variables.length > 1 && (value.kind === 'int' || value.kind === 'uint8')) {
			this.#progress.fail(`can't use an ${value.kind} to iterate over more than one variable`);
		}
		const loop: Loop = {node, turns, bodySize: frame.variables.size};
		if (!this.#turn(loop, frame, outerSize)) this.#enter(node.otherwise, frame, outerSize);
	}

	/** Begins the next turn of a loop; false where there is none. */
	#turn(loop: Loop, frame: Frame, outerSize: number): boolean {
		const {done, value: turn} = loop.turns.next();
		if (done === true) return false;
		this.#progress.spend(1);
		this.#setTurnVariables(loop.node, turn, frame);
		this.#enter(loop.node.body, {...frame, dot: turn.element}, outerSize, loop);
		return true;
	}

	/** With two variables the key comes first; a single one gets the element. */
	#setTurnVariables({pipe}: RangeNode, {key = invalid, element}: Turn, frame: Frame): void {
		const {variables: names, assigns} = pipe;
		const values = names.length > 1 ? [key, element] : [element];
		for (const [n, name] of names.entries()) {
			const value = values[n] ?? invalid;
			if (assigns) assign(this.#scopeOf(frame), name, value);
			else frame.variables.setFromEnd(names.length - n, value);
		}
	}

	#call(node: Extract<Node, {readonly do: 'template'}>, frame: Frame): void {
		if (!this.#templates.has(node.name))
			this.#progress.fail(`template ${JSON.stringify(toName(node.name))} not defined`);
		if (frame.depth === maxTemplateDepth) this.#progress.fail(`exceeded maximum template depth (${maxTemplateDepth})`);
		const dot = node.pipe === undefined ? invalid : evaluatePipe(this.#scopeOf(frame), node.pipe);
		this.#callTemplate(node.name, dot, frame.depth + 1);
	}

	#callTemplate(name: Bytes, dot: Value, depth: number): void {
		const nodes = this.#templates.get(name) ?? [];
		const variables = new Variables(dot);
		this.#frames.push({nodes, next: 0, dot, variables, outerSize: variables.size, depth, loop: undefined});
	}

	#enter(nodes: readonly Node[], {dot, variables, depth}: Frame, outerSize: number, loop?: Loop): void {
		this.#frames.push({nodes, next: 0, dot, variables, outerSize, depth, loop});
	}

	/** Ends a list: a loop goes on to its next turn. */
	#finish(frame: Frame): void {
		this.#frames.pop();
		const {loop, variables, outerSize} = frame;
		if (loop !== undefined) {
			variables.shrinkTo(loop.bodySize);
			if (this.#turn(loop, frame, outerSize)) return;
		}
		variables.shrinkTo(outerSize);
	}

	/** The parser lets a jump stand only inside of a range of the same template. */
	#jump(to: 'break' | 'continue'): void {
		for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
			if (frame.loop === undefined) this.#frames.pop();
			else if (to === 'continue') return this.#finish(frame);
			else {
				this.#frames.pop();
				return frame.variables.shrinkTo(frame.outerSize);
			}
		}
	}

	#spell(at: number, value: Value): Bytes {
		const text = this.#progress.attempt(at, 'error printing', () => stringValue(print([value])));
		return text.kind === 'string' ? text.bytes : '';
	}

	#write(bytes: Bytes): void {
		if (!this.#odd && /[\u0080-\u00ff]/.test(bytes) && toText(bytes) === undefined) {
			this.#odd = true;
			this.oddLine = this.#progress.line;
		}
		this.output += bytes;
		this.#progress.spend(bytes.length / bytesPerWork);
		if (this.output.length > maxTextBytes) this.#progress.fail('the output is longer than 16 MiB');
	}

	#scopeOf({dot, variables}: Frame): Scope {
		return {dot, variables, progress: this.#progress};
	}
}
