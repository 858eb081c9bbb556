import type {ChildProcess} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import type {Clock} from '../../../lib/time/clock.ts';
import type {Disk} from './disk.ts';
import type {Tell} from './progress.ts';
import {killGroup, startCommand} from './run-command.ts';
import type {MadeSeed} from './seed.ts';
import {starvedMs} from './starved.ts';

export interface MachineSetup {
	readonly disk: Disk;
	readonly seed: MadeSeed;
	readonly serialLog: string;
	readonly cores: number;
	/** Where the guest's own report goes. */
	readonly reportUrl: string;
	/** Whether the guest has called already. */
	readonly hasCalled: () => boolean;
	/** Every time-out is multiplied by it. */
	readonly patience: number;
	readonly tell: Tell;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** Boots the disk with the seed and waits until the machine switches itself off; gives the reason where it does not. */
export async function runMachine(setup: MachineSetup): Promise<string | undefined> {
	const {clock, signal} = setup;
	const qemu = startCommand(['qemu-system-x86_64', ...qemuArguments(setup)]);
	const complaints: string[] = [];
	qemu.stderr?.on('data', (text: Buffer) => complaints.push(text.toString()));
	const ended = new Promise<void>((resolve) => {
		qemu.on('error', ({message}) => {
			complaints.push(message);
			resolve();
		});
		qemu.on('close', () => resolve());
	});
	try {
		const problem = await watch(setup, qemu, clock.now());
		signal.throwIfAborted();
		if (problem !== undefined || qemu.exitCode === 0) return problem;
		return `QEMU ended with exit code ${qemu.exitCode}: ${complaints.join('').trim()}`;
	} finally {
		killGroup(qemu, 'SIGKILL');
		await ended;
	}
}

interface Stage {
	readonly name: string;
	readonly seconds: number;
	readonly isReached: (serial: string) => boolean;
	readonly hint: string;
}

function stagesOf({hasCalled}: MachineSetup): readonly Stage[] {
	return [
		{
			name: 'the kernel runs',
			seconds: 60,
			isReached: (serial) => serial.includes('Linux version'),
			hint: 'the machine does not boot at all',
		},
		{
			name: 'cloud-init has begun',
			seconds: 180,
			isReached: (serial) => /Cloud-init v\. \S+ running 'init-local'/.test(serial),
			hint: 'ds-identify found no seed: is the label right, and the CD drive in the initrd?',
		},
		{name: 'the guest calls', seconds: 360, isReached: hasCalled, hint: 'no command of the seed reached the network'},
		{name: 'the machine is off', seconds: 600, isReached: () => false, hint: 'it hangs'},
	];
}

/** Tells every stage that is reached; gives the reason where one is not, undefined where QEMU has ended. */
async function watch(setup: MachineSetup, qemu: ChildProcess, begin: number): Promise<string | undefined> {
	const {clock, patience, signal, tell} = setup;
	const waiting = [...stagesOf(setup)];
	let othersMs = 0;
	while (qemu.exitCode === null && qemu.signalCode === null && !signal.aborted) {
		await clock.sleep(1000, signal);
		const serial = await readFile(setup.serialLog, 'latin1').catch(() => '');
		const passedMs = clock.now() - begin;
		const age = `${Math.round(passedMs / 1000)} s after the start`;
		if (serial.includes('Kernel panic')) return `the kernel panicked, ${age}`;
		while (waiting[0]?.isReached(serial)) tell(`${waiting.shift()?.name} (${age})`);
		const [next] = waiting;
		// Time in which others had the processor is nobody's fault. The book of a process ends with it.
		othersMs = Math.max(othersMs, starvedMs(qemu.pid));
		if (next !== undefined && passedMs - othersMs > next.seconds * 1000 * patience) {
			return `${age} still not: ${next.name}. Perhaps ${next.hint}; where the machine is slow, --patience 3 helps`;
		}
	}
	return undefined;
}

function qemuArguments({disk, seed, serialLog, cores, reportUrl}: MachineSetup): readonly string[] {
	const append = [
		'root=LABEL=root ro console=ttyS0 loglevel=6 mitigations=off cryptomgr.notests apparmor=0 audit=0 nokaslr',
		`no_timer_check tsc=reliable garm_proof=${reportUrl}`,
	];
	return [
		...['-nodefaults', '-display', 'none', '-no-user-config', '-no-reboot', '-machine', 'pc,usb=off'],
		...['-m', '768', '-smp', String(cores), '-accel', ...accelerator(), '-serial', `file:${serialLog}`],
		...['-drive', `file=${disk.image},if=none,id=disk,format=raw,cache=unsafe,snapshot=on`],
		...['-device', 'virtio-blk-pci,drive=disk'],
		...['-drive', `file=${seed.file},if=none,id=seed,media=cdrom,readonly=on,format=raw`],
		...cdDrive(seed.drive),
		...['-netdev', 'user,id=net0,ipv6=off', '-device', `virtio-net-pci,netdev=net0,romfile=,mac=${seed.mac}`],
		...['-object', 'rng-random,filename=/dev/urandom,id=rng0', '-device', 'virtio-rng-pci,rng=rng0'],
		...['-kernel', disk.kernel, '-initrd', disk.initrd, '-append', append.join(' ')],
	];
}

/** The CD drive where Proxmox VE would have put it. qemu-server PVE/QemuServer.pm print_drivedevice_full. */
function cdDrive(name: string): readonly string[] {
	const [, bus = '', number = '0'] = /^(ide|sata|scsi)(\d+)$/.exec(name) ?? [];
	const n = Number(number);
	if (bus === 'ide') return ['-device', `ide-cd,bus=ide.${n >> 1},unit=${n & 1},drive=seed`];
	if (bus === 'sata') return ['-device', 'ahci,id=ahci0', '-device', `ide-cd,bus=ahci0.${n},drive=seed`];
	if (bus === 'scsi')
		return ['-device', 'virtio-scsi-pci,id=scsi', '-device', `scsi-cd,bus=scsi.0,scsi-id=${n},drive=seed`];
	throw new Error(`the seed hangs on ${name}, which is no CD drive that this machine can have.`);
}

/** The processor's own virtualisation where its module is loaded: a /dev/kvm alone does not prove that it boots a stock kernel. */
function accelerator(): readonly string[] {
	const kvm = ['intel', 'amd'].some((maker) => existsSync(`/sys/module/kvm_${maker}`)) && existsSync('/dev/kvm');
	return kvm ? ['kvm', '-cpu', 'host'] : ['tcg,thread=multi'];
}
