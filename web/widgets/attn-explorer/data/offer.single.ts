/** The single-file build carries its extract and no addresses. */
export const offersMore = (): boolean => false;
