import {mkdtemp, readFile, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {bootstrapOf, type ProofCase, proofCases} from '../../tools/proof/boot/case.ts';
import {makeSeed} from '../../tools/proof/boot/seed.ts';
import {selfSigned} from '../../tools/simulator/http/certificate.ts';

const garm = {
	base: 'http://10.0.2.2:1',
	metadata: 'http://10.0.2.2:1/api/v1/metadata',
	callback: 'http://10.0.2.2:1/api/v1/callbacks',
	repo: 'http://10.0.2.2:1/example-org/example-repo',
	download: 'http://10.0.2.2:1/releases/runner.tar.gz',
};

/** The seed that the built provider makes for the case; a file lies in it in one piece. */
async function seedOf(proofCase: ProofCase): Promise<string> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-spec-'));
	try {
		const {file} = await makeSeed(bootstrapOf(proofCase, garm, 'spec-instance-token', 'a'.repeat(64)), folder);
		return await readFile(file, 'latin1');
	} finally {
		await rm(folder, {recursive: true});
	}
}

for (const proofCase of proofCases(selfSigned('spec').certificatePem)) {
	test(`the provider makes a seed of case ${proofCase.id}, in which the host name gets an address`, async (t) => {
		const seed = await seedOf(proofCase);
		t.regex(seed, /^manage_etc_hosts: localhost$/m);
		t.regex(seed, new RegExp(`^package_upgrade: ${proofCase.updates}$`, 'm'));
	});
}
