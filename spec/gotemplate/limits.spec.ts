import test from 'ava';
import {goMap, goStruct} from '../../lib/gotemplate/index.ts';
import {resultOf} from './goldens.ts';

const data = goStruct('a.T', {Name: 'secret-value', Map: goMap({key: 'other-secret'})});
const failsWith = test.macro((t, template: string, stage: string, line: number, message: RegExp) => {
	const result = resultOf(template, data);
	t.deepEqual([result.stage, result.line], [stage, line]);
	t.regex(result.message ?? '', message);
});

test(
	'templates that call themselves end at the depth where Go ends them',
	failsWith,
	'{{define "t"}}{{if true}}\n{{template "t" .}}{{end}}{{end}}{{template "t" .}}',
	'execute',
	2,
	/^exceeded maximum template depth \(100000\)$/,
);
test('a template may call itself deep', (t) => {
	const template =
		'{{define "t"}}{{if lt (len .) 5000}}{{template "t" (print . "x")}}{{else}}{{len .}}{{end}}{{end}}{{template "t" ""}}';
	t.is(resultOf(template, data).output, '5000');
});
test(
	'an endless range ends with an error',
	failsWith,
	'\n{{range 9223372036854775807}}{{end}}',
	'execute',
	2,
	/^the template takes more than 5 million steps$/,
);
test(
	'text that is made and thrown away counts as steps',
	failsWith,
	'{{range 1000000}}{{$x := printf "%1000000d" .}}{{end}}',
	'execute',
	1,
	/more than 5 million steps/,
);
test(
	'the output is at most 16 MiB',
	failsWith,
	'{{range 20}}\n{{printf "%1000000d" .}}{{end}}',
	'execute',
	2,
	/^the output is longer than 16 MiB$/,
);
test(
	'a text is at most 16 MiB',
	failsWith,
	'{{$x := "x"}}{{range 64}}\n{{$x = print $x $x}}{{end}}',
	'execute',
	2,
	/^error calling print: it makes a text of more than 16 MiB$/,
);
test(
	'blocks that nest too deep are an error that says so',
	failsWith,
	'{{if true}}'.repeat(100_000),
	'parse',
	1,
	/^blocks and parentheses nested more than 500 deep are not supported$/,
);
test(
	'parentheses that nest too deep are an error that says so',
	failsWith,
	`{{${'('.repeat(100_000)}`,
	'parse',
	1,
	/^blocks and parentheses nested more than 500 deep are not supported$/,
);
test('blocks and parentheses may nest 500 deep', (t) => {
	const blocks = `${'{{if true}}'.repeat(500)}x${'{{end}}'.repeat(500)}`;
	const parentheses = `{{${'(print '.repeat(500)}1${')'.repeat(500)}}}`;
	t.deepEqual([resultOf(blocks, data).output, resultOf(parentheses, data).output], ['x', '1']);
});
test('else if may follow else if without end', (t) => {
	const template = `{{if false}}${'{{else if false}}'.repeat(20_000)}{{else}}x{{end}}`;
	t.is(resultOf(template, data).output, 'x');
});
test(
	'an address of memory is not supported, and named',
	failsWith,
	'{{printf "%p" .Map}}',
	'execute',
	1,
	/^error calling printf: %p is not supported for map\[string\]string/,
);
test(
	'half a character in the output is an error',
	failsWith,
	'é\n{{slice "é" 0 1}}',
	'execute',
	2,
	/^half a character is written here/,
);
test('halves that make a character are none', (t) => {
	t.is(resultOf('{{slice "é" 0 1}}{{slice "é" 1}}', data).output, 'é');
});
test('a byte order mark stays where it is', (t) => {
	t.is(resultOf('\ufeff{{.Name}}', data).output, '\ufeffsecret-value');
});
test('a template without actions is its own output', (t) => {
	t.is(resultOf('echo $VAR }} \ud800', data).output, 'echo $VAR }} \ud800');
});

test(
	'a block without end is named with its line',
	failsWith,
	'\n{{if .Name}}\n{{range .Map}}\n',
	'parse',
	4,
	/^unexpected EOF: the \{\{range\}\} of line 3 has no \{\{end\}\}$/,
);
test(
	'an action without end is told with the line where it begins',
	failsWith,
	'\n{{ .Name\n\n',
	'parse',
	4,
	/^unclosed action \(the action begins on line 2\)$/,
);

test('no error shows a value, or what is quoted in the template', (t) => {
	const templates = [
		'{{range .Name}}{{end}}',
		'{{.Name.Deep}}',
		'{{.Map.key.deep}}',
		'{{index .Name .Map.key}}',
		'{{index .Map 1 "quoted-secret"}}',
		'{{slice .Name 1000}}',
		'{{eq .Name 1}}',
		'{{lt "quoted-secret" 1}}',
		'{{len (len .Name)}}',
		'{{printf .Map.none .Name}}',
		'{{call .Name}}',
		'{{if "quoted-secret"',
		'{{"quoted-secret}}',
		'{{"quoted-secret" "quoted-secret"}}',
		'{{define "quoted-secret" 1}}{{end}}',
		'{{if}}quoted-secret{{end}}',
		'{{template . "quoted-secret"}}',
		'{{"quoted-secret".X}}',
		"{{'quoted-secret'}}",
		'{{"quoted-secret\\q"}}',
		'{{if .Name "quoted-secret"}}{{end}}',
		'{{else "quoted-secret"}}',
	];
	const results = templates.map((template) => ({template, ...resultOf(template, data)}));
	t.deepEqual(
		results.filter(({message = 'no error', line}) => /secret/.test(message) || /no error/.test(message) || line !== 1),
		[],
	);
});

test('what every JavaScript object has is no field, no key, no function, no variable and no template', (t) => {
	const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
	for (const name of names) {
		t.deepEqual(
			resultOf(`{{.Map.${name}}}|{{index .Map "${name}"}}|{{.Map.${name}.more}}`, data).output,
			'<no value>||<no value>',
		);
		t.is(resultOf(`{{.${name}}}`, data).message, `can't evaluate field ${name} in type a.T`);
		t.is(resultOf(`{{${name}}}`, data).message, `function "${name}" not defined`);
		t.is(resultOf(`{{$${name}}}`, data).message, `undefined variable "$${name}"`);
		t.is(resultOf(`{{template "${name}"}}`, data).message, `template "${name}" not defined`);
		t.is(resultOf(`{{$${name} := 1}}{{$${name}}}`, data).output, '1');
	}
});
