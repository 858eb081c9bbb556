import type {SeedInput} from './view.ts';

/** Everything in the input that no seed can carry, a sentence each. */
export function seedProblems(input: SeedInput): readonly string[] {
	return [
		...nulProblems(input),
		...scriptNameProblems(input),
		...certificateProblems(input),
		...windowsProblems(input),
	];
}

function nulProblems(input: SeedInput): readonly string[] {
	return Object.entries(input).flatMap(([key, value]) =>
		textsIn(value).some((text) => text.includes('\0'))
			? [`${key} holds a NUL character, which no script can carry.`]
			: [],
	);
}

function textsIn(value: unknown): readonly string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
	return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
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
	const text = bundle.replaceAll('\r\n', '\n');
	return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?(?:-----END CERTIFICATE-----|$)/g) ?? [];
}

function certificateProblems({caBundlePem}: SeedInput): readonly string[] {
	if (caBundlePem.trim() === '') return [];
	const certificates = certificatesIn(caBundlePem);
	const whole = certificates.length > 0 && certificates.every((each) => certificate.test(each));
	return whole ? [] : ['ca-cert-bundle holds no certificate, or a broken one (PEM: a frame with base64 in it).'];
}

// Nothing that a pool asks for is dropped in silence.
function windowsProblems({os, extraPackages, sshKeys}: SeedInput): readonly string[] {
	if (os !== 'windows') return [];
	return [
		...(extraPackages.length > 0 ? ['extra_packages cannot be installed on Windows; put them into the template.'] : []),
		...(sshKeys.length > 0 ? ['ssh-keys cannot be installed on Windows; put them into the template.'] : []),
	];
}
