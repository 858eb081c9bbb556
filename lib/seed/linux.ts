import {certificatesIn} from './check.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {renderInstallScript} from './install.ts';
import {shellQuote, yamlValue} from './quote.ts';
import {runnerUser, type SeedInput} from './view.ts';

const scriptFolder = '/garm-pre-install';
const installScript = '/install_runner.sh';
// garm-provider-common defaults/defaults.go: cloud-init makes those that the template lacks.
const groups = ['sudo', 'adm', 'cdrom', 'dialout', 'dip', 'video', 'plugdev', 'netdev', 'docker', 'lxd'];
const packages = ['curl', 'tar'];

/** The cloud-config of a Linux runner's first boot. */
export function linuxUserData(input: SeedInput): string {
	const scripts = Object.keys(input.preInstallScripts).sort();
	const wanted = [...(input.updatesOnBoot ? packages : []), ...input.extraPackages];
	const certificates = certificatesIn(input.caBundlePem);
	const usesProxy = input.proxy.http !== '' || input.proxy.https !== '';
	return renderCloudinitFile('user-data.mustache', {
		users: yamlValue([
			{
				name: runnerUser,
				homedir: `/home/${runnerUser}`,
				shell: '/bin/bash',
				groups,
				sudo: 'ALL=(ALL) NOPASSWD:ALL',
				lock_passwd: true,
				...(input.sshKeys.length === 0 ? {} : {ssh_authorized_keys: input.sshKeys}),
			},
		]),
		upgrade: yamlValue(input.updatesOnBoot),
		packages: wanted.length > 0 && yamlValue([...new Set(wanted)]),
		certificates: certificates.length > 0 && yamlValue({remove_defaults: false, trusted: certificates}),
		proxyCommands: usesProxy && yamlValue([['sh', '-c', packageProxyScript(input)]]),
		files: yamlValue([
			...scripts.map((name) =>
				file(`${scriptFolder}/${name}`, '0700', input.preInstallScripts[name] ?? new Uint8Array()),
			),
			file(installScript, '0600', new TextEncoder().encode(renderInstallScript(input))),
		]),
		commands: yamlValue([
			...scripts.map((name) => [`${scriptFolder}/${name}`]),
			['rm', '-rf', scriptFolder],
			// The user is made after the files are: only now can the script become its own, and nobody else's.
			['chown', `${runnerUser}:`, installScript],
			['chmod', '0500', installScript],
			['su', '-l', '-c', installScript, runnerUser],
			['rm', '-f', installScript],
		]),
	});
}

function file(path: string, permissions: string, bytes: Uint8Array): object {
	return {path, owner: 'root:root', permissions, encoding: 'b64', content: Buffer.from(bytes).toString('base64')};
}

function packageProxyScript({proxy}: SeedInput): string {
	const http = proxy.http || proxy.https;
	const https = proxy.https || proxy.http;
	return renderCloudinitFile('package-proxy.sh.mustache', {
		http: shellQuote(http),
		https: shellQuote(https),
		none: shellQuote(proxy.none),
	});
}
