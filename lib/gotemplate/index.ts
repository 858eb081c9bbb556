import {GoTemplateError} from './error.ts';
import {type Node, parsePieces} from './parse.ts';
import {scanTemplate} from './scan.ts';
import type {GoValue} from './value.ts';

export {GoTemplateError} from './error.ts';
export {type GoValue, goMap, goStruct} from './value.ts';

/**
 * The text of a Go text/template over `data`, a struct. It knows what install templates use most (fields, maps by field
 * chain, if/else, comments, trim markers); everything else throws GoTemplateError and names the construct.
 */
export function renderGoTemplate(template: string, data: GoValue): string {
	// GARM's own templates are rendered before they come here.
	if (!template.includes('{{')) return template;
	return execute(parsePieces(scanTemplate(template)), data);
}

function execute(nodes: readonly Node[], data: GoValue): string {
	return nodes.map((node) => executeNode(node, data)).join('');
}

function executeNode(node: Node, data: GoValue): string {
	switch (node.do) {
		case 'text':
			return node.text;
		case 'field':
			return print(follow(data, node.path, node.line));
		case 'if': {
			const branch = node.branches.find(
				({condition}) => condition === undefined || isTrue(follow(data, condition.path, condition.line)),
			);
			return branch === undefined ? '' : execute(branch.nodes, data);
		}
	}
}

function follow(data: GoValue, path: readonly string[], line: number): GoValue | undefined {
	let value: GoValue | undefined = data;
	for (const name of path) {
		if (typeof value !== 'object') throw new GoTemplateError('execute', line, `can't evaluate field ${name}`);
		if (value.kind === 'map') value = Object.hasOwn(value.entries, name) ? value.entries[name] : undefined;
		else if (Object.hasOwn(value.fields, name)) value = value.fields[name];
		else throw new GoTemplateError('execute', line, `can't evaluate field ${name}`);
	}
	return value;
}

function isTrue(value: GoValue | undefined): boolean {
	if (typeof value !== 'object') return Boolean(value);
	return value.kind === 'struct' || Object.keys(value.entries).length > 0;
}

function print(value: GoValue | undefined): string {
	if (value === undefined) return '<no value>';
	if (typeof value !== 'object') return String(value);
	const fields = value.kind === 'map' ? value.entries : value.fields;
	const pairs = Object.entries(fields).map(([key, each]) => [key, print(each)] as const);
	// Go prints a map by its sorted keys, and a struct's values in their order.
	if (value.kind === 'struct') return `{${pairs.map(([, text]) => text).join(' ')}}`;
	return `map[${pairs
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, text]) => `${key}:${text}`)
		.join(' ')}]`;
}
