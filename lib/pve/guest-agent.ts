import {BlockList, isIP} from 'node:net';
import {readRow, readRows, textIn} from './decode.ts';
import type {Session} from './session.ts';

const notWorthTelling = new BlockList();
notWorthTelling.addSubnet('127.0.0.0', 8);
notWorthTelling.addSubnet('169.254.0.0', 16);
notWorthTelling.addAddress('::1', 'ipv6');
notWorthTelling.addSubnet('fe80::', 10, 'ipv6');

/** The guest's addresses, if its agent tells them within `timeoutMs`; loopback and link-local ones are left out. */
export async function readAgentAddresses(
	{engine, logger}: Session,
	node: string,
	vmid: number,
	timeoutMs: number,
): Promise<readonly string[] | undefined> {
	const path = `/nodes/${encodeURIComponent(node)}/qemu/${vmid}/agent/network-get-interfaces`;
	try {
		const {data} = await engine.with({timeoutMs, retries: false}).ask({method: 'GET', path});
		return addressesIn(data);
	} catch (error) {
		logger.debug('The guest agent tells no addresses', {vmid, reason: String(error)});
		return undefined;
	}
}

function addressesIn(data: unknown): readonly string[] {
	const what = "the guest's network";
	return readRows(readRow(data, what).result, what)
		.flatMap((each) => (each['ip-addresses'] === undefined ? [] : readRows(each['ip-addresses'], what)))
		.map((each) => textIn(each, 'ip-address') ?? '')
		.filter(isWorthTelling);
}

function isWorthTelling(address: string): boolean {
	const family = isIP(address);
	return family !== 0 && !notWorthTelling.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
