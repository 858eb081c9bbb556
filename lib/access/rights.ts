/** Where a right is granted. */
export type Place = 'runners' | 'templates' | 'disks' | 'seeds' | 'network' | 'nodes' | 'cluster';

/** Whether everything needs a right, or only what a config or a pool may ask for. */
export type Need =
	| 'always'
	| 'cores'
	| 'memory'
	| 'disk-size'
	| 'network'
	| 'cloud-init-drive'
	| 'reserved-tags'
	/** Nothing fails without it. */
	| 'comfort';

/** One right of the API token. */
export interface Right {
	/** Any one is enough; the first that a cluster knows is the one to grant. */
	readonly privileges: readonly string[];
	readonly on: Place;
	readonly need: Need;
	/** The calls that ask for it, as docs/permissions.md names them. */
	readonly calls: string;
	/** What is missing without it. */
	readonly without: string;
}

/**
 * Every right that the calls of lib/pve ask for: the one list behind `setup`, `doctor`, ValidatePoolInfo and
 * docs/permissions.md. What demands each was found by experiment on PVE 8.4 and 9.2, or is read from qemu-server
 * API2/Qemu.pm and pve-storage API2/Storage.
 */
export const rights: readonly Right[] = [
	{
		...{privileges: ['VM.Audit'], on: 'runners', need: 'always'},
		calls: 'lists, `GET config`, `GET status/current`',
		without: 'the VM is missing from every list',
	},
	{
		...{privileges: ['VM.Allocate'], on: 'runners', need: 'always'},
		calls: '`POST clone` with `pool`, `DELETE` of a VM',
		without: 'no runner; none is removed',
	},
	{
		...{privileges: ['VM.Config.Options'], on: 'runners', need: 'always'},
		calls: '`PUT config`: tags, onboot, protection',
		without: 'no runner',
	},
	{
		...{privileges: ['VM.Config.CPU'], on: 'runners', need: 'cores'},
		calls: '`PUT config`: cores, sockets, cpu',
		without: 'no runner of a flavor with cores or a CPU type',
	},
	{
		...{privileges: ['VM.Config.Memory'], on: 'runners', need: 'memory'},
		calls: '`PUT config`: memory, balloon',
		without: 'no runner of a flavor with memory',
	},
	{
		...{privileges: ['VM.Config.CDROM'], on: 'runners', need: 'always'},
		calls: '`PUT config`: the drive with the seed',
		without: 'no runner',
	},
	{
		...{privileges: ['VM.Config.Cloudinit'], on: 'runners', need: 'cloud-init-drive'},
		calls: "`PUT config`: the seed in the place of PVE's own cloud-init drive",
		without: 'no runner of a template with such a drive',
	},
	{
		...{privileges: ['VM.Config.Disk'], on: 'runners', need: 'disk-size'},
		calls: '`PUT resize`',
		without: 'no runner of a flavor with a disk size',
	},
	{
		...{privileges: ['VM.Config.Network'], on: 'runners', need: 'network'},
		calls: '`PUT config`: the first network card',
		without: 'no runner where config or pool set a network',
	},
	{
		...{privileges: ['VM.PowerMgmt'], on: 'runners', need: 'always'},
		calls: '`POST status/start`, `stop`, `resume`',
		without: 'no runner',
	},
	{
		...{
			privileges: ['VM.GuestAgent.Audit', 'VM.Monitor', 'VM.GuestAgent.Unrestricted'],
			on: 'runners',
			need: 'comfort',
		},
		calls: '`GET agent/network-get-interfaces`',
		without: 'instances are shown without addresses',
	},
	{
		...{privileges: ['Pool.Audit'], on: 'runners', need: 'comfort'},
		calls: '`GET /pools`, by `doctor`',
		without: 'nobody is told when the pool is missing',
	},
	{
		...{privileges: ['VM.Audit'], on: 'templates', need: 'always'},
		calls: 'lists, `GET config`',
		without: 'the template is not found',
	},
	{
		...{privileges: ['VM.Clone'], on: 'templates', need: 'always'},
		calls: '`POST clone`',
		without: 'no runner',
	},
	{
		...{privileges: ['Datastore.AllocateSpace'], on: 'disks', need: 'always'},
		calls: '`POST clone`, `PUT resize`',
		without: 'no runner',
	},
	{
		...{privileges: ['Datastore.Audit'], on: 'disks', need: 'comfort'},
		calls: 'storages in `GET /cluster/resources`',
		without: "a shared storage is not known as shared: runners stay on their template's node",
	},
	{
		...{privileges: ['Datastore.Audit'], on: 'seeds', need: 'always'},
		calls: 'storages in `GET /cluster/resources`, `GET content`, `PUT config`: the seed',
		without: 'no runner',
	},
	{
		...{privileges: ['Datastore.AllocateTemplate'], on: 'seeds', need: 'always'},
		calls: '`POST upload`',
		without: 'no runner',
	},
	{
		...{privileges: ['Datastore.Allocate'], on: 'seeds', need: 'always'},
		calls: '`DELETE content`',
		without: 'seeds stay behind, and every delete of a runner fails',
	},
	{
		...{privileges: ['SDN.Use'], on: 'network', need: 'always'},
		calls: '`POST clone`: every bridge of the template; `PUT config`: the first network card',
		without: 'no runner',
	},
	{
		...{privileges: ['Sys.Audit'], on: 'nodes', need: 'comfort'},
		calls: 'free memory in `GET /cluster/resources`',
		without: 'placement does not know how full a node is',
	},
	{
		...{privileges: ['Sys.Modify'], on: 'cluster', need: 'reserved-tags'},
		calls: '`PUT config`: tags, where `user-tag-access` or `registered-tags` reserve them',
		without: 'runners go without tags, and are found by their notes',
	},
];

/** What a place is called. */
export const placeNames: Readonly<Record<Place, string>> = {
	runners: "the runners' pool",
	templates: 'the templates',
	disks: 'the storage of the disks',
	seeds: 'the storage of the seeds',
	network: 'the bridges and VNets',
	nodes: 'the nodes',
	cluster: 'the whole cluster',
};

/** The role that holds all rights of a place; none for what nobody is granted by default. */
export const roleNames = {
	runners: 'GarmRunner',
	templates: 'GarmTemplate',
	disks: 'GarmDisk',
	seeds: 'GarmSeed',
	network: 'GarmNet',
	nodes: 'GarmNodes',
} as const satisfies Partial<Record<Place, string>>;

/** A place whose rights have a role. */
export type GrantedPlace = keyof typeof roleNames;

/** Every place that has a role. */
export const grantedPlaces = Object.keys(roleNames) as readonly GrantedPlace[];

/** Whether a cluster knows a privilege. */
export type Knows = (privilege: string) => boolean;

/** What a place's role holds on a cluster that `knows` its privileges, in alphabetical order. */
export function privilegesFor(place: Place, knows: Knows): readonly string[] {
	return rights
		.filter(({on}) => on === place)
		.flatMap(({privileges}) => privileges.find(knows) ?? [])
		.sort();
}

/** What PVE of a major version knows of the privileges above. pve-access-control AccessControl.pm $privgroups. */
function knownBy(major: number): Knows {
	return (privilege) => (major >= 9 ? privilege !== 'VM.Monitor' : !privilege.startsWith('VM.GuestAgent.'));
}

/** Every privilege of the table that PVE of a major version knows. */
export function privilegesOf(major: number): readonly string[] {
	const all = new Set(rights.flatMap(({privileges}) => privileges));
	return [...all].filter(knownBy(major)).sort();
}
