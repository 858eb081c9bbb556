import test from 'ava';
import {rootPassword} from '../../tools/simulator/world/build.ts';
import {type Client, type Extra, runner, simulated} from './client.ts';

// Statuses, texts and shapes: transcripts 00-setup, 01-auth-and-errors, 08-privileges, 08b-privileges-more and
// cluster-8.4/11-token-cluster, else pve-access-control API2/{User,Role,ACL}.pm, pve-manager API2/Pool.pm and
// pve-storage API2/Storage/Config.pm.

async function login(pve: Client, password = rootPassword, username = 'root@pam') {
	return pve.send('POST', '/access/ticket', {username, password}, {as: 'none'});
}

async function asRoot(pve: Client): Promise<Extra> {
	const {data} = await login(pve);
	return {
		as: 'none',
		headers: {
			Cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`,
			CSRFPreventionToken: data.CSRFPreventionToken,
		},
	};
}

test(
	'a password gives a ticket with a token against forgery; every failure of it is told in the same words',
	simulated({world: 'cluster'}, async (t, pve) => {
		const good = await login(pve);
		t.is(good.status, 200);
		t.like(good.data, {username: 'root@pam', clustername: 'pvec', cap: {sdn: {'SDN.Use': 1}, dc: {'Sys.Audit': 1}}});
		t.regex(good.data.ticket, /^PVE:root@pam:[0-9A-F]{8}::/);
		for (const [password, username] of [
			['wrong', 'root@pam'],
			[rootPassword, 'nosuch@pve'],
			[rootPassword, 'root'],
			['', 'garm@pve'],
		] as const) {
			const {status, reason, body} = await login(pve, password, username);
			t.deepEqual(
				[status, reason, body],
				[401, 'authentication failure', {data: null, message: 'authentication failure\n'}],
			);
		}
		const without = await pve.send('POST', '/access/ticket', {username: 'root@pam'}, {as: 'none'});
		t.deepEqual(without.errors, {password: 'property is missing and it is not optional'});
	}),
);

test(
	'a second factor is asked for after the password, and until then the ticket opens nothing',
	simulated({}, async (t, pve, {world}) => {
		world.access.users['root@pam'] = {enabled: true, password: rootPassword, tfa: true};
		const {data} = await login(pve);
		t.is(data.NeedTFA, 1);
		const headers = {Cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`};
		t.is((await pve.send('GET', '/version', undefined, {as: 'none', headers})).reason, 'Authentication failed!');
	}),
);

test(
	'a ticket reads alone, and writes only with its token against forgery',
	simulated({}, async (t, pve) => {
		const root = await asRoot(pve);
		const {Cookie = ''} = root.headers ?? {};
		t.is((await pve.send('GET', '/version', undefined, {as: 'none', headers: {Cookie}})).status, 200);
		for (const headers of [{Cookie}, {Cookie, CSRFPreventionToken: 'wrong'}]) {
			const {status, reason, text} = await pve.send('POST', '/access/users', {userid: 'x@pve'}, {as: 'none', headers});
			t.deepEqual([status, reason, text], [401, 'Permission denied - invalid csrf token', '']);
		}
		t.is((await pve.send('POST', '/access/users', {userid: 'x@pve'}, root)).status, 200);
	}),
);

