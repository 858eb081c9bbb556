import {demandAll, demandAny, demandModify, holdsAll} from './access.ts';
import type {Call, RuleOf} from './call.ts';
import {texts} from './refusal.ts';
import {listAcl, normalizedPath, putAcl} from './rule/access/acl.ts';
import * as roles from './rule/access/roles.ts';
import {createTicket} from './rule/access/ticket.ts';
import * as tokens from './rule/access/tokens.ts';
import * as users from './rule/access/users.ts';
import * as agent from './rule/agent.ts';
import {clone} from './rule/clone.ts';
import {getConfig, getPending, postConfig, putConfig} from './rule/config.ts';
import {anyConfigPrivilege} from './rule/config-access.ts';
import {create, template} from './rule/create.ts';
import {destroy} from './rule/destroy.ts';
import * as guests from './rule/guests.ts';
import * as nodes from './rule/nodes.ts';
import {permissions} from './rule/permissions.ts';
import {createPool, deletePool, getPool, listPools, putPool} from './rule/pool.ts';
import * as power from './rule/power.ts';
import {resize} from './rule/resize.ts';
import {resources} from './rule/resources.ts';
import * as storage from './rule/storage.ts';
import {createStorage, deleteStorage, getStorageConfig, listStorageConfigs} from './rule/storage-config.ts';
import * as tasks from './rule/tasks.ts';
import {demandUpload, upload} from './rule/upload.ts';
import {
	dnsNameFormat,
	nodeNameFormat,
	privilegeListFormat,
	propertyString,
	roleIdFormat,
	storageIdFormat,
	userIdFormat,
	vmidFormat,
} from './schema/formats.ts';
import type {Rule, Schema} from './schema/verify.ts';
import {vmOptions} from './schema/vm-options.ts';

export type Permission = (asked: Pick<Call, 'dc' | 'caller' | 'parameters' | 'node'>) => void;

export interface Route {
	readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
	/** `{name}` is one segment, `{name...}` the rest. */
	readonly path: string;
	/** The name faults know it by. */
	readonly operation: string;
	readonly rule: RuleOf;
	readonly schema?: Schema;
	/** What the node asked demands before it looks at the parameters, and before it proxies. */
	readonly permission?: Permission;
	/** Needs no credentials. */
	readonly open?: true;
	/** Needs root: handled by pvedaemon's three workers. */
	readonly daemon?: true;
	/** Genuine milliseconds of an idle machine. FACTS section 11. */
	readonly costMs: number;
}

const text: Rule = {type: 'string'};
const flag: Rule = {type: 'boolean'};
const count: Rule = {type: 'integer', minimum: 0};
const vmid: Rule = {type: 'integer', format: vmidFormat};
const storageId: Rule = {type: 'string', format: storageIdFormat};
const needed = (rule: Rule): Rule => ({...rule, required: true});

const vm =
	(...privileges: readonly string[]): Permission =>
	({dc, caller, parameters}) =>
		demandAll(dc.world, caller, `/vms/${parameters.vmid}`, ...privileges);
const anyVm =
	(...privileges: readonly string[]): Permission =>
	({dc, caller, parameters}) =>
		demandAny(dc.world, caller, `/vms/${parameters.vmid}`, ...privileges);
const root =
	(...privileges: readonly string[]): Permission =>
	({dc, caller}) =>
		demandAll(dc.world, caller, '/', ...privileges);
const onStorage =
	(...privileges: readonly string[]): Permission =>
	({dc, caller, parameters}) =>
		demandAny(dc.world, caller, `/storage/${parameters.storage}`, ...privileges);

// Agent.pm: version 9 has privileges of its own for the guest agent, 8 has one for everything.
const agentAudit: Permission = (asked) =>
	asked.dc.world.pveVersion === '8.4'
		? vm('VM.Monitor')(asked)
		: anyVm('VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted')(asked);

const clonePermission: Permission = (asked) => {
	vm('VM.Clone')(asked);
	allocatePermission(asked, asked.parameters.newid);
};

