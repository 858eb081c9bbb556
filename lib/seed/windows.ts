import {renderCloudinitFile} from './cloudinit-file.ts';
import {renderInstallScript} from './install.ts';
import {powerShellQuote} from './quote.ts';
import type {SeedInput} from './view.ts';

// cloudbase-init runs a script with this first line in the system's own, 64-bit PowerShell.
const header = '#ps1_sysnative';

/** The script that cloudbase-init runs at a Windows runner's first boot. */
export function windowsUserData(input: SeedInput): string {
	const script = renderInstallScript(input).replace(/^\ufeff/, '');
	const body = script.startsWith(header) ? script.slice(script.indexOf('\n') + 1) : script;
	const names = Object.keys(input.preInstallScripts).sort();
	const before = renderCloudinitFile('windows-pre-install.ps1.mustache', {
		scripts: names.map((name) => ({
			name: powerShellQuote(name),
			content: powerShellQuote(Buffer.from(input.preInstallScripts[name] ?? new Uint8Array()).toString('base64')),
		})),
		certificates: input.caBundlePem !== '' && powerShellQuote(Buffer.from(input.caBundlePem).toString('base64')),
	});
	return `${header}\n${before}${body}`;
}