test(
	'users, tokens, roles, pools and rights are made, and refused a second time',
	simulated({}, async (t, pve, {world}) => {
		const root = await asRoot(pve);
		const post = (path: string, form: Readonly<Record<string, string | number>>) => pve.send('POST', path, form, root);
		t.is((await post('/access/users', {userid: 'ci@pve', comment: 'runners'})).data, null);
		t.is((await post('/access/users', {userid: 'ci@pve'})).reason, "create user failed: user 'ci@pve' already exists");
		const token = await post('/access/users/ci@pve/token/one', {privsep: 1, comment: 'c'});
		t.deepEqual(Object.keys(token.data).sort(), ['full-tokenid', 'info', 'value']);
		t.deepEqual([token.data['full-tokenid'], token.data.info], ['ci@pve!one', {privsep: '1', comment: 'c'}]);
		t.deepEqual((await post('/access/users/ci@pve/token/one', {})).errors, {tokenid: 'Token already exists.'});
		t.deepEqual((await post('/access/users/ci@pve/token/q', {})).errors, {
			tokenid: 'value does not match the regex pattern',
		});
		t.is((await post('/access/users/nosuch@pve/token/one', {})).reason, "no such user ('nosuch@pve')");
		t.deepEqual((await pve.send('GET', '/access/users/ci@pve/token', undefined, root)).data, [
			{tokenid: 'one', privsep: 1, expire: 0, comment: 'c'},
		]);
		t.is((await post('/access/roles', {roleid: 'Ci', privs: 'VM.Audit VM.Clone'})).status, 200);
		t.is(
			(await post('/access/roles', {roleid: 'Ci', privs: ''})).reason,
			"create role failed: role 'Ci' already exists",
		);
		t.is((await post('/pools', {poolid: 'ci', comment: 'c'})).status, 200);
		t.is((await post('/pools', {poolid: 'ci'})).reason, "create pool failed: pool 'ci' already exists");
		const acl = {path: '/pool/ci', roles: 'Ci', users: 'ci@pve', tokens: 'ci@pve!one'};
		t.is((await pve.send('PUT', '/access/acl', acl, root)).status, 200);
		t.is((await pve.send('PUT', '/access/acl', acl, root)).status, 200);
		t.is(world.access.acl.filter(({path}) => path === '/pool/ci').length, 2);
		t.is(
			(await pve.send('PUT', '/access/acl', {...acl, roles: 'None'}, root)).reason,
			"ACL update failed: role 'None' does not exist",
		);
		t.deepEqual((await pve.send('PUT', '/access/acl', {...acl, path: '/nowhere'}, root)).errors, {
			path: "invalid ACL path '/nowhere'",
		});
		const as = {as: 'ci@pve!one', secret: token.data.value};
		t.deepEqual((await pve.send('GET', '/access/permissions?path=/pool/ci', undefined, as)).data, {
			'/pool/ci': {'VM.Audit': 1, 'VM.Clone': 1},
		});
	}),
);

test(
	'what is removed takes its rights with it; a pool with members and a built-in role stay',
	simulated({}, async (t, pve, {world}) => {
		const root = await asRoot(pve);
		const remove = async (path: string) => (await pve.send('DELETE', path, undefined, root)).reason;
		const rights = () => world.access.acl.length;
		t.is(
			await remove('/pools/garm-templates'),
			"delete pool failed: pool 'garm-templates' is not empty (contains VM 9000)",
		);
		t.is(await remove('/access/roles/PVEAuditor'), "auto-generated role 'PVEAuditor' cannot be deleted");
		t.is(await remove('/access/roles/None'), "delete role failed: role 'None' does not exist");
		const before = rights();
		t.is(await remove('/pools/garm'), 'OK');
		t.is(rights(), before - 2);
		t.is(await remove('/access/roles/GarmNetwork'), 'OK');
		t.is(rights(), before - 4);
		t.is(await remove('/access/users/garm@pve/token/runner'), 'OK');
		t.is(await remove('/access/users/garm@pve/token/runner'), "no such token 'runner' for user 'garm@pve'");
		t.false(world.access.acl.some(({who}) => who === runner));
		t.is(await remove('/access/users/garm@pve'), 'OK');
		t.is(rights(), 0);
	}),
);

for (const [pveVersion, foreign] of [
	['8.4', 'VM.GuestAgent.Audit'],
	['9.2', 'VM.Monitor'],
] as const) {
	test(
		`PVE ${pveVersion} refuses a role with ${foreign}`,
		simulated({pveVersion}, async (t, pve) => {
			const form = {roleid: 'Ci', privs: `VM.Audit ${foreign}`};
			const {status, errors} = await pve.send('POST', '/access/roles', form, await asRoot(pve));
			t.deepEqual([status, errors], [400, {privs: `invalid format - invalid privilege '${foreign}'\n`}]);
		}),
	);
}

test(
	'a token of least privilege can neither make nor change rights, and sees no other user',
	simulated({}, async (t, pve) => {
		const as = {as: runner};
		const refusals: readonly (readonly [string, string, Readonly<Record<string, string>>, string])[] = [
			['POST', '/access/roles', {roleid: 'X'}, ' (/access, Sys.Modify)'],
			['POST', '/access/users', {userid: 'x@pve'}, ' (/access/realm/pve, Realm.AllocateUser)'],
			['POST', '/access/users/garm@pve/token/x2', {}, ''],
			['POST', '/pools', {poolid: 'x'}, ' (/pool/x, Pool.Allocate)'],
			['PUT', '/access/acl', {path: '/', roles: 'PVEAuditor', users: 'garm@pve'}, ' (/, Permissions.Modify)'],
			['POST', '/storage', {storage: 'xx', type: 'dir', path: '/x'}, ' (/storage, Datastore.Allocate)'],
		];
		for (const [method, path, form, where] of refusals) {
			const {status, reason} = await pve.send(method, path, form, as);
			t.deepEqual([status, reason], [403, `Permission check failed${where}`], path);
		}
		t.deepEqual((await pve.send('GET', '/access/users', undefined, as)).data, []);
		const other = await pve.send('GET', '/access/permissions?userid=root@pam', undefined, as);
		t.is(other.reason, 'Permission check failed (/access, Sys.Audit)');
	}),
);

