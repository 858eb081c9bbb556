/** Go's predefined functions, all that a template of a GARM pool may call (text/template funcs.go builtins). */
export const builtinNames = [
	'and',
	'call',
	'eq',
	'ge',
	'gt',
	'html',
	'index',
	'js',
	'le',
	'len',
	'lt',
	'ne',
	'not',
	'or',
	'print',
	'printf',
	'println',
	'slice',
	'urlquery',
] as const;

/** The name of a builtin function. */
export type BuiltinName = (typeof builtinNames)[number];

/** Whether a word names a builtin function. */
export function isBuiltin(word: string): word is BuiltinName {
	return builtinNames.some((name) => name === word);
}
