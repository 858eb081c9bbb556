import {once} from 'node:events';
import {createServer} from 'node:net';
import test from 'ava';
import {bootstrap, withGarm} from '../helper/with-garm.ts';

const request = bootstrap({name: 'garm-0k3f9x2m1aqz'});
const width = 8;

test(
	'a create begins when its host has a turn for it, and nothing else waits',
	withGarm({}, async (t, garm) => {
		let asked = -1;
		const servers = Array.from({length: width}, () =>
			createServer((connection) => {
				connection.on('error', () => undefined);
				asked = garm.simulator.requests.filter(({operation}) => operation === 'upload').length;
				// The one that it waits for is the first to end.
				for (const server of servers) server.close();
				connection.destroy();
			}),
		);
		for (const [n, server] of servers.entries()) {
			server.listen(`\0garm-provider-proxmox/${n}/${garm.configFile}`);
			await once(server, 'listening');
		}
		t.is((await garm.ask('ListInstances', {GARM_POOL_ID: 'p'})).exitCode, 0);
		t.is(asked, -1, 'a list does not wait');
		t.is((await garm.create(request)).exitCode, 0);
		t.is(asked, 0, 'nothing was done before');
	}),
);
