import {type Bytes, toName} from './bytes.ts';
import {assign, evaluatePipe, type Scope} from './evaluate.ts';
import {print} from './format/print.ts';
import {maxTemplateDepth} from './limits.ts';
import type {ChoiceNode, Node, PrintNode, RangeNode, TemplateNode} from './node.ts';
import type {Output} from './output.ts';
import type {Templates} from './parse.ts';
import type {Progress} from './progress.ts';
import {type Turn, turnsOver} from './range.ts';
import {invalid, isTrue, type Value} from './value.ts';
import {Variables} from './variables.ts';

/** A list of nodes that is being executed. */
interface Frame {
	readonly nodes: readonly Node[];
	/** Its place among the nodes. */
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
	readonly #output: Output;
	readonly #frames: Frame[] = [];

	constructor(templates: Templates, progress: Progress, output: Output) {
		this.#templates = templates;
		this.#progress = progress;
		this.#output = output;
	}

	/** Executes the template without a name over `data`. */
	run(data: Value): void {
		this.#enterTemplate(this.#templates.get('') ?? [], data, 0);
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
				this.#output.write(node.text);
				break;
			case 'print':
				this.#print(node, frame);
				break;
			case 'if':
			case 'with':
				this.#choose(node, frame);
				break;
			case 'range':
				this.#range(node, frame);
				break;
			case 'template':
				this.#call(node, frame);
				break;
			case 'break':
			case 'continue':
				this.#jump(node.do);
		}
	}

	#print(node: PrintNode, frame: Frame): void {
		const value = evaluatePipe(this.#scopeOf(frame), node.pipe);
		if (node.pipe.variables.length > 0) return;
		this.#progress.visit(node);
		const text = this.#progress.attempt(node.at, 'error printing', () => spell(value));
		this.#output.write(text);
	}

	#choose(node: ChoiceNode, frame: Frame): void {
		const outerSize = frame.variables.size;
		for (const {pipe, body} of node.branches) {
			const value = evaluatePipe(this.#scopeOf(frame), pipe);
			if (!isTrue(value)) continue;
			this.#enter(body, node.do === 'with' ? value : frame.dot, frame, outerSize);
			return;
		}
		this.#enter(node.otherwise, frame.dot, frame, outerSize);
	}

	#range(node: RangeNode, frame: Frame): void {
		const outerSize = frame.variables.size;
		const value = evaluatePipe(this.#scopeOf(frame), node.pipe);
		const turns = this.#turnsOf(node, value);
		const loop: Loop = {node, turns, bodySize: frame.variables.size};
		if (!this.#turn(loop, frame, outerSize)) this.#enter(node.otherwise, frame.dot, frame, outerSize);
	}

	#turnsOf({pipe}: RangeNode, value: Value): Iterator<Turn> {
		const counts = value.kind === 'int' || value.kind === 'uint8';
		if (counts && pipe.variables.length > 1) {
			this.#progress.fail(`can't use an ${value.kind} to iterate over more than one variable`);
		}
		return turnsOver(value) ?? this.#progress.fail(`range can't iterate over a ${value.kind}`);
	}

	/** Begins the next turn of a loop; false where there is none. */
	#turn(loop: Loop, frame: Frame, outerSize: number): boolean {
		const {done, value: turn} = loop.turns.next();
		if (done === true) return false;
		this.#progress.spend(1);
		this.#setTurnVariables(loop.node, turn, frame);
		this.#enter(loop.node.body, turn.element, frame, outerSize, loop);
		return true;
	}

	/** With two variables the key comes first; a single one gets the element. */
	#setTurnVariables({pipe}: RangeNode, {key, element}: Turn, frame: Frame): void {
		const {variables: names, assigns} = pipe;
		const values = names.length > 1 ? [key, element] : [element];
		for (const [n, name] of names.entries()) {
			const value = values[n] ?? invalid;
			if (assigns) assign(this.#scopeOf(frame), name, value);
			else frame.variables.setFromEnd(names.length - n, value);
		}
	}

	#call({name, pipe}: TemplateNode, frame: Frame): void {
		const nodes = this.#templates.get(name);
		if (nodes === undefined) this.#progress.fail(`template ${JSON.stringify(toName(name))} not defined`);
		if (frame.depth === maxTemplateDepth) {
			this.#progress.fail(`exceeded maximum template depth (${maxTemplateDepth})`);
		}
		const dot = pipe === undefined ? invalid : evaluatePipe(this.#scopeOf(frame), pipe);
		this.#enterTemplate(nodes ?? [], dot, frame.depth + 1);
	}

	/** A template sees no variable of its caller, and `$` is its own data. */
	#enterTemplate(nodes: readonly Node[], dot: Value, depth: number): void {
		const variables = new Variables(dot);
		this.#frames.push({nodes, next: 0, dot, variables, outerSize: variables.size, depth, loop: undefined});
	}

	/** Begins a list of the same template as `frame`. */
	#enter(nodes: readonly Node[], dot: Value, {variables, depth}: Frame, outerSize: number, loop?: Loop): void {
		this.#frames.push({nodes, next: 0, dot, variables, outerSize, depth, loop});
	}

	/** Ends a list: a loop goes on to its next turn. */
	#finish(frame: Frame): void {
		this.#frames.pop();
		const {loop, variables, outerSize} = frame;
		variables.shrinkTo(loop?.bodySize ?? outerSize);
		if (loop !== undefined && this.#turn(loop, frame, outerSize)) return;
		variables.shrinkTo(outerSize);
	}

	/** Ends the turn of the innermost loop, or all of it; the parser lets a jump stand only inside of one. */
	#jump(to: 'break' | 'continue'): void {
		let frame = this.#frames.at(-1);
		while (frame !== undefined && frame.loop === undefined) {
			this.#frames.pop();
			frame = this.#frames.at(-1);
		}
		if (frame === undefined) return;
		if (to === 'continue') {
			this.#finish(frame);
			return;
		}
		this.#frames.pop();
		frame.variables.shrinkTo(frame.outerSize);
	}

	#scopeOf({dot, variables}: Frame): Scope {
		return {dot, variables, progress: this.#progress};
	}
}

function spell(value: Value): Bytes {
	return value.kind === 'invalid' ? '<no value>' : print([value]);
}
