// What is fetched when a reader asks for it, each in a chunk of its own. The budgets know these chunks by their names.

export const laterViews = (): Promise<typeof import("./later-views.js")> => import("./later-views.js");
export const ownDataReader = (): Promise<typeof import("./data/later-own-data.js")> =>
  import("./data/later-own-data.js");
