/** Every default of the config. */
export const defaults = {
	port: '8006',
	vmid_range: '100000-999999',
	tags: true,
	// Every PVE node has it from the start, and ISO images in it.
	seedStorage: 'local',
	// cloud-init has read it within seconds, cloudbase-init within its reboots.
	evictAfter: '10m',
	cloneMode: 'auto',
	// GARM kills a create after 20 minutes (runner_bootstrap_timeout): 14 and 3 leave it room.
	create_seconds: 840,
	operation_seconds: 300,
	cleanup_seconds: 180,
	// PVE gives another node 30 s to answer.
	request_seconds: 60,
	// GARM shows all of stderr as the reason of a failure: it shall be one sentence.
	logLevel: 'error',
} as const;
