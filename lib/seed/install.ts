import {badRequest} from '../fault.ts';
import {GoTemplateError, goMap, goStruct, renderGoTemplate} from '../gotemplate/index.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {proxyVariables} from './proxy.ts';
import {powerShellQuote, shellQuote} from './quote.ts';
import {runnerUser, type SeedInput} from './view.ts';

/** The script that installs and registers the runner: the pool's own, else ours. */
export function renderInstallScript(input: SeedInput): string {
	if (input.installTemplate !== undefined) return renderPoolTemplate(input.installTemplate, input);
	const quote = input.os === 'windows' ? powerShellQuote : shellQuote;
	const {tool} = input;
	return renderCloudinitFile(input.os === 'windows' ? 'runner-install.ps1.mustache' : 'runner-install.sh.mustache', {
		metadataUrl: quote(input.metadataUrl.replace(/\/+$/, '')),
		callbackUrl: quote(callbackBase(input)),
		instanceToken: quote(input.instanceToken),
		downloadUrl: quote(tool.downloadUrl),
		downloadToken: tool.token !== '' && quote(tool.token),
		sha256: quote(tool.sha256.toLowerCase()),
		repoUrl: quote(input.repoUrl),
		runnerName: quote(input.runnerName),
		labels: quote(input.labels.join(',')),
		runnerGroup: quote(input.runnerGroup),
		proxies: proxiesFor(input, quote),
		jit: input.jit,
		debug: input.bootDebug,
	});
}

// Windows does not tell capital letters in the name of a variable.
function proxiesFor({os, proxy}: SeedInput, quote: (text: string) => string): readonly object[] {
	const variables = proxyVariables(proxy);
	if (os === 'linux') return variables.map(({name, value}) => ({name, value: quote(value)}));
	return variables
		.filter(({name}) => name === name.toLowerCase())
		.map(({name, value}) => ({name: quote(name), value: quote(value)}));
}

/** GARM's callback address without the `/status` that some of its versions end it with. */
export function callbackBase({callbackUrl}: SeedInput): string {
	return callbackUrl.replace(/(?:\/status)?\/*$/, '');
}

/** The variables that every provider gives its templates (garm-provider-common cloudconfig, InstallRunnerParams). */
function renderPoolTemplate(template: string, input: SeedInput): string {
	const data = goStruct('cloudconfig.InstallRunnerParams', {
		FileName: input.tool.fileName,
		DownloadURL: input.tool.downloadUrl,
		RunnerUsername: runnerUser,
		RunnerGroup: runnerUser,
		RepoURL: input.repoUrl,
		MetadataURL: input.metadataUrl,
		RunnerName: input.runnerName,
		RunnerLabels: input.labels.join(','),
		CallbackURL: input.callbackUrl,
		CallbackToken: input.instanceToken,
		TempDownloadToken: input.tool.token,
		CABundle: input.caBundlePem,
		GitHubRunnerGroup: input.runnerGroup,
		EnableBootDebug: input.bootDebug,
		ExtraContext: goMap(input.extraContext),
		UseJITConfig: input.jit,
	});
	try {
		return renderGoTemplate(template, data);
	} catch (error) {
		if (!(error instanceof GoTemplateError)) throw error;
		const {stage, line, message} = error;
		const verb = stage === 'parse' ? 'be parsed' : 'be executed';
		throw badRequest('The seed', [`runner_install_template cannot ${verb}: line ${line}: ${message}.`]);
	}
}
