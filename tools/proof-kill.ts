import {Option} from 'commander';
import {wholeNumber} from './command-line/tool.ts';
import {proveKills} from './proof/kill/prove.ts';
import {aProof, runProof} from './proof/proof-tool.ts';

const description = `Kills the provider with SIGKILL before and after each of its requests, one case per process, does what GARM does then, and
looks at what is left on a simulated cluster. The last line is a JSON report; exits with 1 where a case was not clean.
All cases take the better part of an hour.`;

const tool = aProof('proof:kill', description, 'when a recovery is killed', [
	'',
	'--sample 60 --seed 7',
	'--only create/linux-linked-1/clone#1/after/held2/delete',
]).addOption(new Option('--jobs <number>', 'cases at a time').argParser(wholeNumber(1, 64)).default(4));

process.exitCode = await runProof(tool, proveKills);
