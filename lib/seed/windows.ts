import {certificatesIn} from './check.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {callbackBase, renderInstallScript} from './install.ts';
import {powerShellQuote} from './quote.ts';
import type {SeedInput} from './view.ts';

// cloudbase-init runs a script with this first line in the system's own, 64-bit PowerShell.
const header = '#ps1_sysnative';
const byteOrderMark = '\ufeff';

/**
 * The script that cloudbase-init runs at a Windows runner's first boot: the install script itself; where something comes
 * before it, a script that runs both, since a `param` block may only stand at the top of a script.
 */
export function windowsUserData(input: SeedInput): string {
	const script = withHeader(renderInstallScript(input).replace(/^\ufeff/, ''));
	const certificates = certificatesIn(input.caBundlePem);
	const scripts = Object.keys(input.preInstallScripts).sort();
	const {extraPackages} = input;
	// Windows PowerShell takes a script for UTF-8 by its mark, which the userdata itself cannot have.
	const isPlain = /^[\t\r\n -~]*$/.test(script);
	if (scripts.length + certificates.length + extraPackages.length === 0 && isPlain) return script;
	return renderCloudinitFile('windows-first-boot.ps1.mustache', {
		callbackUrl: powerShellQuote(callbackBase(input)),
		instanceToken: powerShellQuote(input.instanceToken),
		ignoredPackages: extraPackages.length > 0 && powerShellQuote(extraPackages.join(', ')),
		certificates: certificates.map((each) => powerShellQuote(base64(each))),
		scripts: scripts.map((name) => ({
			name: powerShellQuote(name),
			fileName: powerShellQuote(/\.(?:ps1|cmd|bat|exe)$/i.test(name) ? name : `${name}.ps1`),
			content: powerShellQuote(base64(input.preInstallScripts[name] ?? new Uint8Array())),
		})),
		installScript: powerShellQuote(base64(byteOrderMark + script)),
	});
}

function withHeader(script: string): string {
	return /^#ps1(?:_sysnative|_x86)?\s/i.test(script) ? script : `${header}\n${script}`;
}

function base64(content: string | Uint8Array): string {
	return Buffer.from(content as string).toString('base64');
}