test(
	'a directory storage is added and removed; a storage of that name is there once only',
	simulated({world: 'cluster'}, async (t, pve) => {
		const root = await asRoot(pve);
		const form = {storage: 'garm-seeds', type: 'dir', path: '/var/lib/garm-seeds', content: 'iso'};
		t.deepEqual((await pve.send('POST', '/storage', form, root)).data, {storage: 'garm-seeds', type: 'dir'});
		t.is(
			(await pve.send('POST', '/storage', form, root)).reason,
			"create storage failed: storage ID 'garm-seeds' already defined",
		);
		t.is(await pve.outcome(pve.upload('n2', 'garm-seeds', 'x.iso', Buffer.from('x'))), 'OK');
		t.is((await pve.send('DELETE', '/storage/garm-seeds', undefined, root)).status, 200);
		t.is((await pve.send('GET', '/nodes/n2/storage/garm-seeds/content')).reason, "storage 'garm-seeds' does not exist");
	}),
);

test(
	'a VM is in one pool only, and moves to another one only where that is asked for',
	simulated({}, async (t, pve, {world}) => {
		const move = (form: Readonly<Record<string, string | number>>) => pve.send('PUT', '/pools/garm', form);
		t.is((await move({vms: 9000})).reason, "update pools failed: VM 9000 belongs already to pool 'garm-templates'");
		t.is((await move({vms: 9000, 'allow-move': 1})).status, 200);
		t.is((await move({vms: 9000})).reason, 'update pools failed: VM 9000 is already a pool member');
		t.deepEqual([world.pools.garm?.vms, world.pools['garm-templates']?.vms], [[9000], [9001, 9002, 9003]]);
	}),
);

test(
	'bridges and VNets are listed for whom they are open, and a VNet demands its own zone’s privilege',
	simulated({}, async (t, pve, simulator) => {
		Object.assign(simulator.world, {vnets: {ci: 'lab'}});
		const names = async (as: string) =>
			(
				(await pve.send('GET', '/nodes/pve/network?type=any_bridge', undefined, {as})).data as readonly {
					iface: string;
				}[]
			).map(({iface}) => iface);
		t.deepEqual(await names('root@pam!full'), ['vmbr0', 'vmbr1', 'ci']);
		t.deepEqual(await names(runner), ['vmbr0', 'vmbr1']);
		Object.assign(simulator.world.guests[9000]?.config ?? {}, {net0: 'virtio=BC:24:11:00:00:01,bridge=ci'});
		const clone = {newid: 300, name: 'x', pool: 'garm'};
		t.is(
			(await pve.send('POST', '/nodes/pve/qemu/9000/clone', clone, {as: runner})).reason,
			'Permission check failed (/sdn/zones/lab/ci, SDN.Use)',
		);
	}),
);

test(
	'a disc that takes the place of a cloud-init drive needs the privilege of the old drive too',
	simulated({}, async (t, pve, {world}) => {
		const as = {as: runner};
		await pve.outcome(pve.upload('pve', 'local', 'x.iso', Buffer.from('x'), as));
		t.is(
			await pve.outcome(pve.send('POST', '/nodes/pve/qemu/9002/clone', {newid: 300, name: 'x', pool: 'garm'}, as)),
			'OK',
		);
		const insert = () => pve.send('PUT', '/nodes/pve/qemu/300/config', {ide2: 'local:iso/x.iso,media=cdrom'}, as);
		const whole = world.access.roles.GarmRunner ?? [];
		world.access.roles.GarmRunner = whole.filter((privilege) => privilege !== 'VM.Config.Cloudinit');
		t.regex((await insert()).reason, /^Permission check failed \(\/vms\/300, VM\.Config\.Cloudinit/);
		world.access.roles.GarmRunner = whole;
		t.is((await insert()).status, 200);
	}),
);
