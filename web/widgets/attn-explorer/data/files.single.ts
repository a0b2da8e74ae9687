/** The single-file build carries its extract and no address: further layers are not offered. */
export const fileOf = (): URL | undefined => undefined;
