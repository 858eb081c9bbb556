import type {SeedInput} from '../../lib/seed/view.ts';

/** The seed input that most specs want: a Linux runner with a registration token and our own install script. */
export function aSeedInput(changes: Partial<SeedInput> = {}): SeedInput {
	return {
		runnerName: 'garm-ny9heeqyw2rl',
		hostName: 'garm-ny9heeqyw2rl',
		instanceId: '5ab7bcfd-2a4b-4d2c-9d4e-5b1b3c1f2a90',
		os: 'linux',
		arch: 'amd64',
		tool: {
			downloadUrl:
				'https://github.com/actions/runner/releases/download/v2.331.0/actions-runner-linux-x64-2.331.0.tar.gz',
			fileName: 'actions-runner-linux-x64-2.331.0.tar.gz',
			token: '',
			sha256: '',
		},
		repoUrl: 'https://github.com/example-org/example-repo',
		callbackUrl: 'https://garm.example.net/api/v1/callbacks/status',
		metadataUrl: 'https://garm.example.net/api/v1/metadata/',
		instanceToken: 'eyJhbGciOiJIUzI1NiJ9.an-instance-token.c2ln',
		sshKeys: [],
		runnerGroup: '',
		caBundlePem: '',
		labels: ['linux', 'x64'],
		jit: false,
		updatesOnBoot: true,
		extraPackages: [],
		bootDebug: false,
		installTemplate: undefined,
		preInstallScripts: {},
		extraContext: {},
		proxy: {http: '', https: '', none: ''},
		format: 'nocloud',
		...changes,
	};
}

/** The same for Windows. */
export function aWindowsInput(changes: Partial<SeedInput> = {}): SeedInput {
	return aSeedInput({os: 'windows', hostName: 'garm-1f0e9d8c7b', format: 'config-drive', ...changes});
}

/** A PEM bundle of one certificate that is well framed, and of no other use. */
export const aCertificate = `-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUQ2Fubm90IHBhcnNlIG1lIHBsZWFzZTAKBggqhkjOPQQD
-----END CERTIFICATE-----
`;

const encoder = new TextEncoder();

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array {
	return encoder.encode(text);
}
