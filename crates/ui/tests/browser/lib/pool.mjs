// Works through a list of tasks with a few workers at a time.

/** Runs `work(task, worker)` for every task; `workers` are whatever a task needs one of at a time. */
export async function each(tasks, workers, work) {
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < tasks.length) {
        const task = tasks[next];
        next += 1;
        await work(task, worker);
      }
    }),
  );
}