/** VM.Allocate on the new VM, or on the pool that is given: an OR-group that fails says nothing more. */
function allocatePermission({dc, caller, parameters}: Parameters<Permission>[0], id: string | undefined): void {
	const {pool} = parameters;
	if (holdsAll(dc.world, caller, `/vms/${id}`, ['VM.Allocate'])) return;
	if (pool !== undefined && dc.world.pools[pool] === undefined) throw texts.noSuchPool(pool);
	if (pool !== undefined && holdsAll(dc.world, caller, `/pool/${pool}`, ['VM.Allocate'])) return;
	throw texts.permissionBare();
}

const userTagAccess = propertyString({
	'user-allow': {type: 'string', enum: ['none', 'list', 'existing', 'free']},
	'user-allow-list': text,
});

const qemu = '/nodes/{node}/qemu/{vmid}';
const store = '/nodes/{node}/storage/{storage}';
const task = '/nodes/{node}/tasks/{upid}';
const {Audit, PowerMgmt} = {Audit: vm('VM.Audit'), PowerMgmt: vm('VM.PowerMgmt')};
const accessModify: Permission = ({dc, caller}) => demandAll(dc.world, caller, '/access', 'Sys.Modify');
const storagesAllocate: Permission = ({dc, caller}) => demandAll(dc.world, caller, '/storage', 'Datastore.Allocate');
const onPool =
	(privilege: string): Permission =>
	({dc, caller, parameters}) =>
		demandAll(dc.world, caller, `/pool/${parameters.poolid}`, privilege);
const userId: Rule = {type: 'string', format: userIdFormat};
const roleId: Rule = {type: 'string', format: roleIdFormat};
const privilegeList: Rule = {type: 'string', format: privilegeListFormat};
const tokenOf = '/access/users/{userid}/token';
const poolChange = {vms: text, storage: text, comment: text, delete: flag, 'allow-move': flag};
const powerSchema = {skiplock: flag, timeout: count};

