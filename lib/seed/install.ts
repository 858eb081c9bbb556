import {badRequest} from '../fault.ts';
import {GoTemplateError, goMap, goStruct, renderGoTemplate} from '../gotemplate/index.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {powerShellQuote, shellQuote} from './quote.ts';
import {runnerUser, type SeedInput} from './view.ts';

/** The script that installs and registers the runner: the pool's own, else ours. */
export function renderInstallScript(input: SeedInput): string {
	if (input.installTemplate !== undefined) return renderPoolTemplate(input.installTemplate, input);
	const quote = input.os === 'windows' ? powerShellQuote : shellQuote;
	const {tool, proxy} = input;
	return renderCloudinitFile(input.os === 'windows' ? 'runner-install.ps1.mustache' : 'runner-install.sh.mustache', {
		metadataUrl: quote(input.metadataUrl.replace(/\/+$/, '')),
		callbackUrl: quote(input.callbackUrl.replace(/(?:\/status)?\/*$/, '')),
		instanceToken: quote(input.instanceToken),
		downloadUrl: quote(tool.downloadUrl),
		fileName: quote(tool.fileName),
		downloadToken: quote(tool.token),
		sha256: quote(tool.sha256.toLowerCase()),
		repoUrl: quote(input.repoUrl),
		runnerName: quote(input.runnerName),
		labels: quote(input.labels.join(',')),
		runnerGroup: quote(input.runnerGroup),
		httpProxy: quote(proxy.http),
		httpsProxy: quote(proxy.https),
		noProxy: quote(proxy.none),
		jit: input.jit,
		debug: input.bootDebug,
	});
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
