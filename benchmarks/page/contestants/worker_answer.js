/** Sends a worker a message and gives what it answers; rejects with what went wrong there. */
export function answerOf(worker, message) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data?.failure) reject(new Error(data.failure));
      else resolve(data);
    };
    worker.onerror = ({ message: reason }) => {
      reject(new Error(reason));
    };
    worker.postMessage(message);
  });
}
