import type {SeedInput} from './view.ts';

/** Everything in the input that no seed can carry, a sentence each. */
export function seedProblems(input: SeedInput): readonly string[] {
	return [
		...textProblems(input),
		...lineProblems(input),
		...checksumProblems(input),
		...proxyProblems(input),
		...scriptNameProblems(input),
		...certificateProblems(input),
	];
}

function textProblems(input: SeedInput): readonly string[] {
	return Object.entries(input).flatMap(([key, value]) => {
		const texts = textsIn(value);
		return [
			...(texts.some((text) => text.includes('\0'))
				? [`${key} holds a NUL character, which no script can carry.`]
				: []),
			...(texts.some((text) => /\p{Surrogate}/u.test(text))
				? [`${key} holds half of a character (a lone surrogate), which no file can carry.`]
				: []),
		];
	});
}

function textsIn(value: unknown): readonly string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
	return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

// What is written into a line of its own: a header of HTTP, a line of authorized_keys.
function lineProblems({instanceToken, tool, sshKeys}: SeedInput): readonly string[] {
	const lines = {'instance-token': [instanceToken], temp_download_token: [tool.token], 'ssh-keys': sshKeys};
	return Object.entries(lines).flatMap(([key, texts]) =>
		texts.some((text) => isControlled(text.trim())) ? [`${key} holds a line break or another control character.`] : [],
	);
}

function isControlled(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
	return /[\u0000-\u001f\u007f]/.test(text);
}

function checksumProblems({tool: {sha256}, installTemplate}: SeedInput): readonly string[] {
	if (sha256 === '' || installTemplate !== undefined || /^[0-9a-f]{64}$/i.test(sha256)) return [];
	return ['sha256_checksum is no SHA-256 (64 hexadecimal digits).'];
}

// Quotes, backslashes and blanks are written percent-encoded in an address; apt.conf and .env could not carry them.
const proxyAddress = /^[^\s"'`\\]*$/;

function proxyProblems({proxy: {http, https, none}}: SeedInput): readonly string[] {
	const bad = 'holds a quote, a backslash, a blank or a control character; percent-encode it.';
	return [
		...(proxyAddress.test(http) && !isControlled(http) ? [] : [`proxy_config.http_proxy ${bad}`]),
		...(proxyAddress.test(https) && !isControlled(https) ? [] : [`proxy_config.https_proxy ${bad}`]),
		...(isControlled(none) ? ['proxy_config.no_proxy holds a line break or another control character.'] : []),
	];
}

function scriptNameProblems({preInstallScripts}: SeedInput): readonly string[] {
	return Object.keys(preInstallScripts).flatMap((name) =>
		/^[\w][\w.+ -]{0,200}$/.test(name)
			? []
			: [
					`pre_install_scripts: ${JSON.stringify(name.slice(0, 60))} is no plain file name (letters, digits, and . _ + - within).`,
				],
	);
}

const certificate = /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]+={0,2}\n)+-----END CERTIFICATE-----$/;

/** The certificates of a PEM bundle, each with its frame; what stands between them is left out. */
export function certificatesIn(bundle: string): readonly string[] {
	const text = bundle.replace(/[ \t]*\r?\n/g, '\n');
	return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?(?:-----END CERTIFICATE-----|$)/g) ?? [];
}

function certificateProblems({caBundlePem}: SeedInput): readonly string[] {
	if (caBundlePem.trim() === '') return [];
	const certificates = certificatesIn(caBundlePem);
	const whole = certificates.length > 0 && certificates.every((each) => certificate.test(each));
	return whole ? [] : ['ca-cert-bundle holds no certificate, or a broken one (PEM: a frame with base64 in it).'];
}