/** Everything that is simulated: one row for each call. */
export const routes: readonly Route[] = [
	{method: 'GET', path: '/version', operation: 'version', rule: nodes.version, costMs: 2},
	{method: 'GET', path: '/nodes', operation: 'nodes', rule: nodes.listNodes, costMs: 6},
	{
		...{method: 'GET', path: '/nodes/{node}/status', operation: 'node-status', rule: nodes.nodeStatus, costMs: 20},
		permission: ({dc, caller, node}) => demandAll(dc.world, caller, `/nodes/${node}`, 'Sys.Audit'),
	},
	{
		...{method: 'GET', path: '/nodes/{node}/network', operation: 'network', rule: nodes.network, costMs: 15},
		schema: {type: text},
		daemon: true,
	},
	{
		...{method: 'GET', path: '/cluster/resources', operation: 'resources', rule: resources, costMs: 6},
		schema: {type: {type: 'string', enum: ['vm', 'storage', 'node', 'sdn']}},
	},
	{
		...{method: 'GET', path: '/cluster/status', operation: 'cluster-status', rule: nodes.clusterStatus, costMs: 6},
		permission: root('Sys.Audit'),
	},
	{method: 'GET', path: '/cluster/nextid', operation: 'nextid', rule: nodes.nextid, costMs: 6, schema: {vmid}},
	{method: 'GET', path: '/cluster/tasks', operation: 'cluster-tasks', rule: tasks.clusterTasks, costMs: 8},
	{method: 'GET', path: '/cluster/options', operation: 'options', rule: nodes.options, costMs: 8},
	{
		...{method: 'PUT', path: '/cluster/options', operation: 'options-put', rule: nodes.putOptions, costMs: 25},
		permission: root('Sys.Modify'),
		schema: {
			delete: text,
			'next-id': text,
			'tag-style': text,
			'registered-tags': text,
			'user-tag-access': {type: 'string', format: userTagAccess},
		},
		daemon: true,
	},
	{
		...{method: 'GET', path: '/access/permissions', operation: 'permissions', rule: permissions, costMs: 7},
		schema: {path: text, userid: text},
	},
	{
		...{method: 'POST', path: '/access/ticket', operation: 'ticket', rule: createTicket, costMs: 80, open: true},
		schema: {username: needed({type: 'string', maxLength: 64}), password: needed(text), realm: text, otp: text},
		daemon: true,
	},
	{method: 'GET', path: '/access/acl', operation: 'acl', rule: listAcl, costMs: 7},
	{
		...{method: 'PUT', path: '/access/acl', operation: 'acl-put', rule: putAcl, costMs: 33, daemon: true},
		permission: ({dc, caller, parameters}) => demandModify(dc.world, caller, normalizedPath(parameters.path)),
		schema: {
			...{path: needed(text), roles: needed(text), users: text, groups: text, tokens: text},
			...{propagate: flag, delete: flag},
		},
	},
	{method: 'GET', path: '/access/roles', operation: 'roles', rule: roles.listRoles, costMs: 7},
	{method: 'GET', path: '/access/roles/{roleid}', operation: 'role', rule: roles.getRole, costMs: 7},
	{
		...{method: 'POST', path: '/access/roles', operation: 'role-create', rule: roles.createRole, costMs: 30},
		permission: accessModify,
		schema: {roleid: needed(roleId), privs: privilegeList},
		daemon: true,
	},
	{
		...{method: 'PUT', path: '/access/roles/{roleid}', operation: 'role-put', rule: roles.updateRole, costMs: 30},
		permission: accessModify,
		schema: {privs: privilegeList, append: {type: 'boolean', requires: 'privs'}},
		daemon: true,
	},
	{
		...{method: 'DELETE', path: '/access/roles/{roleid}', operation: 'role-delete', rule: roles.deleteRole},
		...{permission: accessModify, daemon: true, costMs: 30},
	},
	{
		...{method: 'GET', path: '/access/users', operation: 'users', rule: users.listUsers, costMs: 14},
		schema: {enabled: flag, full: flag},
	},
	{
		...{method: 'POST', path: '/access/users', operation: 'user-create', rule: users.createUser, costMs: 28},
		schema: {userid: needed(userId), comment: text, enable: flag, expire: count, email: text, password: text},
		daemon: true,
	},
	{method: 'GET', path: '/access/users/{userid}', operation: 'user', rule: users.getUser, costMs: 7},
	{
		...{method: 'DELETE', path: '/access/users/{userid}', operation: 'user-delete', rule: users.deleteUser},
		...{daemon: true, costMs: 30},
	},
	...(
		[
			{method: 'GET', path: tokenOf, operation: 'tokens', rule: tokens.listTokens},
			{method: 'GET', path: `${tokenOf}/{tokenid}`, operation: 'token', rule: tokens.getToken},
			{method: 'DELETE', path: `${tokenOf}/{tokenid}`, operation: 'token-delete', rule: tokens.deleteToken},
			{
				method: 'POST',
				path: `${tokenOf}/{tokenid}`,
				operation: 'token-create',
				rule: tokens.createToken,
				schema: {privsep: flag, comment: text, expire: count},
			},
		] as const
	).map((row) => ({...row, costMs: 18, permission: tokens.demandTokens}) as const satisfies Route),
	{
		...{method: 'GET', path: '/pools', operation: 'pools', rule: listPools, costMs: 7},
		schema: {poolid: text, type: {type: 'string', enum: ['qemu', 'lxc', 'storage']}},
	},
	{
		...{method: 'GET', path: '/pools/{poolid}', operation: 'pool', rule: getPool, costMs: 7},
		permission: onPool('Pool.Audit'),
		schema: {type: {type: 'string', enum: ['qemu', 'lxc', 'storage']}},
	},
	{
		...{method: 'PUT', path: '/pools/{poolid}', operation: 'pool-put', rule: putPool, costMs: 20, daemon: true},
		permission: onPool('Pool.Allocate'),
		schema: poolChange,
	},
	{
		...{method: 'PUT', path: '/pools', operation: 'pool-put', rule: putPool, costMs: 20, daemon: true},
		permission: onPool('Pool.Allocate'),
		schema: {...poolChange, poolid: needed(text)},
	},
	{
		...{method: 'POST', path: '/pools', operation: 'pool-create', rule: createPool, costMs: 15, daemon: true},
		permission: onPool('Pool.Allocate'),
		schema: {poolid: needed(text), comment: text},
	},
	{
		...{
			method: 'DELETE',
			path: '/pools/{poolid}',
			operation: 'pool-delete',
			rule: deletePool,
			costMs: 15,
			daemon: true,
		},
		permission: onPool('Pool.Allocate'),
	},
	{method: 'GET', path: '/storage', operation: 'storage-configs', rule: listStorageConfigs, costMs: 8},
	{
		...{method: 'GET', path: '/storage/{storage}', operation: 'storage-config', rule: getStorageConfig, costMs: 8},
		permission: ({dc, caller, parameters}) =>
			demandAll(dc.world, caller, `/storage/${parameters.storage}`, 'Datastore.Allocate'),
	},
	{
		...{method: 'POST', path: '/storage', operation: 'storage-create', rule: createStorage, costMs: 40, daemon: true},
		permission: storagesAllocate,
		schema: {
			storage: needed(storageId),
			type: needed({type: 'string', enum: ['dir']}),
			...{path: text, content: text, nodes: text, shared: flag, disable: flag, 'create-base-path': flag},
			'create-subdirs': flag,
		},
	},
	{
		...{method: 'DELETE', path: '/storage/{storage}', operation: 'storage-delete', rule: deleteStorage, costMs: 30},
		permission: storagesAllocate,
		daemon: true,
	},
	{
		...{method: 'GET', path: '/nodes/{node}/qemu', operation: 'vms', rule: guests.listGuests, costMs: 16, daemon: true},
		schema: {full: flag},
	},
	{
		...{method: 'POST', path: '/nodes/{node}/qemu', operation: 'create', rule: create, costMs: 45, daemon: true},
		permission: (asked) => allocatePermission(asked, asked.parameters.vmid),
		schema: {
			...vmOptions,
			...{vmid: needed(vmid), pool: text, start: flag, force: flag, storage: storageId, unique: flag, bwlimit: count},
		},
	},
	{
		...{method: 'GET', path: `${qemu}/config`, operation: 'config-get', rule: getConfig, costMs: 8, permission: Audit},
		schema: {current: flag, snapshot: text},
	},
	...(
		[
			{method: 'PUT', rule: putConfig, operation: 'config-put'},
			{method: 'POST', rule: postConfig, operation: 'config-post'},
		] as const
	).map(
		(row) =>
			({
				...{...row, path: `${qemu}/config`, costMs: 45, daemon: true, permission: anyVm(...anyConfigPrivilege)},
				schema: {
					...vmOptions,
					...{delete: text, revert: text, skiplock: flag, force: flag, background_delay: count},
					digest: {type: 'string', maxLength: 40},
				},
			}) as const satisfies Route,
	),
	{method: 'GET', path: `${qemu}/pending`, operation: 'pending', rule: getPending, costMs: 8, permission: Audit},
	{
		...{method: 'GET', path: `${qemu}/status/current`, operation: 'status', rule: guests.current, costMs: 15},
		permission: Audit,
		daemon: true,
	},
	{
		...{method: 'POST', path: `${qemu}/status/start`, operation: 'start', rule: power.start, costMs: 41, daemon: true},
		permission: PowerMgmt,
		schema: {...powerSchema, machine: text, migratedfrom: text, targetstorage: text, 'force-cpu': text},
	},
	{
		...{method: 'POST', path: `${qemu}/status/stop`, operation: 'stop', rule: power.stop, costMs: 41, daemon: true},
		permission: PowerMgmt,
		schema: {...powerSchema, keepActive: flag, migratedfrom: text, 'overrule-shutdown': flag},
	},
	{
		...{method: 'POST', path: `${qemu}/status/shutdown`, operation: 'shutdown', rule: power.shutdown, costMs: 41},
		permission: PowerMgmt,
		daemon: true,
		schema: {...powerSchema, forceStop: flag, keepActive: flag},
	},
	...(
		[
			{path: `${qemu}/status/reset`, rule: power.reset, operation: 'reset'},
			{path: `${qemu}/status/reboot`, rule: power.reboot, operation: 'reboot'},
			{path: `${qemu}/status/suspend`, rule: power.suspend, operation: 'suspend'},
			{path: `${qemu}/status/resume`, rule: power.resume, operation: 'resume'},
		] as const
	).map(
		(row) =>
			({
				...{method: 'POST', ...row, costMs: 41, daemon: true, permission: PowerMgmt},
				schema: {...powerSchema, todisk: flag, statestorage: text, nocheck: flag},
			}) as const satisfies Route,
	),
	{
		...{method: 'POST', path: `${qemu}/clone`, operation: 'clone', rule: clone, costMs: 41, daemon: true},
		permission: clonePermission,
		schema: {
			newid: needed(vmid),
			name: {type: 'string', format: dnsNameFormat},
			description: text,
			pool: text,
			snapname: {type: 'string', maxLength: 40},
			storage: storageId,
			format: {type: 'string', enum: ['raw', 'qcow2', 'vmdk']},
			full: flag,
			target: {type: 'string', format: nodeNameFormat},
			bwlimit: count,
		},
	},
	{
		...{method: 'DELETE', path: qemu, operation: 'destroy', rule: destroy, costMs: 44, daemon: true},
		permission: vm('VM.Allocate'),
		schema: {skiplock: flag, purge: flag, 'destroy-unreferenced-disks': flag},
	},
	{
		...{method: 'PUT', path: `${qemu}/resize`, operation: 'resize', rule: resize, costMs: 41, daemon: true},
		permission: vm('VM.Config.Disk'),
		schema: {
			disk: needed(text),
			size: needed({type: 'string', pattern: /^\+?\d+(?:\.\d+)?[KMGT]?$/}),
			digest: {type: 'string', maxLength: 40},
			skiplock: flag,
		},
	},
	{
		...{method: 'POST', path: `${qemu}/template`, operation: 'template', rule: template, costMs: 45, daemon: true},
		permission: vm('VM.Allocate'),
		schema: {disk: text},
	},
	...(
		[
			{method: 'POST', path: `${qemu}/agent/ping`, rule: agent.ping, operation: 'agent-ping'},
			{
				method: 'GET',
				path: `${qemu}/agent/network-get-interfaces`,
				rule: agent.interfaces,
				operation: 'agent-interfaces',
			},
			{method: 'GET', path: `${qemu}/agent/get-osinfo`, rule: agent.osinfo, operation: 'agent-osinfo'},
			{method: 'GET', path: `${qemu}/agent/get-host-name`, rule: agent.hostName, operation: 'agent-host-name'},
		] as const
	).map((row) => ({...row, costMs: 12, daemon: true, permission: agentAudit}) as const satisfies Route),
	{
		...{method: 'GET', path: '/nodes/{node}/tasks', operation: 'tasks', rule: tasks.listTasks, costMs: 8},
		schema: {
			...{start: count, limit: count, since: count, until: count, vmid, errors: flag},
			...{typefilter: text, userfilter: text, statusfilter: text},
			source: {type: 'string', enum: ['archive', 'active', 'all']},
		},
	},
	{method: 'GET', path: `${task}/status`, operation: 'task-status', rule: tasks.taskStatus, costMs: 12},
	{
		...{method: 'GET', path: `${task}/log`, operation: 'task-log', rule: tasks.taskLog, costMs: 12},
		schema: {start: count, limit: count, download: flag},
	},
	{method: 'DELETE', path: task, operation: 'task-stop', rule: tasks.stopTask, costMs: 15, daemon: true},
	{
		...{method: 'GET', path: '/nodes/{node}/storage', operation: 'storages', rule: storage.listStorages, costMs: 60},
		daemon: true,
		schema: {content: text, storage: storageId, enabled: flag, format: flag, target: text},
	},
	{
		...{method: 'GET', path: `${store}/status`, operation: 'storage-status', rule: storage.storageStatus, costMs: 30},
		permission: onStorage('Datastore.Audit', 'Datastore.AllocateSpace'),
		daemon: true,
	},
	{
		...{method: 'GET', path: `${store}/content`, operation: 'content', rule: storage.listContent, costMs: 44},
		permission: onStorage('Datastore.Audit', 'Datastore.AllocateSpace'),
		daemon: true,
		schema: {content: text, vmid},
	},
	{
		...{method: 'GET', path: `${store}/content/{volume...}`, operation: 'content-get', rule: storage.contentInfo},
		...{daemon: true, costMs: 44},
	},
	{
		...{method: 'DELETE', path: `${store}/content/{volume...}`, operation: 'content-delete', costMs: 44},
		...{daemon: true, rule: storage.deleteContent, schema: {delay: {type: 'integer', minimum: 1, maximum: 30}}},
	},
	{
		...{method: 'POST', path: `${store}/upload`, operation: 'upload', rule: upload, costMs: 60, daemon: true},
		permission: demandUpload,
		schema: {
			content: needed({type: 'string', enum: ['iso', 'vztmpl', 'import']}),
			'checksum-algorithm': {
				...{type: 'string', requires: 'checksum'},
				enum: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
			},
			checksum: {type: 'string', requires: 'checksum-algorithm'},
			filename: needed({type: 'string', maxLength: 255}),
			tmpfilename: text,
		},
	},
];

