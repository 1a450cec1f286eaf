// Node at work: the garbage collector, timers, worker threads, hashing. Arguments: the gate file, how many rounds.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');

function work(round) {
  const tree = new Map();
  let x = 1991 + round;
  for (let i = 0; i < 30000; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    tree.set('k' + (x % 5003), { i, list: [i, x], text: 'v'.repeat(x % 17) });
  }
  const keys = [...tree.keys()].sort();
  return crypto.createHash('sha256').update(JSON.stringify(keys.map(key => tree.get(key)))).digest('hex');
}

if (!isMainThread) {
  parentPort.postMessage(work(workerData));
} else {
  const [gate, rounds] = [process.argv[2], Number(process.argv[3])];
  const inWorker = round => new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: round, argv: process.argv.slice(2) });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
  const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
  (async () => {
    let last = '';
    for (let round = 1; round <= rounds; round++) {
      last = work(round);
      fs.writeSync(1, `${round} ${last}\n`);
      await pause(1);
      if (round % 8 === 0 && await inWorker(round) !== last) throw new Error('the worker found something else');
    }
    while (!fs.existsSync(gate)) {
      fs.appendFileSync(gate + '.beats', '.');
      if (work(rounds) !== last) throw new Error('came out otherwise than before');
      await pause(1);
    }
    fs.writeSync(1, 'done\n');
  })();
}
