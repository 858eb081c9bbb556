/** A Go value as a template sees it. */
export type GoValue =
	| string
	| boolean
	| {readonly kind: 'struct'; readonly fields: Readonly<Record<string, GoValue>>}
	| {readonly kind: 'map'; readonly entries: Readonly<Record<string, string>>};

/** A struct: a field that it does not have is an error. */
export function goStruct(fields: Readonly<Record<string, GoValue>>): GoValue {
	return {kind: 'struct', fields};
}

/** A map[string]string: a key that it does not have prints `<no value>`. */
export function goMap(entries: Readonly<Record<string, string>>): GoValue {
	return {kind: 'map', entries};
}