const pathRules: Schema = {
	node: {type: 'string', format: nodeNameFormat},
	vmid,
	storage: storageId,
	poolid: text,
	upid: text,
	volume: text,
	userid: userId,
	roleid: roleId,
	// AccessControl.pm token_subid_regex
	tokenid: {type: 'string', pattern: /^[A-Za-z][A-Za-z0-9._-]+$/},
};

/** The schema of a route with the rules of its path's names. */
export function schemaOf(route: Route): Schema {
	const names = [...route.path.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)].map((found) => found[1] ?? '');
	return {...route.schema, ...Object.fromEntries(names.map((name) => [name, pathRules[name] ?? text]))};
}

export interface Found {
	readonly route: Route;
	/** What the path's names stand for. */
	readonly names: Readonly<Record<string, string>>;
}

const compiled = routes.map((route) => ({route, segments: route.path.slice(1).split('/')}));

/** The route for a method and a path below /api2/json; percent-encoded slashes stay inside their segment. */
export function findRoute(method: string, path: string): Found | undefined {
	const asked = path.replace(/\/+$/, '').slice(1).split('/').map(decoded);
	for (const {route, segments} of compiled) {
		if (route.method !== method) continue;
		const names = matched(segments, asked);
		if (names !== undefined) return {route, names};
	}
	return undefined;
}

function matched(segments: readonly string[], asked: readonly string[]): Record<string, string> | undefined {
	const names: Record<string, string> = {};
	for (const [index, segment] of segments.entries()) {
		const given = asked[index];
		const name = /^\{(\w+)(\.\.\.)?\}$/.exec(segment);
		if (given === undefined) return undefined;
		if (name?.[2] !== undefined) {
			names[name[1] ?? ''] = asked.slice(index).join('/');
			return names;
		}
		if (name !== null) names[name[1] ?? ''] = given;
		else if (segment !== given) return undefined;
	}
	return segments.length === asked.length ? names : undefined;
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
