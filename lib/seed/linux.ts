import {certificatesIn} from './check.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {callbackBase, renderInstallScript} from './install.ts';
import {proxyVariables} from './proxy.ts';
import {shellQuote, yamlList, yamlValue} from './quote.ts';
import {runnerUser, type SeedInput} from './view.ts';

const scriptFolder = '/garm-pre-install';
const installScript = '/install_runner.sh';
const installLog = '/var/log/garm-install.log';
const tellScript = '/garm-tell.sh';
// garm-provider-common defaults/defaults.go: cloud-init makes those that the template lacks.
const groups = ['sudo', 'adm', 'cdrom', 'dialout', 'dip', 'video', 'plugdev', 'netdev', 'docker', 'lxd'];
const packages = ['curl', 'tar'];

/** The cloud-config of a Linux runner's first boot. */
export function linuxUserData(input: SeedInput): string {
	const wanted = [...(input.updatesOnBoot ? packages : []), ...input.extraPackages];
	const certificates = certificatesIn(input.caBundlePem);
	const bootCommands = bootCommandsFor(input, certificates);
	return renderCloudinitFile('user-data.mustache', {
		users: yamlList([runner(input)]),
		upgrade: yamlValue(input.updatesOnBoot),
		packages: wanted.length > 0 && yamlValue([...new Set(wanted)]),
		certificates: certificates.length > 0 && yamlValue({remove_defaults: false, trusted: certificates}),
		bootCommands: bootCommands.length > 0 && yamlList(bootCommands),
		files: yamlList(linuxFiles(input).map(asWritten)),
		commands: yamlList(commandsOf(input)),
	});
}

// The one user of the machine: cloud-init makes no user of its own where a list names none of that kind ("default").
function runner({sshKeys}: SeedInput): object {
	return {
		name: runnerUser,
		homedir: `/home/${runnerUser}`,
		shell: '/bin/bash',
		groups,
		sudo: 'ALL=(ALL) NOPASSWD:ALL',
		lock_passwd: true,
		...(sshKeys.length === 0 ? {} : {ssh_authorized_keys: sshKeys.map((key) => key.trim())}),
	};
}

function bootCommandsFor({proxy}: SeedInput, certificates: readonly string[]): readonly (readonly string[])[] {
	const {http, https, none} = proxy;
	const scripts = [
		...(http === '' && https === ''
			? []
			: [
					renderCloudinitFile('package-proxy.sh.mustache', {
						http: shellQuote(http || https),
						https: shellQuote(https || http),
						none: shellQuote(none),
					}),
				]),
		...(certificates.length === 0
			? []
			: [renderCloudinitFile('certificates.sh.mustache', {certificates: shellQuote(certificates.join('\n'))})]),
	];
	return scripts.map((script) => ['sh', '-c', script]);
}

/** A file that cloud-init writes into the guest, for root. */
export interface GuestFile {
	readonly path: string;
	readonly permissions: string;
	readonly bytes: Uint8Array;
}

/** The files that the cloud-config of a Linux runner has in it. */
export function linuxFiles(input: SeedInput): readonly GuestFile[] {
	return [
		textFile('/etc/udev/rules.d/99-garm-seed.rules', '0644', renderCloudinitFile('seed-drive.rules', {})),
		...preInstallNames(input).map((name) => ({
			path: `${scriptFolder}/${name}`,
			permissions: '0700',
			bytes: input.preInstallScripts[name] ?? new Uint8Array(),
		})),
		textFile(tellScript, '0700', tellText(input)),
		textFile(installScript, '0600', renderInstallScript(input)),
	];
}

function preInstallNames({preInstallScripts}: SeedInput): readonly string[] {
	return Object.keys(preInstallScripts).sort();
}

function tellText(input: SeedInput): string {
	return renderCloudinitFile('tell-garm.sh.mustache', {
		instanceToken: shellQuote(input.instanceToken),
		callbackUrl: shellQuote(callbackBase(input)),
		user: runnerUser,
		proxies: proxyVariables(input.proxy).map(({name, value}) => ({name, value: shellQuote(value)})),
	});
}

function textFile(path: string, permissions: string, text: string): GuestFile {
	return {path, permissions, bytes: new TextEncoder().encode(text)};
}

function asWritten({path, permissions, bytes}: GuestFile): object {
	return {path, owner: 'root:root', permissions, encoding: 'b64', content: Buffer.from(bytes).toString('base64')};
}

/** A list is a command and its arguments; a text is a line of the shell. */
function commandsOf(input: SeedInput): readonly (string | readonly string[])[] {
	return [
		// The rules in /etc/udev hold from the next event on.
		"find /dev -maxdepth 1 -name 'sr[0-9]*' -exec chown root:root {} + -exec chmod 0600 {} +",
		...preInstallNames(input).map((name) => {
			const script = shellQuote(`${scriptFolder}/${name}`);
			return `${script} || ${tellScript} pre-install ${shellQuote(name)} $?`;
		}),
		['rm', '-rf', scriptFolder],
		// The user is made after the files are: only now can the script become its own, and nobody else's.
		['chown', `${runnerUser}:`, installScript],
		['chmod', '0500', installScript],
		// GARM's own wrapper traces its token, and the runner's group adm reads cloud-init's logs and the journal.
		['install', '-m', '0600', '/dev/null', installLog],
		`su -l -c ${installScript} ${runnerUser} >${installLog} 2>&1 || ${tellScript} install $?`,
		// GARM's wrapper keeps the script that it fetched where that fails (internal/templates/userdata/linux_wrapper.tmpl).
		['rm', '-f', installScript, tellScript, '/tmp/real-install.sh'],
	];
}
