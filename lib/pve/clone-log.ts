import type {Engine} from './engine.ts';
import {readLogPage} from './task-log.ts';
import type {Upid} from './upid.ts';

/** The VMID of the VM that a clone task makes, as its log tells; absent where it does not tell (yet). */
export async function newVmidOf(engine: Engine, upid: Upid): Promise<number | undefined> {
	const lines = await readLogPage(engine, upid, 0).then(
		(page) => page.lines,
		() => [],
	);
	return newVmidIn(lines, upid.id);
}

// Qemu.pm clone_vm of PVE 9 begins its log with the two VMIDs; on PVE 8 only the new disks' names tell.
function newVmidIn(lines: readonly string[], source: string): number | undefined {
	const text = lines.join('\n');
	const told = /^creating a clone of VM \d+ with ID (\d+)$/m.exec(text)?.[1];
	const disks = [...text.matchAll(/\bvm-(\d+)-disk-/g)].map(([, vmid]) => vmid);
	const vmid = told ?? disks.find((each) => each !== source);
	return vmid === undefined ? undefined : Number(vmid);
}
