import {type GoValue, goMap, goSlice, goStruct} from '../../../lib/gotemplate/index.ts';

type Texts = Readonly<Record<string, string>>;
type Params = Readonly<Record<Exclude<keyof typeof bare, 'ExtraContext'>, string | boolean>> & {
	readonly ExtraContext: Texts;
};
type Wide = Omit<typeof wide, 'List' | 'Map'> & {readonly List: readonly string[]; readonly Map: Texts};

const bare = {
	FileName: 'r.tgz',
	DownloadURL: 'http://h/r.tgz',
	RunnerUsername: 'runner',
	RunnerGroup: 'runner',
	RepoURL: '',
	MetadataURL: '',
	RunnerName: 'garm-z',
	RunnerLabels: '',
	CallbackURL: '',
	CallbackToken: '',
	TempDownloadToken: '',
	CABundle: '',
	GitHubRunnerGroup: '',
	EnableBootDebug: false,
	ExtraContext: {},
	UseJITConfig: false,
};

const full = {
	...bare,
	FileName: 'actions-runner-linux-x64-2.330.0.tar.gz',
	DownloadURL: 'https://example.com/runner.tar.gz?x=1&y=<2>',
	RepoURL: 'https://github.com/acme/widgets',
	MetadataURL: 'https://garm.example.com/api/v1/metadata',
	RunnerName: 'garm-ab12cd',
	RunnerLabels: "ubuntu,runner-controller-id:1,it's",
	CallbackToken: 'eyJ.tok-en_1',
	CABundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
	GitHubRunnerGroup: 'my group',
	EnableBootDebug: true,
	ExtraContext: {a: '1', b: '2', 'go-url': 'https://go.dev/dl', Empty: '', uni: 'héllo ✓', quote: 'a"b\'c'},
	UseJITConfig: true,
};

const hostile = {
	...full,
	RunnerName: '😀 é\0"\'`<&>{{.X}}\\\n\t\u200b\u00a0',
	ExtraContext: {
		['__proto__']: 'own',
		constructor: '',
		a: '{{',
		b: '%d%s',
		'😀': 'x',
		'\uffff': 'y',
		é: '=',
		A: '\ufeff',
	},
};

const wide = {
	Text: 'héllo ✓',
	Yes: true,
	Count: 3,
	Ratio: 2.5,
	List: ['one', 'two', '', 'é'],
	Map: {b: '2', a: '1', é: '', '': 'none'},
	Inner: {Name: 'n', Level: 7},
	Other: {Name: 'n', Level: 7},
};

const empty = {
	Text: '',
	Yes: false,
	Count: -1,
	Ratio: 1e21,
	List: [],
	Map: {},
	Inner: {Name: '', Level: 0},
	Other: {Name: 'x', Level: 0},
};

/** The data as JSON that the Go program reads. */
export const goData = {garm: {full, bare, hostile}, wide: {wide, empty}};

/** The same data as a template of ours gets it, with the names of the Go program's types. */
export const ourData: Readonly<Record<string, GoValue>> = {
	full: paramsOf(full),
	bare: paramsOf(bare),
	hostile: paramsOf(hostile),
	wide: wideOf(wide),
	empty: wideOf(empty),
};

function paramsOf(params: Params): GoValue {
	return goStruct('main.InstallRunnerParams', {...params, ExtraContext: goMap(params.ExtraContext)});
}

function wideOf({Text, Yes, Count, Ratio, List, Map: entries, Inner, Other}: Wide): GoValue {
	return goStruct('main.Wide', {
		Text,
		Yes,
		Count: BigInt(Count),
		Ratio,
		List: goSlice(List),
		Map: goMap(entries),
		Inner: goStruct('main.Inner', {Name: Inner.Name, Level: BigInt(Inner.Level)}),
		Other: goStruct('main.Inner', {Name: Other.Name, Level: BigInt(Other.Level)}),
	});
}
