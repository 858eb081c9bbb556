import {type SeedFiles, wrapUserData} from './render.ts';
import type {SeedInput} from './view.ts';

/** The seed of a machine that only has to boot: its name, and nothing to do and nothing secret in it. */
export function renderTrialSeed(guest: Pick<SeedInput, 'instanceId' | 'hostName' | 'format' | 'os'>): SeedFiles {
	const userData = guest.os === 'windows' ? '#ps1_sysnative\r\nexit 0\r\n' : '#cloud-config\npackage_update: false\n';
	return wrapUserData({...guest, sshKeys: []}, new TextEncoder().encode(userData));
}
