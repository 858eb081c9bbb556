import type {PveVersion} from '../world.ts';

const vmConfig = ['CDROM', 'CPU', 'Cloudinit', 'Disk', 'HWType', 'Memory', 'Network', 'Options'].map(
	(what) => `VM.Config.${what}`,
);
const agent = ['Audit', 'FileRead', 'FileSystemMgmt', 'FileWrite', 'Unrestricted'].map(
	(what) => `VM.GuestAgent.${what}`,
);
const datastore = ['Allocate', 'AllocateSpace', 'AllocateTemplate', 'Audit'].map((what) => `Datastore.${what}`);

const vmAdmin = (version: PveVersion): readonly string[] => [
	...['Allocate', 'Audit', 'Backup', 'Clone', 'Console', 'Migrate', 'PowerMgmt', 'Snapshot', 'Snapshot.Rollback'].map(
		(what) => `VM.${what}`,
	),
	...vmConfig,
	...(version === '8.4' ? ['VM.Monitor'] : [...agent, 'VM.Replicate']),
];

/** Every privilege the version knows. pve-access-control AccessControl.pm, as GET /access/roles shows Administrator. */
export function allPrivileges(version: PveVersion): readonly string[] {
	return [
		...vmAdmin(version),
		...datastore,
		...['Console', 'Syslog', 'Audit', 'Modify', 'PowerMgmt', 'AccessNetwork', 'Incoming'].map((what) => `Sys.${what}`),
		...['Audit', 'Modify', 'Use'].map((what) => `Mapping.${what}`),
		...['Allocate', 'Audit', 'Use'].map((what) => `SDN.${what}`),
		...['Pool.Allocate', 'Pool.Audit', 'Group.Allocate', 'Permissions.Modify'],
		...['Realm.Allocate', 'Realm.AllocateUser', 'User.Modify'],
	];
}

/** The roles that come with the version. Transcript 00 of both, entry 9. */
export function builtInRoles(version: PveVersion): Readonly<Record<string, readonly string[]>> {
	return {
		Administrator: allPrivileges(version),
		NoAccess: [],
		PVEAuditor: [
			...['Datastore.Audit', 'Mapping.Audit', 'Pool.Audit', 'SDN.Audit', 'Sys.Audit', 'VM.Audit'],
			...(version === '8.4' ? [] : ['VM.GuestAgent.Audit']),
		],
		PVEAdmin: allPrivileges(version).filter(
			(privilege) =>
				!/^(?:Permissions\.Modify|Realm\.Allocate$|Sys\.(?!Audit|Console|Syslog)|Mapping\.Modify)/.test(privilege),
		),
		PVEDatastoreAdmin: datastore,
		PVEDatastoreUser: ['Datastore.AllocateSpace', 'Datastore.Audit'],
		PVEMappingAdmin: ['Mapping.Audit', 'Mapping.Modify', 'Mapping.Use'],
		PVEMappingUser: ['Mapping.Audit', 'Mapping.Use'],
		PVEPoolAdmin: ['Pool.Allocate', 'Pool.Audit'],
		PVEPoolUser: ['Pool.Audit'],
		PVESDNAdmin: ['SDN.Allocate', 'SDN.Audit', 'SDN.Use'],
		PVESDNUser: ['SDN.Audit', 'SDN.Use'],
		PVESysAdmin: ['Sys.Audit', 'Sys.Console', 'Sys.Syslog'],
		PVETemplateUser: ['VM.Audit', 'VM.Clone'],
		PVEUserAdmin: ['Group.Allocate', 'Realm.AllocateUser', 'User.Modify'],
		PVEVMAdmin: vmAdmin(version),
		PVEVMUser: [
			...['VM.Audit', 'VM.Backup', 'VM.Config.CDROM', 'VM.Config.Cloudinit', 'VM.Console', 'VM.PowerMgmt'],
			...(version === '8.4' ? [] : agent.filter((privilege) => privilege !== 'VM.GuestAgent.Unrestricted')),
		],
	};
}

/** What a runner provider needs on its pool. FACTS section 10, "realistic role". */
export function runnerRole(version: PveVersion): readonly string[] {
	return [
		...['VM.Allocate', 'VM.Audit', 'VM.Clone', 'VM.PowerMgmt', 'Pool.Audit'],
		...vmConfig,
		version === '8.4' ? 'VM.Monitor' : 'VM.GuestAgent.Audit',
	];
}
