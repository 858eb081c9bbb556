import {type Bytes, toName} from './bytes.ts';
import {Lexer} from './lex.ts';
import {Nesting} from './nesting.ts';
import type {ChoiceNode, Node, RangeNode} from './node.ts';
import {type Place, parsePipe} from './parse-pipe.ts';
import type {Token} from './token.ts';
import {TokenStream} from './token-stream.ts';
import {unquote} from './unquote.ts';

/** Templates by their names; the one that is rendered has the empty name. */
export type Templates = ReadonlyMap<Bytes, readonly Node[]>;

/** Every template in `input`; throws GoTemplateError at stage `parse` on the line that Go names. */
export function parseTemplates(input: Bytes): Templates {
	const shared = {input, lexer: new Lexer(input), nesting: new Nesting(), templates: new Map<Bytes, readonly Node[]>()};
	new TemplateParser(shared).parseRoot();
	return shared.templates;
}

interface Shared {
	readonly input: Bytes;
	readonly lexer: Lexer;
	readonly nesting: Nesting;
	readonly templates: Map<Bytes, readonly Node[]>;
}

/** What ends a list of nodes: `{{end}}`, or `{{else}}` with the `if` or `with` that may follow it still to be read. */
type Closing = 'end' | 'else';

/** Reads one template: the whole one, or what is inside of a `{{define}}` or `{{block}}`. */
class TemplateParser implements Place {
	readonly #shared: Shared;
	readonly tokens: TokenStream;
	readonly nesting: Nesting;
	readonly variables: Bytes[] = ['$'];
	#openRanges = 0;

	constructor(shared: Shared) {
		this.#shared = shared;
		this.nesting = shared.nesting;
		this.tokens = new TokenStream(shared.input, shared.lexer);
	}

	parseRoot(): void {
		const nodes: Node[] = [];
		while (this.tokens.peek().kind !== 'eof') {
			if (this.#skipDefinition()) continue;
			const node = this.#parseNode();
			if (typeof node === 'string') this.tokens.fail(`unexpected {{${node}}}`);
			nodes.push(node);
		}
		this.#add('', nodes);
	}

	/** Reads a `{{define}}`, if one is next. */
	#skipDefinition(): boolean {
		if (this.tokens.peek().kind !== '{{') return false;
		const delimiter = this.tokens.next();
		const keyword = this.tokens.nextNonSpace();
		if (keyword.kind === 'define') {
			new TemplateParser(this.#shared).parseDefinition(keyword);
			return true;
		}
		this.tokens.giveBack(keyword);
		this.tokens.giveBack(delimiter);
		return false;
	}

	parseDefinition(keyword: Token): void {
		const context = 'define clause';
		const name = this.#nameOf(this.tokens.expect(context, 'string', 'raw-string'));
		this.tokens.expect(context, '}}');
		const {nodes, closing} = this.parseList(keyword);
		if (closing !== 'end') this.tokens.fail(`unexpected {{${closing}}} in ${context}`);
		this.#add(name, nodes);
	}

	/** A template may be defined again only where one of the two is empty. */
	#add(name: Bytes, nodes: readonly Node[]): void {
		const old = this.#shared.templates.get(name);
		if (old === undefined || isEmpty(old)) this.#shared.templates.set(name, nodes);
		else if (!isEmpty(nodes)) this.tokens.fail(`multiple definition of template ${JSON.stringify(toName(name))}`);
	}

	/** The nodes of the block that `keyword` begins. */
	parseList(keyword: Token): {readonly nodes: readonly Node[]; readonly closing: Closing} {
		const nodes: Node[] = [];
		while (this.tokens.peekNonSpace().kind !== 'eof') {
			const node = this.#parseNode();
			if (typeof node === 'string') return {nodes, closing: node};
			nodes.push(node);
		}
		const {kind} = keyword;
		return this.tokens.fail(`unexpected EOF: the {{${kind}}} of line ${this.tokens.lineOf(keyword)} has no {{end}}`);
	}

