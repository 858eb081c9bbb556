/** What of JSON Schema (draft-07) our schemas use. */
export interface JsonSchema {
	readonly $schema?: string;
	readonly title?: string;
	readonly description?: string;
	readonly default?: unknown;
	readonly contentEncoding?: string;
	readonly type?: string | readonly string[];
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly JsonSchema[];
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: boolean | JsonSchema;
	readonly propertyNames?: JsonSchema;
	readonly items?: JsonSchema;
	readonly minItems?: number;
	readonly minLength?: number;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
}

// Each keyword's own check, read from draft-07; a keyword that is missing here fails the spec that meets it.
const keywords = {
	$schema: () => [],
	title: () => [],
	description: () => [],
	default: () => [],
	contentEncoding: () => [],
	type: ({type = []}, value) => ([type].flat().some((each) => isOfType(each, value)) ? [] : [`is no ${String(type)}`]),
	enum: ({enum: words = []}, value) => (words.includes(value) ? [] : [`is none of ${words.join(', ')}`]),
	anyOf: ({anyOf = []}, value) =>
		anyOf.some((each) => violations(each, value).length === 0) ? [] : ['fits no choice'],
	properties: ({properties = {}}, value) =>
		entriesOf(value).flatMap(([key, each]) => {
			const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
			return schema === undefined ? [] : within(key, violations(schema, each));
		}),
	required: ({required = []}, value) =>
		isTable(value) ? required.filter((key) => !Object.hasOwn(value, key)).map((key) => `lacks ${key}`) : [],
	additionalProperties: ({additionalProperties: more, properties = {}}, value) =>
		entriesOf(value)
			.filter(([key]) => !Object.hasOwn(properties, key))
			.flatMap(([key, each]) =>
				typeof more === 'object' ? within(key, violations(more, each)) : more === false ? [`has ${key}`] : [],
			),
	propertyNames: ({propertyNames = {}}, value) =>
		entriesOf(value).flatMap(([key]) => within(key, violations(propertyNames, key))),
	items: ({items = {}}, value) =>
		Array.isArray(value) ? value.flatMap((each, n) => within(String(n), violations(items, each))) : [],
	minItems: ({minItems = 0}, value) => (Array.isArray(value) && value.length < minItems ? ['is too short'] : []),
	minLength: ({minLength = 0}, value) =>
		typeof value === 'string' && value.length < minLength ? ['is too short'] : [],
	pattern: ({pattern = ''}, value) =>
		typeof value === 'string' && !new RegExp(pattern, 'u').test(value) ? [`does not match ${pattern}`] : [],
	minimum: ({minimum = 0}, value) => (typeof value === 'number' && value < minimum ? ['is too small'] : []),
	maximum: ({maximum = 0}, value) => (typeof value === 'number' && value > maximum ? ['is too large'] : []),
} satisfies Record<string, (schema: JsonSchema, value: unknown) => readonly string[]>;

/** Everything in `value` that a schema forbids, with its place. */
export function violations(schema: JsonSchema, value: unknown): readonly string[] {
	return Object.keys(schema).flatMap((keyword) => {
		if (!Object.hasOwn(keywords, keyword)) return [`the keyword ${keyword} is not known`];
		return keywords[keyword as keyof typeof keywords](schema, value);
	});
}

export interface SchemaKey {
	/** `flavors.NAME.cores`; `[]` for the elements of a list. */
	readonly path: string;
	readonly schema: JsonSchema;
	readonly required: boolean;
}

/** Every key of a schema, at any depth; NAME stands for the names that people choose. */
export function keysOf(schema: JsonSchema, path = ''): readonly SchemaKey[] {
	const at = (key: string) => (path === '' ? key : `${path}.${key}`);
	const own = Object.entries(schema.properties ?? {}).flatMap(([key, each]) => [
		{path: at(key), schema: each, required: schema.required?.includes(key) ?? false},
		...keysOf(each, at(key)),
	]);
	const named = schema.additionalProperties;
	if (typeof named !== 'object') return own;
	return [...own, {path: at('NAME'), schema: named, required: false}, ...keysOf(named, at('NAME'))];
}

function isOfType(type: string, value: unknown): boolean {
	switch (type) {
		case 'null':
			return value === null;
		case 'array':
			return Array.isArray(value);
		case 'object':
			return isTable(value);
		case 'integer':
			return Number.isInteger(value);
		default:
			return typeof value === type;
	}
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
	return isTable(value) ? Object.entries(value) : [];
}

function within(key: string, found: readonly string[]): readonly string[] {
	return found.map((each) => `${key}: ${each}`);
}
