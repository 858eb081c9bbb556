/** The proof cannot be made on this machine: neither passed nor failed. */
export class NotRun extends Error {}