	#parseNode(): Node | Closing {
		const token = this.tokens.nextNonSpace();
		if (token.kind === 'text') return {do: 'text', at: token.at, text: token.text};
		return token.kind === '{{' ? this.#parseAction() : this.tokens.unexpected(token, 'input');
	}

	#parseAction(): Node | Closing {
		const token = this.tokens.nextNonSpace();
		switch (token.kind) {
			case 'if':
			case 'with':
				return this.#parseChoice(token.kind, token);
			case 'range':
				return this.#parseRange(token);
			case 'end':
				this.tokens.expect('end', '}}');
				return 'end';
			case 'else':
				return this.#parseElse();
			case 'break':
			case 'continue':
				return this.#parseJump(token.kind, token.at);
			case 'template':
				return this.#parseTemplateCall();
			case 'block':
				return this.#parseBlock(token);
			default:
				this.tokens.giveBack(token);
				return {do: 'print', at: token.at, pipe: parsePipe(this, 'command', '}}')};
		}
	}

	#parseElse(): Closing {
		const {kind} = this.tokens.peekNonSpace();
		if (kind !== 'if' && kind !== 'with') this.tokens.expect('else', '}}');
		return 'else';
	}

	#parseJump(jump: 'break' | 'continue', at: number): Node {
		const token = this.tokens.nextNonSpace();
		if (token.kind !== '}}') this.tokens.unexpected(token, `{{${jump}}}`);
		if (this.#openRanges === 0) this.tokens.fail(`{{${jump}}} outside {{range}}`);
		return {do: jump, at};
	}

	#parseChoice(kind: 'if' | 'with', keyword: Token): ChoiceNode {
		const visible = this.variables.length;
		this.nesting.enter(this.tokens);
		const branches: ChoiceNode['branches'][number][] = [];
		let otherwise: readonly Node[] = [];
		for (let again = true; again; ) {
			const pipe = parsePipe(this, kind, '}}');
			const {nodes, closing} = this.parseList(keyword);
			branches.push({pipe, body: nodes});
			// {{else if}} goes on with an {{if}}, {{else with}} with a {{with}}; one {{end}} closes them all.
			again = closing === 'else' && this.tokens.peek().kind === kind;
			if (again) this.tokens.next();
			else if (closing === 'else') otherwise = this.#parseOtherwise(keyword);
		}
		this.#closeBlock(visible);
		return {do: kind, at: branches[0]?.pipe.at ?? 0, branches, otherwise};
	}

	#parseRange(keyword: Token): RangeNode {
		const visible = this.variables.length;
		this.nesting.enter(this.tokens);
		const pipe = parsePipe(this, 'range', '}}');
		this.#openRanges++;
		const {nodes, closing} = this.parseList(keyword);
		this.#openRanges--;
		const otherwise = closing === 'else' ? this.#parseOtherwise(keyword) : [];
		this.#closeBlock(visible);
		return {do: 'range', at: pipe.at, pipe, body: nodes, otherwise};
	}

	#parseOtherwise(keyword: Token): readonly Node[] {
		const {nodes, closing} = this.parseList(keyword);
		if (closing !== 'end') this.tokens.fail(`expected end; found {{${closing}}}`);
		return nodes;
	}

	#closeBlock(visible: number): void {
		this.variables.length = visible;
		this.nesting.leave();
	}

	#parseTemplateCall(): Node {
		const context = 'template clause';
		const token = this.tokens.nextNonSpace();
		const name = this.#templateName(token, context);
		const next = this.tokens.nextNonSpace();
		if (next.kind === '}}') return {do: 'template', at: token.at, name, pipe: undefined};
		this.tokens.giveBack(next);
		return {do: 'template', at: token.at, name, pipe: parsePipe(this, context, '}}')};
	}

	#parseBlock(keyword: Token): Node {
		const context = 'block clause';
		const token = this.tokens.nextNonSpace();
		const name = this.#templateName(token, context);
		const pipe = parsePipe(this, context, '}}');
		const inner = new TemplateParser(this.#shared);
		this.nesting.enter(this.tokens);
		const {nodes, closing} = inner.parseList(keyword);
		this.nesting.leave();
		if (closing !== 'end') this.tokens.fail(`unexpected {{${closing}}} in ${context}`);
		inner.#add(name, nodes);
		return {do: 'template', at: token.at, name, pipe};
	}

	#templateName(token: Token, context: string): Bytes {
		if (token.kind !== 'string' && token.kind !== 'raw-string') this.tokens.unexpected(token, context);
		return this.#nameOf(token);
	}

	#nameOf({text}: Token): Bytes {
		return this.tokens.reading(() => unquote(text));
	}
}

// unicode.IsSpace; JavaScript's \s would take U+FEFF for a space, and leave U+0085 out.
const spaces = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Whether there is nothing but white space in the nodes (text/template parse/parse.go IsEmptyTree). */
function isEmpty(nodes: readonly Node[]): boolean {
	return nodes.every((node) => node.do === 'text' && spaces.test(Buffer.from(node.text, 'latin1').toString('utf8')));
}
