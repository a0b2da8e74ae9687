/** Whether layers beyond the extract can be fetched. */
export const offersMore = (): boolean => true;
