import test from 'ava';
import {parseConfig} from '../lib/config/parse.ts';
import {configJsonSchema} from '../lib/config/schema.ts';
import {extraSpecsJsonSchema, parseExtraSpecs} from '../lib/garm/extra-specs.ts';
import {reasonsFrom} from './helper/bad-request.ts';
import {bootstrap} from './helper/bootstrap.ts';
import {type JsonSchema, keysOf, violations} from './helper/json-schema.ts';

const schemas = {config: configJsonSchema() as JsonSchema, 'extra specs': extraSpecsJsonSchema() as JsonSchema};

for (const [what, schema] of Object.entries(schemas)) {
	test(`the schema of ${what} is draft-07, and tells what it is`, (t) => {
		t.is(schema.$schema, 'http://json-schema.org/draft-07/schema#');
		t.truthy(schema.title);
		t.truthy(schema.description);
	});

	test(`every key of ${what} has a description, and a default or a word on what its absence means`, (t) => {
		const poor = keysOf(schema).filter(({path, schema: {description = '', default: fallback}, required}) => {
			const told = required || path.endsWith('NAME') || fallback !== undefined || description.includes('Without it');
			return description.length < 5 || !told;
		});
		t.deepEqual(poor, []);
	});

	test(`the defaults of ${what} fit their keys`, (t) => {
		const wrong = keysOf(schema).filter(
			({schema: key}) => key.default !== undefined && violations(key, key.default).length > 0,
		);
		t.deepEqual(wrong, []);
	});

	test(`no table of ${what} takes a key that it does not know`, (t) => {
		const tables = [schema, ...keysOf(schema).map((key) => key.schema)].filter(
			({properties}) => properties !== undefined,
		);
		t.true(tables.length > 1);
		t.true(tables.every(({additionalProperties}) => additionalProperties === false));
	});
}

const token = {id: 'garm@pve!provider', secret: '3f8b1c2d-9a4e-4b7f-8c6d-5e0f1a2b3c4d'};
const base = {url: 'https://pve1', token};
const pin = 'aB'.repeat(32);

const agrees = test.macro({
	exec(t, what: keyof typeof schemas, document: unknown, fits: boolean) {
		const parse = () => (what === 'config' ? parseConfig(document) : parseExtraSpecs(document));
		const byCode = reasonsFrom(parse);
		const bySchema = violations(schemas[what], document);
		t.is(byCode.length === 0, fits, byCode.join('\n'));
		t.is(bySchema.length === 0, fits, bySchema.join('\n'));
	},
	title: (_, what: string, document: unknown, fits: boolean) =>
		`schema and code ${fits ? 'take' : 'refuse'} as ${what}: ${JSON.stringify(document)?.slice(0, 150)}`,
});
for (const document of [
	base,
	{...base, tls: {fingerprint: pin}, storage: {seed: 'NFS-1'}, nodes: ['PVE1'], network: {bridge: 'VMBR0', mtu: 1}},
	{...base, tls: {fingerprint: [pin, pin]}},
	{...base, flavors: {a: {cores: 1}}, images: {b: {template: 100}, c: {template: 'name'}}},
]) {
	test(agrees, 'config', document, true);
}
for (const document of [
	{},
	{...base, tokn: {}},
	{...base, token: {...token, id: 'garm'}},
	{...base, tls: {fingerprint: pin.slice(1)}},
	{...base, flavors: {a: {coers: 1}}},
	{...base, flavors: []},
	{...base, images: {a: {}}},
	{...base, network: {vlan: 0}},
	{...base, log: {level: 'loud'}},
]) {
	test(agrees, 'config', document, false);
}
for (const document of [
	null,
	{},
	bootstrap().extra_specs,
	bootstrap({}, 'linux-token.json').extra_specs,
	{cores: 4, memory_mib: 8192, network: {bridge: 'vmbr1'}, nodes: ['pve1'], extra_context: {a: ''}},
]) {
	test(agrees, 'extra specs', document, true);
}
for (const document of [
	[],
	'cores',
	{cores: '4'},
	{Cores: 4},
	{nodes: []},
	{network: {bridge: ''}},
	{extra_packages: ['']},
	{pre_install_scripts: {a: 1}},
]) {
	test(agrees, 'extra specs', document, false);
}

test('base64 is named as what it is', (t) => {
	const {properties = {}} = schemas['extra specs'];
	t.is(properties.runner_install_template?.contentEncoding, 'base64');
});
