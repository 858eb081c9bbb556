import type {BuiltinName} from './builtins/names.ts';
import type {Bytes} from './bytes.ts';
import type {Value} from './value.ts';

/** A part of a parsed template; `at` is the byte that Go tells errors by (text/template parse/node.go). */
export type Node =
	| {readonly do: 'text'; readonly at: number; readonly text: Bytes}
	| PrintNode
	| ChoiceNode
	| RangeNode
	| TemplateNode
	| {readonly do: 'break' | 'continue'; readonly at: number};

/** A pipe whose value is written, unless it declares or assigns variables. */
export interface PrintNode {
	readonly do: 'print';
	readonly at: number;
	readonly pipe: Pipe;
}

/** `{{if}}` or `{{with}}`: the first branch that is true, else `otherwise`. */
export interface ChoiceNode {
	readonly do: 'if' | 'with';
	readonly at: number;
	readonly branches: readonly {readonly pipe: Pipe; readonly body: readonly Node[]}[];
	readonly otherwise: readonly Node[];
}

/** `{{range}}`. */
export interface RangeNode {
	readonly do: 'range';
	readonly at: number;
	readonly pipe: Pipe;
	readonly body: readonly Node[];
	readonly otherwise: readonly Node[];
}

/** `{{template}}`, or where a `{{block}}` stands. */
export interface TemplateNode {
	readonly do: 'template';
	readonly at: number;
	readonly name: Bytes;
	readonly pipe: Pipe | undefined;
}

/** Commands that hand their values on; `variables` get the last one's, declared (`:=`) or assigned (`=`). */
export interface Pipe {
	readonly kind: 'pipe';
	readonly at: number;
	readonly variables: readonly Bytes[];
	readonly assigns: boolean;
	readonly commands: readonly Command[];
}

/** A word, or a function with its arguments. */
export interface Command {
	readonly at: number;
	readonly words: readonly [Operand, ...Operand[]];
}

/** One word of a command. */
export type Operand =
	| {readonly kind: 'constant'; readonly at: number; readonly value: Value}
	| {readonly kind: 'overflow'; readonly at: number; readonly text: Bytes}
	| {readonly kind: 'dot' | 'nil'; readonly at: number}
	| FieldOperand
	| VariableOperand
	| ChainOperand
	| FunctionOperand
	| Pipe;

/** `.A.B` */
export interface FieldOperand {
	readonly kind: 'field';
	readonly at: number;
	readonly path: Path;
}

/** `$x.A.B` */
export interface VariableOperand {
	readonly kind: 'variable';
	readonly at: number;
	readonly name: Bytes;
	readonly path: readonly Bytes[];
}

/** `(pipe).A.B` or `function.A.B` */
export interface ChainOperand {
	readonly kind: 'chain';
	readonly at: number;
	readonly base: Operand;
	readonly path: Path;
}

/** The name of a builtin function. */
export interface FunctionOperand {
	readonly kind: 'function';
	readonly at: number;
	readonly name: BuiltinName;
}

/** Names of fields, at least one. */
export type Path = readonly [Bytes, ...Bytes[]];
